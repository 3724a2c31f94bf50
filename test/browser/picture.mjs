// Takes the picture of the console for the README from a running demo:
//   FACTS="$(head -1 FILE_WITH_THE_OUTPUT_OF_demo_--json)" CHROMIUM=/usr/bin/chromium node picture.mjs ../../docs/images/console.png
import { launch, open } from "./chromium.mjs";

const facts = JSON.parse(process.env.FACTS);
const browser = await launch();
const { page } = await open(browser, { base: facts.url, width: 1440, height: 900, reducedMotion: "reduce" });
await page.goto(`${facts.url}/login?next=/instances/${facts.instance.id}`);
await page.getByLabel("Email").fill(facts.login.username);
await page.getByRole("textbox", { name: "Password" }).fill(facts.login.password);
await page.keyboard.press("Enter");
await page.getByRole("textbox", { name: "Where" }).fill("jobTitle LIKE '%Manager%' AND created > '2024-01-01T00:00:00Z'");
await page.getByRole("textbox", { name: "Page size" }).fill("8");
await page.getByRole("button", { name: "Send", exact: true }).click();
await page.getByRole("region", { name: "Answer" }).getByText(/records/).waitFor();
await page.getByRole("heading", { level: 1 }).click(); // takes the focus out of the picture
await page.mouse.move(0, 0);
await page.evaluate(() => document.fonts.ready);
await page.screenshot({ path: process.argv[2], animations: "disabled" });
await browser.close();
