// Connectors of the account's own: imported, cloned, switched on and off, documented, deleted.
import { readFile } from "node:fs/promises";
import { open } from "./chromium.mjs";
import { faint, jumpy, nameless, tooWide, unreachable } from "./inspect.mjs";

/** A description with one list, one record and a nested model. */
const harbour = {
  swagger: "2.0",
  info: { title: "Harbour Board", version: "1", description: "Ships and their berths." },
  host: "harbour.example.org",
  schemes: ["https"],
  paths: {
    "/ships": { get: { summary: "Find ships", operationId: "findShips", produces: ["application/json"], responses: { 200: { description: "OK", schema: { type: "array", items: { $ref: "#/definitions/Ship" } } } } } },
    "/ships/{id}": { get: { summary: "Read a ship", operationId: "readShip", parameters: [{ name: "id", in: "path", required: true, type: "string" }], responses: { 200: { description: "OK", schema: { $ref: "#/definitions/Ship" } } } } },
  },
  definitions: {
    Ship: { type: "object", properties: { name: { type: "string" }, berth: { $ref: "#/definitions/Berth" } } },
    Berth: { type: "object", properties: { quay: { type: "string" }, ship: { $ref: "#/definitions/Ship" } } },
  },
};

/** A definition with so many resources. */
function large(count) {
  const resources = Array.from({ length: count }, (_, i) => ({
    method: "GET", path: `/group${Math.floor(i / 10)}/thing${i}`, vendorMethod: "GET", vendorPath: `/thing${i}`, type: "api", description: `Find things ${i}`, parameters: [],
  }));
  return { key: "walk-large", name: "Walk large", hub: "general", authentication: { type: "none" }, active: true, resources };
}

