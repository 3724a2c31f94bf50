// One's own profile, and how an organization is kept: secrets, API keys, password policy, branding, audit.
import { readFile } from "node:fs/promises";
import { open } from "./chromium.mjs";
import { faint, jumpy, nameless, tooWide, unreachable } from "./inspect.mjs";

export async function profile({ browser, base, facts, check, expect, look }) {
  const call = async (method, path, { body, authorization = `User ${facts.userSecret}, Organization ${facts.organizationSecret}` } = {}) => {
    const response = await fetch(`${base}/elements/api-v2${path}`, {
      method,
      headers: { Authorization: authorization, ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  };
  const email = "mary+profile@example.org";
  let password = "First-Passw0rd!";
  const made = await call("POST", "/organizations/users", { body: { firstName: "Mary", lastName: "Somerville", email, password, roles: [{ key: "org-admin" }] } });
  const { id, secret } = made.body;

  const enter = async (page, path) => {
    await page.goto(`${base}/login?next=${encodeURIComponent(path)}`);
    await page.getByLabel("Email").fill(email);
    await page.getByRole("textbox", { name: "Password" }).fill(password);
    await page.keyboard.press("Enter");
  };
  const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
  const opened = look(await open(browser, { base, acceptDownloads: true }));
  const { page, context } = opened;
  const dialog = page.getByRole("dialog");
  const alert = page.getByRole("alertdialog");
  const said = (text) => page.getByRole("status").getByText(text).waitFor();

  await check("my profile opens from the account menu and says who I am", async () => {
    await enter(page, "/connectors");
    await page.getByRole("button", { name: "Account and theme" }).click();
    await page.getByRole("menuitem", { name: "My profile" }).click();
    await heading(page, "My profile");
    await page.getByRole("definition").getByText("Mary Somerville").waitFor();
    await page.getByRole("definition").getByText(email).waitFor();
    await page.getByText("Organization Administrator").waitFor();
  });

  await check("a secret is shown when asked for, and hidden again", async () => {
    expect(!(await page.content()).includes(secret), "the page has the secret before it is asked for");
    await page.getByRole("button", { name: "Show user secret" }).click();
    await page.getByTestId("user-secret").getByText(secret, { exact: true }).waitFor();
    await page.getByText(/Hidden again in \d+ s/).waitFor();
    await page.getByRole("button", { name: "Hide user secret" }).click();
    expect(!(await page.content()).includes(secret), "the page keeps the secret");
    await page.getByRole("button", { name: "Show organization secret" }).click();
    await page.getByTestId("organization-secret").getByText(facts.organizationSecret, { exact: true }).waitFor();
    await page.getByRole("button", { name: "Hide organization secret" }).click();
  });

  await check("a secret rotates with an overlap, which can be ended", async () => {
    const works = async (value) => (await call("GET", "/users/me", { authorization: `User ${value}, Organization ${facts.organizationSecret}` })).status;
    await page.getByRole("button", { name: "Rotate user secret" }).click();
    await dialog.getByText(/Everything that calls the API in your name/).waitFor();
    await dialog.getByRole("button", { name: /The old secret works for/ }).click();
    await page.getByRole("option", { name: "7 days more" }).click();
    await dialog.getByRole("button", { name: "Rotate" }).click();
    const fresh = await dialog.getByLabel("User secret", { exact: true }).innerText();
    expect(fresh.length === secret.length && fresh !== secret, "there is no new secret");
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.getByText(/The old secret works until/).waitFor();
    expect((await works(secret)) === 200 && (await works(fresh)) === 200, "not both secrets work");
    await page.getByRole("button", { name: "End it now" }).click();
    await alert.getByRole("button", { name: "End it now" }).click();
    await page.getByText(/The old secret works until/).waitFor({ state: "detached" });
    expect((await works(secret)) === 401 && (await works(fresh)) === 200, "the old secret goes on");
  });

  await check("an API key is shown once, works, and is revoked", async () => {
    await page.getByRole("button", { name: "Create API key" }).click();
    await dialog.getByRole("button", { name: "Create", exact: true }).click();
    await dialog.getByText("Name is required.").waitFor();
    await dialog.getByRole("textbox", { name: "Name" }).fill("Nightly <b>import</b>");
    await dialog.getByRole("button", { name: "Create", exact: true }).click();
    const key = await dialog.getByLabel("API key", { exact: true }).innerText();
    await dialog.getByRole("button", { name: "Close" }).click();
    const works = async () => (await call("GET", "/users/me", { authorization: `Bearer ${key}` })).status;
    expect((await works()) === 200, "the key does not work");
    await page.getByRole("row", { name: /Nightly import/ }).getByText(key.slice(0, 8)).waitFor();
    expect(!(await page.content()).includes(key), "the list has the key");
    await page.getByRole("button", { name: "Revoke Nightly import" }).click();
    await alert.getByRole("button", { name: "Revoke" }).click();
    await page.getByText("No API keys yet").waitFor();
    expect((await works()) === 401, "the revoked key works");
  });

  await check("the password changes, with the rules ticked off while one types", async () => {
    await page.getByRole("button", { name: "Change password" }).click();
    await dialog.getByRole("textbox", { name: "Current password" }).fill(password);
    const field = dialog.getByRole("textbox", { name: "New password" });
    const done = () => dialog.getByRole("listitem").filter({ hasText: ": done" }).count();
    await field.fill("mary");
    expect((await done()) === 3, `${await done()} rules are ticked off for "mary"`); // lower case, last name, first part of the email
    await dialog.getByRole("button", { name: "Change password" }).click();
    await dialog.getByText("The password does not keep to all rules yet.").waitFor();
    await field.fill("Celestial-Mech1");
    expect((await done()) === (await dialog.getByRole("listitem").count()), "a rule is open");
    await dialog.getByRole("button", { name: "Change password" }).click();
    await said("Your password is changed.");
    password = "Celestial-Mech1";
    expect((await call("POST", "/authentication", { body: { username: email, password } })).status === 200, "the new password does not work");
  });

  await check("the password policy has ranges, is saved, and goes back to the default", async () => {
    await page.goto(`${base}/settings/security`);
    await page.getByRole("textbox", { name: "Uppercase letters" }).fill("11");
    await page.getByText("A whole number from 0 to 10.").waitFor();
    await page.getByRole("textbox", { name: "Uppercase letters" }).fill("2");
    await page.getByRole("button", { name: "Save policy" }).click();
    await said("The password policy is saved.");
    expect((await call("GET", "/organizations/password-policies")).body.minUppercase === 2, "it is not saved");
    await page.getByRole("button", { name: "Reset to the default" }).click();
    await alert.getByRole("button", { name: "Reset" }).click();
    await said("The password policy is the default again.");
    expect((await page.getByRole("textbox", { name: "Uppercase letters" }).inputValue()) === "1", "the form keeps what was");
  });

  await check("a branding is previewed, saved, and painted over the console", async () => {
    await page.goto(`${base}/settings/branding`);
    await page.getByRole("textbox", { name: "Main colour", exact: true }).first().fill("#ffd000");
    await page.getByRole("button", { name: "Fill in" }).click();
    const preview = page.getByRole("img", { name: "Preview: The console" });
    const ground = (locator) => locator.evaluate((e) => getComputedStyle(e).backgroundColor);
    expect((await ground(preview.locator(".frame-bar"))) === "rgb(255, 208, 0)", "the preview does not follow");
    expect((await ground(page.getByRole("banner"))) !== "rgb(255, 208, 0)", "the page is painted before it is saved");
    await page.getByRole("textbox", { name: "Headings", exact: true }).fill("red");
    await page.getByRole("button", { name: "Save branding" }).click();
    await page.getByText("A colour such as #0f766e.").waitFor();
    await page.getByRole("textbox", { name: "Headings", exact: true }).fill("#fafafa"); // could not be read on white
    await page.getByRole("button", { name: "Save branding" }).click();
    await said("The branding is saved.");
    expect((await ground(page.getByRole("banner"))) === "rgb(255, 208, 0)", "the console is not painted");
    const logo = (inside) => ({
      name: "logo.svg",
      mimeType: "image/svg+xml",
      buffer: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 20">${inside}<rect width="80" height="20" fill="#004"/></svg>`),
    });
    await page.getByTestId("logo").setInputFiles(logo("<script>alert(1)</script>"));
    await page.getByRole("alert").getByText(/The SVG is refused/).waitFor();
    await page.getByTestId("logo").setInputFiles(logo(""));
    await said("The logo is stored.");
    await page.waitForFunction(() => document.querySelector("aside img")?.naturalWidth > 0);
    return faint(page);
  });

  await check("a branded console can be read, light and dark", async () => {
    const problems = [];
    for (const scheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      for (const [path, ready] of [["/connectors", "Authenticate with Act! 365"], ["/instances", "Demo"], ["/settings/mails", "Mails"]]) {
        await page.goto(base + path);
        await page.getByRole("link", { name: ready, exact: true }).waitFor();
        problems.push(...(await faint(page)).map((problem) => `${path}, ${scheme}: ${problem}`));
      }
    }
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" });
    return problems;
  });

  await check("before the sign-in, and after the branding is removed, everything looks as the product does", async () => {
    const other = await open(browser, { base });
    await other.page.goto(`${base}/login`);
    await heading(other.page, "Sign in");
    expect(!(await other.page.evaluate(() => document.documentElement.hasAttribute("data-branded"))), "the login page is branded");
    await other.context.close();
    await page.goto(`${base}/settings/branding`);
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await alert.getByRole("button", { name: "Remove" }).click();
    await said("The branding is removed.");
    expect(!(await page.evaluate(() => document.documentElement.hasAttribute("data-branded"))), "the page stays branded");
  });

  await check("the audit log finds a change by kind, user and path, and shows what it changed", async () => {
    await page.goto(`${base}/settings/audit`);
    await page.getByRole("button", { name: /Kind/ }).click();
    await page.getByRole("option", { name: "Security" }).click();
    await page.getByRole("button", { name: "Show what changed: PUT /organizations/password-policies", exact: true }).first().click();
    const member = dialog.getByRole("listitem").filter({ hasText: "minUppercase" });
    await member.getByText("1", { exact: true }).waitFor();
    await member.getByText("2", { exact: true }).waitFor();
    await dialog.getByText(email).waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: /Kind/ }).click();
    await page.getByRole("option", { name: "Any kind" }).click();
    await page.getByRole("searchbox").fill("/secret");
    const rotated = page.getByRole("button", { name: /^Show what changed: PUT \/users\/(me|\d+)\/secret$/ });
    await rotated.first().waitFor();
    await page.getByRole("searchbox").fill("no such path");
    await page.getByText("No change matches").waitFor();
    await page.reload();
    await page.getByText("No change matches").waitFor(); // the address remembers
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByRole("row", { name: /API-keys|api-keys/ }).first().waitFor();
  });

  await check("the audit log is exported as JSON lines, without a secret", async () => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    const file = await download;
    expect(/^audit-.*\.jsonl$/.test(file.suggestedFilename()), file.suggestedFilename());
    const text = await readFile(await file.path(), "utf8");
    const rows = text.trim().split("\n").map((line) => JSON.parse(line));
    expect(rows.some((row) => row.resource_uri.endsWith("/password-policies")) && rows.every((row) => row.method !== "GET" || /sign-on/.test(row.resource_uri)), "the rows are others");
    for (const hidden of [secret, facts.organizationSecret, password, "First-Passw0rd!"]) expect(!text.includes(hidden), "the export has a secret");
  });
  await check("no policy broken in profile and settings", async () => opened.faults);
  await context.close();

  const screens = [
    ["profile", "/profile", (p) => p.getByText("No API keys yet").waitFor()],
    ["security", "/settings/security", (p) => p.getByRole("button", { name: "Save policy" }).waitFor()],
    ["sign-on", "/settings/sign-on", (p) => p.getByText("No identity providers yet").waitFor()],
    ["mails", "/settings/mails", (p) => p.getByRole("row").nth(1).waitFor()],
    ["branding", "/settings/branding", (p) => p.getByRole("button", { name: "Save branding" }).waitFor()],
    ["audit", "/settings/audit", (p) => p.getByRole("row").nth(1).waitFor()],
  ];
  for (const [width, scheme, tabbed] of [[1440, "light", true], [390, "dark", false]]) {
    const seen = look(await open(browser, { base, width, scheme, reducedMotion: "reduce" }));
    await enter(seen.page, "/profile");
    await heading(seen.page, "My profile");
    for (const [name, path, ready] of screens) {
      await check(`${name}, ${width} px, ${scheme}`, async () => {
        await seen.page.goto(base + path);
        await ready(seen.page);
        await seen.page.evaluate(() => document.fonts.ready);
        const still = [...(await tooWide(seen.page)), ...(await nameless(seen.page)), ...(await faint(seen.page)), ...(await jumpy(seen.page))];
        // Rows and fields that are alike: walking through all of them takes long and shows nothing new.
        return tabbed && !/audit|branding/.test(name) ? [...still, ...(await unreachable(seen.page))] : still;
      });
    }
    await check(`no policy broken, ${width} px, ${scheme}`, async () => seen.faults);
    await seen.context.close();
  }
  await call("DELETE", `/users/${id}`);
}
