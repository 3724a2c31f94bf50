// People, roles, accounts and limits: made, changed, and in force at once.
import { open } from "./chromium.mjs";
import { faint, jumpy, nameless, tooWide, unreachable } from "./inspect.mjs";

export async function settings({ browser, base, facts, check, expect, look, logIn, answer }) {
  const send = async (method, path, { body, authorization = `User ${facts.userSecret}, Organization ${facts.organizationSecret}` } = {}) => {
    const response = await fetch(`${base}/elements/api-v2${path}`, {
      method,
      headers: { Authorization: authorization, ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  };
  const admin = look(await open(browser, { base }));
  const { page, context, faults } = admin;
  const dialog = page.getByRole("dialog");
  const alert = page.getByRole("alertdialog");
  const said = (text) => page.getByRole("status").getByText(text).waitFor();
  const email = "grace+walk@example.org";
  let password = "";
  let accountId = 0;
  let userId = 0;
  let bearer = "";
  const asGrace = async (path) => (await send("GET", path, { authorization: `Bearer ${bearer}` })).status;

  await page.goto(base);
  await logIn(page);

  await check("the settings open from the rail and show what an administrator may do", async () => {
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { name: "Users", level: 1 }).waitFor();
    const places = await page.getByRole("navigation", { name: "Settings" }).getByRole("link").allInnerTexts();
    for (const place of ["Users", "Roles", "Accounts", "Limits"]) expect(places.includes(place), `${place} is not among ${places}`);
    await page.getByRole("row", { name: facts.login.username }).getByText("You", { exact: true }).waitFor();
  });

  await check("an account is made and has a page", async () => {
    await page.getByRole("link", { name: "Accounts", exact: true }).click();
    await page.getByRole("button", { name: "Add an account" }).click();
    await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("Walk <i>EMEA</i>");
    await dialog.getByRole("button", { name: "Create account" }).click();
    await dialog.getByText("External id is required.").waitFor();
    await dialog.getByRole("textbox", { name: "External id" }).fill("walk-emea");
    await dialog.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("heading", { name: "Walk EMEA", level: 1 }).waitFor(); // without the markup
    accountId = Number(new URL(page.url()).pathname.split("/").at(-1));
    await page.getByText("Nobody is in this account yet.").waitFor();
    await page.getByText("Nothing is connected in this account yet.").waitFor();
    await page.getByText("0, no limit").first().waitFor();
  });

  await check("a user is made: the form says what is missing, the password keeps to the rules", async () => {
    await page.getByRole("link", { name: "Add and manage users" }).click();
    await page.getByRole("button", { name: "Add a user" }).first().click();
    await dialog.getByRole("button", { name: /Walk EMEA/ }).waitFor(); // the account that was looked at
    await dialog.getByRole("button", { name: "Create user" }).click();
    await dialog.getByText("First name is required.").waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "firstName");
    await dialog.getByRole("textbox", { name: "First name" }).fill("Grace");
    await dialog.getByRole("textbox", { name: "Last name" }).fill("Hopper");
    await dialog.getByRole("textbox", { name: "Email" }).fill(facts.login.username);
    await dialog.getByRole("textbox", { name: "New password" }).fill("grace");
    await dialog.getByText("This password does not keep to every rule below.").waitFor();
    await dialog.getByRole("button", { name: "Make one up" }).click();
    password = await dialog.getByRole("textbox", { name: "New password" }).inputValue();
    await dialog.getByRole("button", { name: "Create user" }).click();
    await dialog.locator("[aria-invalid=true]").waitFor(); // the email is taken
    expect((await dialog.getByRole("textbox", { name: "Email" }).getAttribute("aria-invalid")) === "true", "a taken email is not said at the field");
    await dialog.getByRole("textbox", { name: "Email" }).fill(email);
    await dialog.getByRole("button", { name: "Create user" }).click();
    await page.getByRole("heading", { name: "Grace Hopper", level: 1 }).waitFor();
    userId = Number(new URL(page.url()).pathname.split("/").at(-1));
    const login = await send("POST", "/authentication", { body: { username: email, password } });
    bearer = login.body?.token;
    expect(bearer, `the login of the new user answers ${login.status}`);
    expect((await page.getByRole("checkbox", { name: "Default User" }).isChecked()), "the account's usual role is not shown");
  });

  await check("a role that is given is in force on the next call, and one that is taken is not", async () => {
    const users = `/accounts/${accountId}/users`;
    expect((await asGrace(users)) === 403, "a default user sees the users");
    await page.getByRole("checkbox", { name: "Account", exact: true }).click();
    await said("Grace Hopper now has the role Account.");
    expect((await asGrace(users)) === 200, "the role is not in force");
    await page.getByRole("checkbox", { name: "Account", exact: true }).click();
    await said("Grace Hopper no longer has the role Account.");
    expect((await asGrace(users)) === 403, "the role is still in force");
  });

  await check("details of a user are changed, and only what changed is sent", async () => {
    const patched = page.waitForRequest((request) => request.method() === "PATCH");
    patched.catch(() => undefined);
    await page.getByText("Postal address and phone").click();
    await page.getByRole("textbox", { name: "City" }).fill("Arlington");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    expect((await patched).postData() === '{"city":"Arlington"}', (await patched).postData());
    await said("Saved.");
    const stored = await send("GET", `/users/${userId}`);
    expect(stored.body.city === "Arlington" && stored.body.lastName === "Hopper", JSON.stringify(stored.body));
  });

  await check("a change of the matrix waits for the save, then acts on the next call", async () => {
    const users = `/accounts/${accountId}/users`;
    await page.getByRole("link", { name: "Roles", exact: true }).click();
    const box = page.getByRole("checkbox", { name: "View users of an account: Default User", exact: true });
    await box.click();
    await page.getByText("1 change is not saved").waitFor();
    await page.getByRole("link", { name: "Users", exact: true }).click();
    await page.getByRole("heading", { name: "Users", level: 1 }).waitFor();
    await page.getByRole("link", { name: "Roles", exact: true }).click();
    await page.getByText("1 change is not saved").waitFor(); // it waited
    expect((await asGrace(users)) === 403, "it acts before it is saved");
    const put = answer(page, "PUT", /\/organizations\/roles$/);
    await page.getByRole("button", { name: "Save roles" }).click();
    expect((await put).status() === 200, `PUT answers ${(await put).status()}`);
    await said("The roles are saved and in force.");
    await page.getByText("1 change is not saved").waitFor({ state: "hidden" });
    expect((await asGrace(users)) === 200, "it is saved and not in force");
    expect(await box.isChecked(), "the box is empty again");
    const must = page.getByRole("checkbox", { name: /^Configure roles: Organization Administrator/ });
    expect(await must.isDisabled(), "administrators can be locked out");
  });

  await check("the roles are reset after a question", async () => {
    await page.getByRole("button", { name: "Reset to defaults" }).click();
    await alert.getByRole("button", { name: "Reset to defaults" }).click();
    await said("The built-in roles are as they were at first.");
    expect((await asGrace(`/accounts/${accountId}/users`)) === 403, "the privilege is still there");
    expect(!(await page.getByRole("checkbox", { name: "View users of an account: Default User", exact: true }).isChecked()), "the box is still ticked");
  });

  await check("a role of one's own is made after another, renamed and deleted", async () => {
    await page.getByRole("button", { name: "Add a role" }).click();
    await dialog.getByRole("textbox", { name: "Name" }).fill("Walk desk");
    await dialog.getByRole("button", { name: "Begins with the privileges of" }).click();
    await page.getByRole("option", { name: "Organization User" }).click();
    await dialog.getByRole("button", { name: "Create role" }).click();
    await page.getByRole("columnheader", { name: /Walk desk/ }).waitFor();
    expect(await page.getByRole("checkbox", { name: "View connectors: Walk desk", exact: true }).isChecked(), "it begins with nothing");
    await page.getByRole("button", { name: "Actions for the role Walk desk" }).click();
    await page.getByRole("menuitem", { name: "Change name" }).click();
    await dialog.getByRole("textbox", { name: "Name" }).fill("Walk desk two");
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Actions for the role Walk desk two" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await alert.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("columnheader", { name: /Walk desk/ }).waitFor({ state: "hidden" });
    expect(!(await send("GET", "/organizations/roles")).body.some(({ name }) => name.startsWith("Walk desk")), "it is still there");
  });

  const grace = await open(browser, { base });
  await check("who may less is offered less, and is told so at the address of what is not offered", async () => {
    await grace.page.goto(`${base}/login?next=/settings`);
    await grace.page.getByLabel("Email").fill(email);
    await grace.page.getByRole("textbox", { name: "Password" }).fill(password);
    await grace.page.getByRole("button", { name: "Sign in" }).click();
    await grace.page.getByRole("heading", { name: "Limits", level: 1 }).waitFor();
    const places = await grace.page.getByRole("navigation", { name: "Settings" }).getByRole("link").allInnerTexts();
    expect(places.join() === "Limits", `a default user is offered ${places}`);
    expect((await grace.page.getByRole("button", { name: "Switch account" }).count()) === 0, "a default user can switch accounts");
    for (const place of ["users", "roles", "accounts"]) {
      await grace.page.goto(`${base}/settings/${place}`);
      await grace.page.getByText("You are not allowed to see this").waitFor();
    }
  });

  await check("another account is chosen: users and instances are its own, and the page says so", async () => {
    await page.getByRole("button", { name: "Switch account" }).click();
    await page.getByRole("searchbox", { name: "Search accounts" }).fill("walk");
    await page.getByRole("menuitemradio", { name: /Walk EMEA/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByText("You are looking at Walk EMEA.").waitFor();
    await page.getByRole("link", { name: "Users", exact: true }).click();
    await page.getByRole("row", { name: email }).waitFor();
    expect((await page.getByRole("row").count()) === 2, "users of other accounts are there"); // with the head
    await page.getByRole("link", { name: "Instances", exact: true }).click();
    await page.getByText("Nothing is connected in Walk EMEA.").waitFor();
    await page.reload();
    await page.getByText("You are looking at Walk EMEA.").waitFor(); // the window remembers
    await page.getByRole("button", { name: "Back to your own view" }).click();
    await page.getByRole("link", { name: "Demo", exact: true }).waitFor();
    expect((await page.evaluate(() => sessionStorage.length)) === 0, "the choice stays behind");
  });

  await check("a deactivated user's session ends at once", async () => {
    await grace.page.goto(`${base}/connectors`);
    await grace.page.getByRole("heading", { name: "Connectors", level: 1 }).waitFor();
    await page.goto(`${base}/settings/users?search=hopper`);
    await page.getByRole("button", { name: "Actions for Grace Hopper" }).click();
    await page.getByRole("menuitem", { name: "Deactivate" }).click();
    await alert.getByRole("button", { name: "Deactivate" }).click();
    await said("Grace Hopper is deactivated.");
    await page.getByRole("row", { name: email }).getByText("Inactive").last().waitFor();
    expect((await asGrace("/elements")) === 401, "the token still works");
    await grace.page.getByRole("link", { name: "Instances", exact: true }).click();
    await grace.page.getByText("Your session has ended.").waitFor();
  });

  await check("a user is deleted only after the email was typed", async () => {
    await page.getByRole("button", { name: "Actions for Grace Hopper" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const really = alert.getByRole("button", { name: "Delete" });
    await alert.getByRole("textbox").fill("grace");
    expect(await really.isDisabled(), "half of the email is enough");
    await alert.getByRole("textbox").fill(email);
    await really.click();
    await page.getByText("No user matches").waitFor();
    expect((await send("GET", `/users/${userId}`)).status === 404, "the user is still there");
  });

  await check("an account is deactivated and comes back", async () => {
    await page.goto(`${base}/settings/accounts/${accountId}`);
    await page.getByRole("button", { name: "Deactivate" }).click();
    await alert.getByRole("button", { name: "Deactivate" }).click();
    await page.getByText("This account is deactivated").waitFor();
    await page.getByRole("button", { name: "Activate" }).click();
    await said("Walk EMEA is active again.");
    await page.getByText("This account is deactivated").waitFor({ state: "hidden" });
  });

  await check("limits are changed and shown with what is used", async () => {
    await page.getByRole("button", { name: "Change limits" }).click();
    await dialog.getByRole("textbox", { name: "Stored instances" }).fill("many");
    await dialog.getByText("A whole number from 0.").waitFor();
    await dialog.getByRole("textbox", { name: "Stored instances" }).fill("7");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("0 of 7").waitFor();
    await page.getByRole("meter", { name: "Stored instances" }).waitFor();
    expect((await send("GET", `/accounts/${accountId}/limits`)).body.storedInstances.limit === 7, "the limit is another");
  });

  await check("the settings broke no policy, left the server never and logged no error", async () => [...faults, ...grace.faults]);
  await grace.context.close();
  await context.close();

  const screens = [
    ["users", "/settings/users", (p) => p.getByRole("row", { name: facts.login.username }).waitFor()],
    ["a user", "/settings/users/me", (p) => p.getByRole("checkbox", { name: "Organization Administrator" }).waitFor()],
    ["roles", "/settings/roles", (p) => p.getByRole("checkbox", { name: /^View connectors/ }).first().waitFor()],
    ["accounts", "/settings/accounts", (p) => p.getByRole("row", { name: /Walk EMEA/ }).waitFor()],
    ["an account", `/settings/accounts/${accountId}`, (p) => p.getByText("0 of 7").waitFor()],
    ["limits", "/settings/limits", (p) => p.getByText("1, no limit").waitFor()],
  ];
  for (const [width, scheme] of [[1440, "light"], [390, "dark"]]) {
    const opened = look(await open(browser, { base, width, scheme, reducedMotion: "reduce" }));
    const { page, context } = opened;
    await page.goto(base);
    await logIn(page);
    for (const [name, path, ready] of screens) {
      await check(`settings: ${name}, ${width} px, ${scheme}`, async () => {
        await page.goto(base + path);
        await ready(page);
        const still = [...(await tooWide(page)), ...(await nameless(page)), ...(await faint(page)), ...(await jumpy(page))];
        // The boxes of the matrix are alike, and what Tab reaches does not hang on the width: walking it all takes long.
        return name === "roles" || width === 390 ? still : [...still, ...(await unreachable(page))];
      });
    }
    await check(`settings: the form of a user, ${width} px, ${scheme}`, async () => {
      await page.goto(`${base}/settings/users`);
      await page.getByRole("button", { name: "Add a user" }).click();
      await page.getByRole("button", { name: "Create user" }).click();
      await page.getByText("First name is required.").waitFor();
      return [...(await tooWide(page)), ...(await nameless(page)), ...(await faint(page))];
    });
    await check(`settings: another account, ${width} px, ${scheme}`, async () => {
      await page.goto(`${base}/settings/users`);
      await page.getByRole("button", { name: /Switch account/ }).click();
      await page.getByRole("menuitemradio", { name: /Walk EMEA/ }).click();
      await page.getByText("No users yet").waitFor();
      return [...(await tooWide(page)), ...(await nameless(page)), ...(await faint(page))];
    });
    await check(`no policy broken in the settings, ${width} px, ${scheme}`, async () => opened.faults);
    await context.close();
  }
}