export async function connectors({ browser, base, facts, check, expect, look, logIn, answer }) {
  const call = async (method, path, body) => {
    const response = await fetch(`${base}/elements/api-v2${path}`, {
      method,
      headers: { Authorization: `User ${facts.userSecret}, Organization ${facts.organizationSecret}`, ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  };
  const catalogue = async (page, search) => {
    await page.goto(`${base}/connectors?search=${search}`);
    await page.getByRole("listitem").filter({ has: page.getByRole("heading") }).first().waitFor();
  };
  const card = (page, key) => page.getByRole("listitem").filter({ has: page.getByText(key, { exact: true }) });
  const act = async (page, key, action) => {
    await card(page, key).getByRole("button", { name: /^Actions for/ }).click();
    await page.getByRole("menuitem", { name: action, exact: true }).click();
  };
  const saved = async (page, press) => {
    const download = page.waitForEvent("download");
    download.catch(() => undefined);
    await press();
    const file = await download;
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
  };
  const choose = (page, name, text) =>
    page.locator("input[type=file]").setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(text) });

  const opened = look(await open(browser, { base, acceptDownloads: true }));
  const { page, context, faults } = opened;
  await page.goto(base);
  await logIn(page);
  const dialog = page.getByRole("dialog");
  let exported = "";

  await check("a connector is saved as the file that its export is", async () => {
    const file = await saved(page, () => act(page, "actessentials", "Export"));
    expect(file.name === "actessentials.json", `the file is called ${file.name}`);
    expect(JSON.parse(file.text).key === "actessentials", "the file is something else");
    exported = file.text;
  });

  await check("a clone is the account's own, and is switched off and on", async () => {
    await act(page, "actessentials", "Clone");
    await page.getByText("was cloned as actessentials-clone.").waitFor();
    await card(page, "actessentials-clone").getByText("Private", { exact: true }).waitFor();
    await act(page, "actessentials-clone", "Deactivate");
    await card(page, "actessentials-clone").getByText("Inactive", { exact: true }).waitFor();
    expect((await card(page, "actessentials-clone").getByRole("link", { name: /Authenticate/ }).count()) === 0, "accounts can still be connected");
    expect((await call("GET", "/elements/actessentials-clone")).body.active === false, "it is still active");
    await act(page, "actessentials-clone", "Activate");
    await card(page, "actessentials-clone").getByRole("link", { name: /Authenticate/ }).waitFor();
  });

  await check("only private connectors can be deleted, and the menu works from the keyboard", async () => {
    await catalogue(page, "7213");
    await page.getByRole("button", { name: /^Actions for/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "API docs" }).waitFor();
    const items = await page.getByRole("menuitem").allInnerTexts();
    expect(items.join() === "Connect link,API docs,Export,Clone", `the menu has ${items}`);
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label")?.startsWith("Actions for")); // the focus comes back
  });

  await check("a connector with instances is not deleted, and the server's reason stands in the window", async () => {
    const made = await call("POST", "/instances", {
      element: { key: "actessentials-clone" }, name: "Walk clone",
      configuration: { username: facts.simulator.apiKey, password: facts.simulator.developerKey, "base.url": facts.simulator.url },
    });
    expect(made.status === 200, `the instance was not made: ${JSON.stringify(made.body)}`);
    await catalogue(page, "actessentials-clone");
    await act(page, "actessentials-clone", "Delete");
    const window = page.getByRole("alertdialog");
    const refused = answer(page, "DELETE", /\/elements\/\d+$/);
    await window.getByRole("button", { name: "Delete" }).click();
    const response = await refused;
    expect(response.status() === 409, `status ${response.status()}`);
    await window.getByRole("alert").getByText((await response.json()).message).waitFor();
    await call("DELETE", `/instances/${made.body.id}`);
    await window.getByRole("button", { name: "Delete" }).click();
    await page.getByText("Deleted: ").waitFor();
    await card(page, "actessentials-clone").waitFor({ state: "hidden" });
    expect((await call("GET", "/elements/actessentials-clone")).status === 404, "it is still there");
  });

  await check("what is no connector is refused before anything is sent", async () => {
    await page.goto(`${base}/connectors`);
    const button = page.getByRole("button", { name: "Import a connector" });
    await button.focus();
    await page.keyboard.press("Enter");
    await dialog.waitFor();
    let sent = 0;
    const watch = (request) => (sent += request.method() === "POST" ? 1 : 0);
    page.on("request", watch);
    await dialog.getByRole("button", { name: "Next" }).click();
    await dialog.getByText("Choose a file or paste a text first.").waitFor();
    await dialog.getByLabel("Or paste the text").fill('{"key": "a",}');
    await dialog.getByRole("button", { name: "Next" }).click();
    await dialog.getByText("This looks like JSON but cannot be read").waitFor();
    await dialog.getByLabel("Or paste the text").fill("dear reader");
    await dialog.getByRole("button", { name: "Next" }).click();
    await dialog.getByText("none of the texts that can be imported").waitFor();
    await choose(page, "whale.json", " ".repeat(11 << 20));
    await dialog.getByText("whale.json has 11 MB. The limit is 10 MB.").waitFor();
    page.off("request", watch);
    expect(sent === 0, `${sent} calls were made`);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.waitForFunction(() => document.activeElement?.textContent === "Import a connector");
  });

  await check("every fault of a definition is listed with its place", async () => {
    await page.getByRole("button", { name: "Import a connector" }).click();
    await dialog.getByLabel("Or paste the text").fill(JSON.stringify({ key: "walk-bad", name: "Walk bad", hub: "a b", resources: [{ method: "FETCH", path: "/a" }, { method: "GET" }] }));
    await dialog.getByText("An exported connector", { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "Next" }).click();
    const refused = answer(page, "POST", /\/elements$/);
    await dialog.getByRole("button", { name: "Store" }).click();
    const { message } = await (await refused).json();
    await dialog.getByRole("alert").getByText("The connector was not stored").waitFor();
    const places = await dialog.getByRole("alert").locator("li code").allInnerTexts();
    const wanted = Number(/has (\d+) faults/.exec(message)?.[1]);
    expect(wanted > 2 && places.length === wanted, `${places.length} of ${wanted} places: ${places}`);
    expect(places.includes("hub") && places.includes("resources[0].method"), places.join());
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  });

  await check("a description is converted, shown, stored under another key, and activated", async () => {
    await page.getByRole("button", { name: "Import a connector" }).click();
    await choose(page, "harbour.json", JSON.stringify(harbour));
    await dialog.getByText("A Swagger 2.0 description").waitFor();
    await dialog.getByRole("button", { name: "Convert" }).click();
    await dialog.getByText("Harbour Board").waitFor();
    await dialog.getByText("2", { exact: true }).waitFor();
    expect((await call("GET", "/elements/harbourboard")).status === 404, "it was stored before anybody said so");
    await dialog.getByLabel("Key").fill("walk harbour");
    await dialog.getByText("A key has no blanks").waitFor();
    await dialog.getByLabel("Key").fill("walk-harbour");
    await dialog.getByRole("button", { name: "Store" }).click();
    await dialog.getByRole("button", { name: "Activate" }).click();
    await dialog.getByRole("link", { name: "Authenticate" }).waitFor();
    const stored = (await call("GET", "/elements/walk-harbour")).body;
    expect(stored.private && stored.active && stored.resources.length >= 2, JSON.stringify(stored).slice(0, 200));
    await dialog.getByRole("link", { name: "API docs" }).click();
    await page.getByRole("heading", { name: "API of Harbour Board" }).waitFor();
  });

  await check("an export, JSON or YAML, comes back in; a taken key is refused in words", async () => {
    await page.goto(`${base}/connectors`);
    await page.getByRole("button", { name: "Import a connector" }).click();
    await choose(page, "actessentials.json", exported);
    await dialog.getByRole("button", { name: "Next" }).click();
    await dialog.getByText("The catalogue has a connector with this key").waitFor();
    await dialog.getByLabel("Key").fill("walk-harbour");
    await dialog.getByText("Your account has a connector with this key already").waitFor();
    await dialog.getByRole("button", { name: "Store" }).click();
    await dialog.getByRole("alert").getByText("The connector was not stored").waitFor();
    await dialog.getByLabel("Key").fill("walk-act");
    await dialog.getByRole("button", { name: "Store" }).click();
    await dialog.getByRole("heading", { name: "Act! 365 is stored" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Import a connector" }).click();
    await dialog.getByLabel("Or paste the text").fill("key: walk-yaml\nname: Walk YAML\nhub: general\nresources:\n  - method: GET\n    path: /berths\n    vendorPath: /berths\n");
    await dialog.getByText("An exported connector in YAML").waitFor();
    await dialog.getByRole("button", { name: "Next" }).click();
    await dialog.getByRole("button", { name: "Store" }).click();
    await dialog.getByRole("heading", { name: "Walk YAML is stored" }).waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await card(page, "walk-yaml").getByText("Inactive", { exact: true }).waitFor();
    for (const key of ["walk-act", "walk-yaml"]) expect((await call("DELETE", `/elements/${key}`)).status === 200, `${key} was not stored`);
  });

  await check("the documentation unfolds models, also those that go in circles", async () => {
    await page.goto(`${base}/connectors/walk-harbour/docs?search=find+ships`);
    await page.getByRole("button", { name: /GET \/ships Find ships/i }).click();
    for (const field of ["berth", "ship", "berth"]) await page.getByRole("button", { name: field, exact: true }).last().click();
    expect((await page.getByText("quay", { exact: true }).count()) === 2, "the second circle is not drawn");
  });

  await check("the documentation is searched, saved in both formats, and leads to Try it", async () => {
    await page.goto(`${base}/connectors/actessentials/docs`);
    await page.getByText(/^\d\d+ operations$/).waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("get contacts {id}");
    await page.getByText(/^\d operations?$/).waitFor();
    const row = page.getByRole("button", { name: /^GET \/contacts\/\{id\} / });
    await row.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("table", { name: "Parameters" }).getByRole("cell", { name: "id required" }).waitFor();
    const swagger = await saved(page, () => page.getByRole("button", { name: "Download Swagger 2.0" }).click());
    expect(swagger.name === "actessentials-swagger.json" && JSON.parse(swagger.text).swagger === "2.0", swagger.name);
    const openapi = await saved(page, () => page.getByRole("button", { name: "Download OpenAPI 3.1" }).click());
    expect(openapi.name === "actessentials-openapi.json" && JSON.parse(openapi.text).openapi.startsWith("3.1"), openapi.name);
    await page.getByRole("link", { name: "Try it" }).click();
    await page.getByRole("heading", { name: "Demo", level: 1 }).waitFor();
    const picked = await page.getByRole("combobox", { name: "Resource" }).inputValue();
    expect(picked === "GET /contacts/{id}", `Try it begins with ${picked}`);
    await page.getByRole("tab", { name: "API docs" }).click();
    await page.getByText(/^\d\d+ operations$/).waitFor(); // the instance's own documentation
    await page.getByRole("searchbox").fill("nothing of the sort");
    await page.getByText("No operation matches").waitFor();
  });

  await check("three hundred operations are drawn as they are unfolded", async () => {
    const made = await call("POST", "/elements", large(300));
    expect(made.status === 200, JSON.stringify(made.body));
    await page.goto(`${base}/connectors/walk-large/docs`);
    await page.getByText(/^3\d\d operations$/).waitFor();
    expect((await page.getByRole("table").count()) === 0, "parameters are drawn before they are asked for");
    await page.getByRole("searchbox").fill("thing299");
    await page.getByText("1 operation", { exact: true }).waitFor();
    await page.getByRole("button", { name: /thing299/ }).click();
    await page.getByRole("heading", { name: "Answer" }).waitFor();
    expect((await call("DELETE", "/elements/walk-large")).status === 200, "it cannot be deleted");
  });

  await check("failures and missing rights are said in words", async () => {
    const refuse = (status, message) => page.route(/\/docs$/, (route) =>
      route.request().resourceType() === "fetch" ? route.fulfill({ status, contentType: "application/json", body: JSON.stringify({ message }) }) : route.fallback());
    await refuse(403, "no");
    await page.goto(`${base}/connectors/actessentials/docs`);
    await page.getByText("You are not allowed to see this").waitFor();
    await page.unroute(/\/docs$/);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText(/^\d\d+ operations$/).waitFor();
    await page.goto(`${base}/connectors/nobody-knows-it/docs`);
    await page.getByText("There is no such thing as this connector").waitFor();
    await page.route(/\/elements\/convert/, (route) => route.fulfill({ status: 403, contentType: "application/json", body: '{"message":"You lack viewElements"}' }));
    await page.goto(`${base}/connectors`);
    await page.getByRole("button", { name: "Import a connector" }).click();
    await dialog.getByLabel("Or paste the text").fill(JSON.stringify(harbour));
    await dialog.getByRole("button", { name: "Convert" }).click();
    await dialog.getByRole("alert").getByText("You lack viewElements").waitFor();
  });

  await check("the work on connectors broke no policy, left the server never and logged no error", async () => faults);
  await context.close();

  for (const [width, scheme] of [[1440, "light"], [390, "dark"]]) {
    const { page, context, faults } = look(await open(browser, { base, width, scheme, reducedMotion: "reduce" }));
    await page.goto(base);
    await logIn(page);
    const asItStands = async () => [...(await tooWide(page)), ...(await nameless(page)), ...(await faint(page))];
    await check(`import, ${width} px, ${scheme}`, async () => {
      await page.getByRole("button", { name: "Import a connector" }).click();
      await page.getByRole("dialog").waitFor();
      const first = [...(await asItStands()), ...(await jumpy(page))];
      await choose(page, "harbour.json", JSON.stringify(harbour));
      await page.getByRole("button", { name: "Convert" }).click();
      await page.getByLabel("Key").fill("walk-harbour"); // taken
      await page.getByRole("button", { name: "Store" }).click();
      await page.getByRole("alert").waitFor();
      return [...first, ...(await asItStands())];
    });
    await check(`a menu, ${width} px, ${scheme}`, async () => {
      await catalogue(page, "walk-harbour");
      await page.getByRole("button", { name: /^Actions for/ }).click();
      await page.getByRole("menuitem", { name: "Delete" }).waitFor();
      return asItStands();
    });
    await check(`an unfolded operation, ${width} px, ${scheme}`, async () => {
      await page.goto(`${base}/connectors/walk-harbour/docs`);
      await page.getByRole("button", { name: /Read a ship/ }).click();
      await page.getByRole("button", { name: "berth", exact: true }).click();
      return [...(await asItStands()), ...(await unreachable(page))];
    });
    await check(`no policy broken on connectors, ${width} px, ${scheme}`, async () => faults);
    await context.close();
  }
  await call("DELETE", "/elements/walk-harbour");
}
