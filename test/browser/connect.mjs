// Connect links, as customers meet them and as the console makes them: with keys and with consent at the provider.
import { open } from "./chromium.mjs";
import { faint, jumpy, nameless, tooWide, unreachable } from "./inspect.mjs";

export async function connectLinks({ browser, base, facts, check, expect, look, logIn, picture = async () => undefined }) {
  const provider = facts.simulator.url;
  const simulator = new URL(provider).origin;
  const call = async (method, path, body) => {
    const response = await fetch(`${base}/elements/api-v2${path}`, {
      method,
      headers: { Authorization: `User ${facts.userSecret}, Organization ${facts.organizationSecret}`, ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  const link = (more) => call("POST", "/instances/connect-links", { name: "Walk link", tags: ["walk"], ...more });
  const stateOf = ({ id }) => call("GET", `/instances/connect-links/${id}`);
  const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
  // Customers do leave for the provider; a page that is gone answers 410, which the browser writes to its log.
  const wrong = (faults) =>
    faults.filter((fault) => !fault.startsWith(`leaves the server: ${simulator}`) && !fault.includes(`(${simulator}`) && !/Failed to load resource.*(\/connect\/|oauth\/callback|favicon\.ico)/.test(fault));
  const agree = async (page, answer) => {
    await page.getByLabel("User name").fill("demo.user@example.com");
    await page.getByLabel("Password").fill("demo-password");
    await page.getByRole("button", { name: answer }).click();
  };
  const keys = { element: { key: "actessentials" } };
  let consenting;
  let id;

  // A customer has a browser of their own: nobody is logged in there.
  let opened = look(await open(browser, { base }));
  let { page } = opened;

  await check("a link shows who asks for what, and nothing that its maker presets", async () => {
    const made = await link({ ...keys, configuration: { username: facts.simulator.apiKey } });
    await page.goto(made.url);
    await heading(page, /asks to connect your Act! 365$/);
    expect((await page.getByRole("textbox").count()) === 1, "not exactly one field is asked for");
    expect(!(await page.content()).includes(facts.simulator.apiKey), "the page has what was preset");
    expect((await page.getByRole("navigation").count()) === 0, "the page has the console's navigation");
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByText("Developer Key is required.").waitFor();
    await page.getByRole("textbox", { name: "Developer Key" }).fill("wrong-key");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("Act! 365 was not connected").waitFor();
    await page.getByRole("alert").getByText(/The provider says:/).waitFor();
    expect((await stateOf(made)).state === "failed", "the link does not say that it failed");
    await picture(page, "refused");
    await page.getByRole("textbox", { name: "Developer Key" }).fill(facts.simulator.developerKey);
    await page.keyboard.press("Enter");
    await heading(page, "Act! 365 is connected");
    const state = await stateOf(made);
    expect(state.state === "used" && state.instanceId > 0, JSON.stringify(state));
    await page.reload();
    await heading(page, "This link was used already");
    await picture(page, "used");
  });

  await check("a link with an address to return to leads there, with the instance and without its token", async () => {
    const back = `${base}/healthz?order=7`;
    const made = await link({ ...keys, redirectUrl: back });
    await page.goto(made.url);
    await page.getByRole("textbox", { name: "API Key" }).fill(facts.simulator.apiKey);
    await page.getByRole("textbox", { name: "Developer Key" }).fill(facts.simulator.developerKey);
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByText("Taking you back to").waitFor();
    await page.waitForURL(/healthz/);
    const { instanceId } = await stateOf(made);
    const { token } = await call("GET", `/instances/${instanceId}`);
    const address = new URL(page.url());
    expect(address.search === `?instanceId=${instanceId}&order=7&status=connected`, `the customer comes back to ${address.search}`);
    expect(!address.href.includes(encodeURIComponent(token)), "the address has the token");
  });

  await check("a connector of consent is there", async () => {
    const definition = await call("GET", "/elements/actessentialsoauth/export");
    const defaults = {
      "base.url": provider,
      "oauth.authorization.url": `${simulator}/act/oauth/v2/authorize`,
      "oauth.token.url": `${simulator}/act/oauth/v2/token`,
    };
    for (const entry of definition.configuration) if (entry.key in defaults) entry.defaultValue = defaults[entry.key];
    Object.assign(definition, { key: "walk-consent", name: "Walk Consent", active: true });
    delete definition.id;
    consenting = await call("POST", "/elements", definition);
    await call("PUT", `/elements/${consenting.id}/active`);
  });
  const consent = () => ({ element: { id: consenting.id }, configuration: { "oauth.api.key": "demo-client-id", "oauth.api.secret": "demo-client-secret" } });

  await check("a customer agrees at the provider and the account is connected", async () => {
    const made = await link(consent());
    await page.goto(made.url);
    await heading(page, /asks to connect your Walk Consent$/);
    expect((await page.getByRole("textbox").count()) === 0, "something is asked for");
    await page.getByRole("button", { name: "Continue to Walk Consent" }).click();
    await page.waitForURL((url) => url.href.startsWith(simulator));
    const cookies = (await opened.context.cookies(`${base}/elements/oauth/callback`)).filter((cookie) => cookie.name.startsWith("jackfield_connect_"));
    expect(cookies.length === 1 && cookies[0].httpOnly && cookies[0].sameSite === "Lax", JSON.stringify(cookies));
    await agree(page, "Approve");
    await heading(page, "Walk Consent is connected");
    const state = await stateOf(made);
    expect(state.state === "used" && state.instanceId > 0, JSON.stringify(state));
    const { token, valid } = await call("GET", `/instances/${state.instanceId}`);
    expect(valid && !page.url().includes(token), "the address has the token");
    expect((await opened.context.cookies(`${base}/elements/oauth/callback`)).length === 0, "the cookie stays");
    await picture(page, "connected");
  });

  await check("a customer who does not agree is told so and can try again; a way back counts once", async () => {
    const made = await link(consent());
    await page.goto(made.url);
    await page.getByRole("button", { name: "Continue to Walk Consent" }).click();
    await page.getByRole("button", { name: "Deny" }).click();
    await page.getByRole("alert").getByText("Nothing was connected").waitFor();
    const state = await stateOf(made);
    expect(state.state === "failed" && state.denied && !state.instanceId, JSON.stringify(state));
    await picture(page, "denied");
    await page.getByRole("button", { name: "Continue to Walk Consent" }).click();
    const returned = page.waitForRequest((request) => request.url().startsWith(`${base}/elements/oauth/callback`));
    await agree(page, "Approve");
    const way = (await returned).url();
    await heading(page, "Walk Consent is connected");
    await page.goto(way);
    await heading(page, "This way back leads nowhere");
    await picture(page, "lost");
  });

  await check("a link that expired, one that is deleted and one that never was say whom to ask", async () => {
    const short = await link({ ...keys, expiresIn: 1 });
    await page.goto(short.url);
    while ((await stateOf(short)).state !== "expired") await page.waitForTimeout(100); // the server's clock decides
    await page.reload();
    await heading(page, "This link has expired");
    await page.getByText(/Ask .* for a new one/).waitFor();
    const deleted = await link(keys);
    await call("DELETE", `/instances/connect-links/${deleted.id}`);
    await page.goto(deleted.url);
    await heading(page, "There is no such link");
  });
  await check("no policy broken on pages of links", async () => wrong(opened.faults));
  await opened.context.close();

  for (const [width, scheme] of [[390, "light"], [1440, "light"], [390, "dark"], [1440, "dark"]]) {
    opened = look(await open(browser, { base, width, scheme, reducedMotion: "reduce" }));
    ({ page } = opened);
    await check(`the page of a link, ${width} px, ${scheme}`, async () => {
      const problems = [];
      for (const [what, made, title] of [["keys", await link(keys), /Act! 365$/], ["consent", await link(consent()), /Walk Consent$/]]) {
        await page.goto(made.url);
        await heading(page, title);
        await page.evaluate(() => document.fonts.ready);
        problems.push(...(await tooWide(page)), ...(await nameless(page)), ...(await faint(page)), ...(await jumpy(page)), ...(await unreachable(page)));
        await picture(page, `${what}-${width}-${scheme}`);
      }
      return problems;
    });
    await opened.context.close();
  }

  opened = look(await open(browser, { base }));
  ({ page } = opened);
  await check("the console authenticates a connector of consent and comes back with the instance", async () => {
    await page.goto(base);
    await logIn(page);
    await page.goto(`${base}/connectors/${consenting.id}/authenticate`);
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Walk consent");
    await page.getByRole("textbox", { name: "Client ID" }).fill("demo-client-id");
    await page.getByRole("textbox", { name: "Client Secret" }).fill("demo-client-secret");
    expect((await page.getByLabel("Callback URL").count()) === 0, "the form asks for what the server knows");
    await picture(page, "console-form");
    await page.getByRole("button", { name: "Continue to Walk Consent" }).click();
    await page.getByRole("button", { name: "Deny" }).click();
    await page.getByRole("alert").getByText("Access was refused at Walk Consent.").waitFor();
    expect((await page.getByRole("textbox", { name: "Name", exact: true }).inputValue()) === "Walk consent", "the name is forgotten");
    await picture(page, "console-denied");
    await page.getByRole("textbox", { name: "Client ID" }).fill("demo-client-id");
    await page.getByRole("textbox", { name: "Client Secret" }).fill("demo-client-secret");
    await page.getByRole("button", { name: "Continue to Walk Consent" }).click();
    await agree(page, "Approve");
    await page.waitForURL(/\/instances\/\d+/);
    await heading(page, "Walk consent");
    id = Number(/instances\/(\d+)/.exec(page.url())[1]);
    const { valid, element } = await call("GET", `/instances/${id}`);
    expect(valid && element.id === consenting.id, "the instance is not that of the connector");
  });

  await check("an instance is authenticated again from its page", async () => {
    const { token } = await call("GET", `/instances/${id}`);
    await page.getByRole("button", { name: "Re-authenticate" }).click();
    await agree(page, "Approve");
    await page.getByText("The account is connected.").waitFor();
    expect((await call("GET", `/instances/${id}`)).token === token, "the token changed");
    await picture(page, "console-again");
  });

  await check("a link is made from the menu of a connector, listed, and deleted", async () => {
    await page.goto(`${base}/connectors?search=actessentials`);
    await page.getByRole("button", { name: "Actions for Act! 365", exact: true }).click();
    await page.getByRole("menuitem", { name: "Connect link" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name of the instance" }).fill("Walk dialog");
    await dialog.getByRole("textbox", { name: "Send them back to" }).fill("https://elsewhere.example/");
    await dialog.getByRole("button", { name: "Make link" }).click();
    await dialog.getByRole("alert").getByText(/redirectUrl/).waitFor();
    await dialog.getByRole("textbox", { name: "Send them back to" }).fill("");
    await dialog.getByRole("button", { name: "Fill in for your customer" }).click();
    await dialog.getByRole("textbox", { name: "API Key" }).fill(facts.simulator.apiKey);
    await picture(page, "console-dialog");
    await dialog.getByRole("button", { name: "Make link" }).click();
    const address = await dialog.getByLabel("Address", { exact: true }).innerText();
    expect(address.startsWith(`${base}/connect/`), `the address is ${address}`);
    await picture(page, "console-ready");
    await dialog.getByRole("link", { name: "All links" }).click();
    await heading(page, "Connect links");
    const row = page.getByRole("row", { name: /Walk dialog/ });
    await row.getByText("Not opened").waitFor();
    expect(!(await page.content()).includes(address.split("/").at(-1)), "the list has the link's address");
    await picture(page, "console-links");
    await row.getByRole("button", { name: /^Delete the link/ }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await row.waitFor({ state: "detached" });
  });
  await check("the list of links can be used by keyboard and read", async () => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto(`${base}/instances/links`);
    await page.getByRole("row", { name: /Walk link/ }).first().waitFor();
    return [...(await tooWide(page)), ...(await nameless(page)), ...(await faint(page)), ...(await unreachable(page))];
  });
  await check("no policy broken while connecting from the console", async () => wrong(opened.faults));

  await check("what the walk connected is deleted", async () => {
    for (const found of await call("GET", "/instances?tags[]=walk")) await call("DELETE", `/instances/${found.id}`);
    await call("DELETE", `/instances/${id}`);
    await call("DELETE", `/elements/${consenting.id}`);
  });
  await opened.context.close();
}
