// Walks through the console of a running demo in a real browser. FACTS is the line that `jackfield demo
// --json` prints; MORE what browser_test.go has beside it: an identity provider, a user whose password is old. Every check is one line of JSON on stdout: {"name", "problems"}; browser_test.go makes a
// test of each.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { launch, open } from "./chromium.mjs";
import { connectLinks } from "./connect.mjs";
import { connectors } from "./connectors.mjs";
import { faint, jumpy, nameless, tooWide, unreachable } from "./inspect.mjs";
import { profile } from "./profile.mjs";
import { settings } from "./settings.mjs";
import { signin } from "./signin.mjs";

const facts = { ...JSON.parse(process.env.FACTS), ...JSON.parse(process.env.MORE) };
const base = facts.url;
const artifacts = process.env.ARTIFACTS;
const browser = await launch();
let current;

/** Runs a check. It fails by throwing or by returning complaints; the walk goes on either way. */
async function check(name, body) {
  let problems;
  try {
    problems = (await body()) ?? [];
  } catch (error) {
    problems = [String(error.stack ?? error)];
  }
  if (problems.length && artifacts && current) {
    const file = `${artifacts}/${name.replace(/\W+/g, "-")}.png`;
    await current.page.screenshot({ path: file, fullPage: true }).then(() => problems.push(`picture: ${file}`), () => undefined);
  }
  console.log(JSON.stringify({ name, problems }));
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

async function logIn(page) {
  await page.getByLabel("Email").fill(facts.login.username);
  await page.getByRole("textbox", { name: "Password" }).fill(facts.login.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Connectors", level: 1 }).waitFor();
}

/** Calls the API as another client would: what the console shows must be true there too. */
async function api(path, token = "") {
  const response = await fetch(`${base}/elements/api-v2${path}`, {
    headers: { Authorization: `User ${facts.userSecret}, Organization ${facts.organizationSecret}${token ? `, Element ${token}` : ""}` },
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : undefined };
}

/** Waits for the answer of a call that an action causes. */
function answer(page, method, pattern) {
  const response = page.waitForResponse((r) => r.request().method() === method && pattern.test(new URL(r.url()).pathname));
  response.catch(() => undefined); // whoever awaits it is told; the action before may have failed first
  return response;
}

const instanceName = "Walk <b>sales</b>";
const cleanName = "Walk sales"; // the server takes markup out of names
let id = 0;
let token = "";

await walk();
await connectors({ browser, base, facts, check, expect, logIn, answer, look: (opened) => (current = opened) });
await connectLinks({ browser, base, facts, check, expect, logIn, look: (opened) => (current = opened) });
await settings({ browser, base, facts, check, expect, logIn, answer, look: (opened) => (current = opened) });
await signin({ browser, base, facts, check, expect, look: (opened) => (current = opened) });
await profile({ browser, base, facts, check, expect, look: (opened) => (current = opened) });
await everyScreen();
await firstLoad();
await watch();
await browser.close();

/** The way of somebody new, from the login to the deletion. */
async function walk() {
  current = await open(browser, { base });
  const { page, context, faults } = current;

  await check("a wrong password is refused in words", async () => {
    await page.goto(base);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Enter the email you sign in with.").waitFor();
    await page.getByLabel("Email").fill(facts.login.username);
    await page.getByRole("textbox", { name: "Password" }).fill("not the password");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("Email or password is not right").waitFor();
  });

  await check("the login leads to the catalogue, with a cookie that scripts cannot read", async () => {
    await logIn(page);
    const [cookie] = await context.cookies();
    expect(cookie.name === "jackfield_session" && cookie.httpOnly && cookie.sameSite === "Strict", JSON.stringify(cookie));
    expect((await page.evaluate(() => document.cookie)) === "", "scripts can read the cookie");
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    expect(kept === "{}", `the page keeps ${kept}`);
  });

  await check("a call with the cookie alone is refused", async () => {
    const status = await page.evaluate(() => fetch("/elements/api-v2/instances").then((r) => r.status));
    expect(status === 401, `status ${status} without the CSRF token`);
  });

  await check("the search finds Act! and says so when it finds nothing", async () => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("act 7213"); // without a pause between the letters: none may be lost
    expect((await page.getByRole("searchbox").inputValue()) === "act 7213", "letters were lost");
    await page.getByRole("link", { name: "Authenticate with Act! 365", exact: true }).waitFor();
    expect((await page.getByRole("listitem").filter({ has: page.getByRole("heading") }).count()) === 1, "not exactly one connector");
    await page.getByRole("searchbox").fill("no such thing");
    await page.getByText("No connector matches").waitFor();
    await page.reload();
    await page.getByText("No connector matches").waitFor(); // the address remembers
    await page.getByRole("button", { name: "Show all connectors" }).click();
    await page.getByRole("button", { name: "CRM", exact: true }).click();
    await page.getByRole("link", { name: "Authenticate with Act! 365", exact: true }).click();
    await page.getByRole("heading", { name: "Authenticate with Act! 365", exact: true }).waitFor();
  });

  await check("the form has the connector's own labels and names what is missing", async () => {
    await page.getByRole("button", { name: "Create instance" }).click();
    await page.getByText("API Key is required.").waitFor();
    await page.getByText("Developer Key is required.").waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute("name") === "name"), "the focus is not on the first field");
    expect((await page.getByLabel("Developer Key").first().getAttribute("type")) === "password", "the developer key is readable");
    await page.getByRole("button", { name: "Show Developer Key" }).click();
    expect((await page.getByRole("textbox", { name: "Developer Key" }).getAttribute("type")) === "text", "the developer key stays hidden");
    await page.getByRole("button", { name: /Show optional fields/ }).click();
    await page.getByRole("switch", { name: /Filter null/ }).waitFor();
  });

  await check("wrong keys are refused next to the fields, with the provider's words, and nothing is stored", async () => {
    const before = (await api("/instances")).body.length;
    await page.getByRole("textbox", { name: "Name", exact: true }).fill(instanceName);
    await page.getByLabel("Tags").fill("Walk,Docs");
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "API Key" }).fill(facts.simulator.apiKey);
    await page.getByRole("textbox", { name: "Developer Key" }).fill("wrong-key");
    const refused = answer(page, "POST", /\/instances$/);
    await page.getByRole("button", { name: "Create instance" }).click();
    expect((await refused).status() === 401, "the API did not refuse with 401");
    const alert = page.getByRole("alert");
    await alert.getByText("Act! 365 did not accept these credentials").waitFor();
    await alert.getByText("The provider says:").waitFor();
    const field = page.getByRole("textbox", { name: "Developer Key" });
    expect((await field.getAttribute("aria-invalid")) === "true", "the field is not marked");
    expect((await page.getByText("Not accepted. Check this value.").count()) === 2, "the fields do not say what is wrong");
    expect((await api("/instances")).body.length === before, "something was stored");
  });

  await check("right keys make an instance, whose token and command work at once", async () => {
    await page.getByRole("textbox", { name: "Developer Key" }).fill(facts.simulator.developerKey);
    await page.getByRole("button", { name: "Create instance" }).click();
    await page.getByRole("heading", { name: "Instance created" }).waitFor();
    id = Number(await page.getByTestId("instance-id").innerText());
    await page.getByRole("button", { name: "Show token" }).click();
    const stored = (await api(`/instances/${id}`)).body;
    token = stored.token;
    await page.getByText(token, { exact: true }).waitFor();
    expect(stored.name === cleanName, `the name is ${stored.name}`);
    expect(stored.tags.join() === "Walk,Docs", `the tags are ${stored.tags}`);
    await page.getByRole("button", { name: "Show secrets" }).click();
    await page.getByText(facts.organizationSecret).waitFor();
    const command = await page.locator("pre").innerText();
    if (process.platform !== "win32") {
      const { stdout } = await promisify(execFile)("sh", ["-c", `command -v curl >/dev/null || exit 0; ${command.replace(/^curl/, "curl -sf")}`]);
      expect(stdout === "" || JSON.parse(stdout).length === 5, `the command answered ${stdout.slice(0, 200)}`);
    }
  });

  await check("copying puts the whole command on the clipboard", async () => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: base });
    await page.getByRole("button", { name: "Copy command" }).click();
    await page.getByRole("status").getByText("Copied: command.").waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.includes(token) && copied.includes(facts.userSecret), "the clipboard has no working command");
  });

  await check("contacts are found, paged, and shown as table and JSON", async () => {
    await page.getByRole("link", { name: "Try it" }).click();
    await page.getByRole("heading", { name: cleanName, level: 1 }).waitFor();
    await page.getByRole("textbox", { name: "Where" }).fill("lastName='Byron'");
    await page.getByLabel("Page size").fill("2");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const result = page.getByRole("region", { name: "Answer" });
    await result.getByText("2 records").waitFor();
    expect((await result.getByRole("cell", { name: "Byron", exact: true }).count()) === 2, "the table shows other people");
    const first = await result.getByRole("row").nth(1).innerText();
    await result.getByRole("button", { name: /Next/ }).click();
    await result.getByText("Page 2").waitFor();
    expect((await result.getByRole("row").nth(1).innerText()) !== first, "the second page is the first");
    await result.getByRole("button", { name: /Previous/ }).click();
    await result.getByText("Page 1").waitFor();
    expect((await result.getByRole("row").nth(1).innerText()) === first, "the way back leads elsewhere");
    await result.getByRole("radio", { name: "JSON" }).click();
    const json = JSON.parse(await result.locator("pre").innerText());
    expect(json.length === 2 && json.every((contact) => contact.lastName === "Byron"), "the JSON is something else");
  });

  await check("a filter that cannot be read is refused with the place of the mistake", async () => {
    await page.getByRole("textbox", { name: "Where" }).fill("lastName=='x");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText(/Error parsing query.*position/).waitFor();
  });

  await check("another resource is found by typing, and asks for what it needs", async () => {
    await page.getByRole("combobox", { name: "Resource" }).fill("get /contacts/");
    const options = page.getByRole("option");
    await options.filter({ hasText: "/contacts/{id}" }).waitFor();
    expect((await options.count()) === 1, `${await options.count()} resources match`);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText("id is required.").waitFor();
    const contact = (await api("/hubs/crm/contacts?pageSize=1", token)).body[0];
    await page.getByRole("textbox", { name: "id" }).fill(contact.id);
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Answer" }).getByText("200").waitFor();
  });

  await check("a disabled instance is refused and comes back", async () => {
    let changed = answer(page, "DELETE", /\/enabled$/);
    await page.getByRole("switch", { name: "Enabled" }).focus();
    await page.keyboard.press("Space");
    await changed;
    await page.getByText("This instance is disabled").waitFor();
    expect((await api("/hubs/crm/contacts", token)).status === 403, "the token still works");
    changed = answer(page, "PUT", /\/enabled$/);
    await page.keyboard.press("Space");
    await changed;
    await page.getByText("This instance is disabled").waitFor({ state: "hidden" });
    expect((await api("/hubs/crm/contacts?pageSize=1", token)).status === 200, "the token stays refused");
  });

  await check("the settings hide the secret", async () => {
    await page.getByRole("tab", { name: "Configuration" }).click();
    const secret = page.getByRole("row", { name: /Developer Key/ });
    await secret.getByText("Secret: sealed, never shown").waitFor({ state: "attached" });
    await page.getByRole("row", { name: /API Key/ }).getByText(facts.simulator.apiKey).waitFor();
    expect(!(await page.content()).includes(facts.simulator.developerKey), "the developer key is in the page");
  });

  await check("name and tags can be changed", async () => {
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("dialog").getByLabel("Tags").fill("changed");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    expect((await api(`/instances/${id}`)).body.tags.join() === "Walk,Docs,changed", "the tags did not change");
  });

  await check("the list of instances is searched by name and tag", async () => {
    await page.getByRole("navigation", { name: "Main" }).first().getByRole("link", { name: "Instances" }).click();
    await page.getByRole("link", { name: cleanName }).waitFor();
    await page.getByRole("searchbox").fill("walk s");
    await page.getByRole("link", { name: "Demo", exact: true }).waitFor({ state: "hidden" });
    await page.getByRole("searchbox").fill("nobody");
    await page.getByText("No instance matches").waitFor();
    await page.getByRole("navigation", { name: "Main" }).first().getByRole("link", { name: "Instances" }).click();
    await page.getByRole("link", { name: "Demo", exact: true }).waitFor(); // the rail leads to the whole list
    expect((await page.getByRole("searchbox").inputValue()) === "", "the field kept the old search");
    await page.getByRole("searchbox").fill("nobody");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByRole("button", { name: /Tag/ }).click();
    await page.getByRole("option", { name: "changed" }).click();
    await page.getByRole("link", { name: "Demo", exact: true }).waitFor({ state: "hidden" });
    await page.getByRole("link", { name: cleanName }).waitFor();
  });

  await check("deleting asks first; Escape keeps the instance", async () => {
    await page.getByRole("button", { name: `Actions for ${cleanName}` }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("This cannot be undone").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect((await api(`/instances/${id}`)).status === 200, "Escape deleted it");
    await page.getByRole("button", { name: `Actions for ${cleanName}` }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByText(`Deleted: ${cleanName}.`).waitFor();
    await page.getByRole("link", { name: cleanName }).waitFor({ state: "hidden" });
    expect((await api(`/instances/${id}`)).status === 404, "it is still there");
    expect((await api("/hubs/crm/contacts", token)).status === 401, "its token still works");
  });

  await check("the chosen theme stays", async () => {
    await page.getByRole("button", { name: "Account and theme" }).click();
    await page.getByRole("menuitemradio", { name: "Dark" }).click();
    await page.reload();
    await page.getByRole("heading", { name: "Instances", level: 1 }).waitFor();
    const dark = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    expect(dark === "dark", `the colour scheme is ${dark}`);
    await page.evaluate(() => localStorage.clear());
  });

  await check("an ended session leads to the login and back", async () => {
    await page.goto(`${base}/instances/${facts.instance.id}`);
    await page.getByRole("heading", { name: "Demo", level: 1 }).waitFor();
    await context.clearCookies();
    await page.getByRole("tab", { name: "Configuration" }).click();
    await page.getByText("Your session has ended").waitFor();
    await page.getByLabel("Email").fill(facts.login.username);
    await page.getByRole("textbox", { name: "Password" }).fill(facts.login.password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Demo", level: 1 }).waitFor();
  });

  await check("signing out ends the session on the server too", async () => {
    const [{ value }] = await context.cookies();
    await page.getByRole("button", { name: "Account and theme" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    const response = await fetch(`${base}/console/session`, { headers: { Cookie: `jackfield_session=${value}` } });
    expect((await response.json()).authenticated === false, "the old cookie still works");
    await page.goto(`${base}/instances`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  await check("the walk broke no policy, left the server never and logged no error", async () => faults);
  await context.close();
}

/** Every screen, in both themes and three widths: nothing sticks out, everything can be reached, named and read. */
async function everyScreen() {
  const screens = [
    { name: "login", path: "/login", ready: (page) => page.getByRole("heading", { name: "Sign in" }), anonymous: true },
    { name: "connectors", path: "/connectors", ready: (page) => page.getByRole("link", { name: /Authenticate with/ }).first() },
    { name: "authenticate", path: "/connectors/actessentials/authenticate", ready: (page) => page.getByRole("button", { name: "Create instance" }) },
    { name: "API docs", path: "/connectors/actessentials/docs", ready: (page) => page.getByText(/^\d+ operations$/) },
    { name: "instances", path: "/instances", ready: (page) => page.getByRole("link", { name: "Demo", exact: true }) },
    { name: "instance", path: `/instances/${facts.instance.id}`, ready: (page) => page.getByRole("combobox", { name: "Resource" }) },
    { name: "configuration", path: `/instances/${facts.instance.id}/configuration`, ready: (page) => page.getByRole("row", { name: /API Key/ }) },
    { name: "API docs of an instance", path: `/instances/${facts.instance.id}/docs`, ready: (page) => page.getByText(/^\d+ operations$/) },
    { name: "an address that leads nowhere", path: "/nowhere", ready: (page) => page.getByText("Nothing is plugged in here") },
  ];
  // Colours do not change what Tab reaches: two of the four passes walk through it.
  for (const [width, scheme, tabbed] of [[1440, "light", true], [390, "dark", true], [768, "light", false], [1440, "dark", false]]) {
    current = await open(browser, { base, width, scheme, reducedMotion: "reduce" });
    const { page, context, faults } = current;
    for (const screen of screens) {
      await check(`${screen.name}, ${width} px, ${scheme}`, async () => {
        if (!screen.anonymous && page.url().includes("/login")) await logIn(page);
        await page.goto(base + screen.path);
        await screen.ready(page).waitFor();
        await page.evaluate(() => document.fonts.ready);
        const problems = [...(await tooWide(page)), ...(await nameless(page)), ...(await faint(page)), ...(await jumpy(page))];
        return tabbed ? problems.concat(await unreachable(page)) : problems;
      });
    }
    await check(`an answer, ${width} px, ${scheme}`, async () => {
      await page.goto(`${base}/instances/${facts.instance.id}`);
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await page.getByRole("region", { name: "Answer" }).getByText("10 records").waitFor();
      const table = [...(await tooWide(page)), ...(await nameless(page)), ...(await faint(page)), ...(tabbed ? await unreachable(page) : [])];
      await page.getByRole("radio", { name: "JSON" }).click();
      await page.getByRole("region", { name: "Answer" }).locator("pre").waitFor();
      return [...table, ...(await tooWide(page)), ...(await faint(page))];
    });
    await check(`no policy broken and no error logged, ${width} px, ${scheme}`, async () => faults);
    await context.close();
  }

  current = await open(browser, { base, reducedMotion: "reduce" });
  await check("who asks for less motion gets none", async () => {
    const { page } = current;
    await page.goto(`${base}/login`);
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    const long = await page.evaluate(() =>
      [...document.querySelectorAll("*")].filter((e) => {
        const s = getComputedStyle(e);
        return parseFloat(s.animationDuration) > 0.001 || s.transitionDuration.split(",").some((d) => parseFloat(d) > 0.001);
      }).map((e) => e.outerHTML.slice(0, 100)),
    );
    return long.map((what) => `moves: ${what}`);
  });
  await current.context.close();
}

/** The watch itself: a page that does what it must not is noticed. */
async function watch() {
  current = await open(browser, { base, width: 390, reducedMotion: "reduce" });
  const { page, context, faults } = current;
  await check("what a page must not do is noticed", async () => {
    await page.goto(`${base}/login`);
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.evaluate(async () => {
      const style = document.createElement("style");
      style.textContent = "body{color:red}";
      document.head.append(style);
      document.querySelector("h1").setAttribute("style", "color: #999"); // refused by the policy too
      document.querySelector("h1").style.color = "#aaa";
      const wide = document.createElement("button");
      wide.style.width = "900px";
      wide.style.height = "20px";
      wide.style.outline = "none";
      wide.style.background = "none";
      document.querySelector("form").append(wide);
      await fetch("https://example.invalid/").catch(() => undefined);
    });
    const seen = [
      ["a style element", faults.some((f) => f.includes("style-src"))],
      ["a call elsewhere", faults.some((f) => f.includes("connect-src"))],
      ["width", (await tooWide(page)).length > 0],
      ["a missing name", (await nameless(page)).length > 0],
      ["faint text", (await faint(page)).length > 0],
      ["a hidden focus", (await unreachable(page)).length > 0],
    ];
    return seen.filter(([, noticed]) => !noticed).map(([what]) => `not noticed: ${what}`);
  });
  await context.close();
}

/** What somebody new downloads before a screen can be used. */
async function firstLoad() {
  const limit = 120 * 1024; // bytes of JavaScript over the wire, headers included
  current = await open(browser, { base });
  const { page, context } = current;
  const client = await context.newCDPSession(page);
  await client.send("Network.enable");
  await client.send("Network.setCacheDisabled", { cacheDisabled: true });
  const scripts = new Map();
  client.on("Network.responseReceived", ({ requestId, type }) => {
    if (type === "Script") scripts.set(requestId, 0);
  });
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) scripts.set(requestId, encodedDataLength);
  });
  const loaded = async () => {
    await page.waitForLoadState("networkidle");
    const sizes = [...scripts.values()];
    const bytes = sizes.reduce((all, size) => all + size, 0);
    expect(sizes.length > 1 && bytes > 20_000 && bytes <= limit, `${bytes} bytes in ${sizes.length} files`);
    scripts.clear();
  };
  await check("the login loads at most 120 KB of JavaScript, compressed", async () => {
    await page.goto(base);
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await loaded();
  });
  await check("the catalogue loads at most 120 KB of JavaScript, compressed", async () => {
    await logIn(page);
    await page.waitForLoadState("networkidle");
    scripts.clear();
    await page.reload();
    await page.getByRole("link", { name: /Authenticate with/ }).first().waitFor();
    await loaded();
  });
  await context.close();
}
