// The ways in: a password that expired or was forgotten, too many wrong ones, and the login of somebody else by OpenID Connect and SAML.
import { open } from "./chromium.mjs";
import { faint, jumpy, nameless, tooWide, unreachable } from "./inspect.mjs";

export async function signin({ browser, base, facts, check, expect, look }) {
  const { identity, expired } = facts;
  const call = async (method, path, body, authorization = `User ${facts.userSecret}, Organization ${facts.organizationSecret}`) => {
    const response = await fetch(`${base}/elements/api-v2${path}`, {
      method,
      headers: { ...(authorization && { Authorization: authorization }), ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  // People do leave for the other side; an answer of it that is not believed is an answer of 4xx.
  const wrong = (faults) => faults.filter((fault) => !fault.startsWith(`leaves the server: ${identity.url}`) && !fault.includes(`(${identity.url}`));
  const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
  const enter = async (page, email, password) => {
    await page.getByLabel("Email").fill(email);
    await page.getByRole("textbox", { name: "Password" }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  };
  const leave = async (page) => {
    await page.getByRole("button", { name: "Account and theme" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await heading(page, "Sign in");
  };
  const who = (page) => page.evaluate(() => fetch("/console/session").then((response) => response.json()));

  const opened = look(await open(browser, { base }));
  const { page, context } = opened;

  await check("a password that has expired is replaced on the way in", async () => {
    await call("PUT", "/organizations/password-policies", { minLength: 8, minUppercase: 1, minLowercase: 1, minNumbers: 1, minSymbols: 1, symbolCharacterSet: "!-", previousPasswordCount: 0, expirationDays: 30 });
    await page.goto(`${base}/login`);
    await enter(page, expired.username, expired.password);
    await heading(page, "Choose a new password");
    await page.getByRole("button", { name: "Change and sign in" }).click();
    await page.getByText("Choose a password.").waitFor();
    await page.getByRole("textbox", { name: "New password" }).fill("weak");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText(/at least 8 characters/).waitFor();
    await page.getByRole("textbox", { name: "New password" }).fill("Fresh-Lovelace1");
    await page.keyboard.press("Enter");
    await heading(page, "Connectors");
    await leave(page);
    await enter(page, expired.username, expired.password);
    await page.getByRole("alert").getByText("Email or password is not right").waitFor();
    await call("DELETE", "/organizations/password-policies");
  });

  await check("a forgotten password is set anew by the link of a letter, once", async () => {
    await page.getByRole("link", { name: "Forgotten your password?" }).click();
    await heading(page, "Forgotten password");
    await page.getByRole("button", { name: "Send the letter" }).click();
    await page.getByText("Enter your email.").waitFor();
    await page.getByLabel("Email").fill(expired.username);
    await page.keyboard.press("Enter");
    await heading(page, "Look into your mail");
    let letter;
    for (let tries = 0; !letter && tries < 100; tries++) {
      letter = (await call("GET", "/mails")).find((mail) => mail.to === expired.username);
      if (!letter) await page.waitForTimeout(100); // it is written behind the answer, so that nobody learns whether the address is known
    }
    const { text } = await call("GET", `/mails/${letter.id}`);
    const link = new URL(/https?:\/\/\S+\/reset-password\?token=[^\s>]+/.exec(text)[0]);
    await page.goto(`${base}${link.pathname}${link.search}`);
    await heading(page, "Choose a new password");
    expect(!page.url().includes("token"), "the address keeps the token");
    await page.getByRole("textbox", { name: "New password" }).fill("short");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText(/at least/).waitFor();
    await page.getByRole("textbox", { name: "New password" }).fill("Second-Lovelace1");
    await page.keyboard.press("Enter");
    await page.getByText("Your password is set. Sign in with it now.").waitFor();
    await enter(page, expired.username, "Second-Lovelace1");
    await heading(page, "Connectors");
    await leave(page);
    await page.goto(`${base}${link.pathname}${link.search}`);
    await page.getByRole("textbox", { name: "New password" }).fill("Third-Lovelace1");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await page.getByRole("link", { name: "Ask for another letter" }).waitFor();
  });

  await check("the outbox shows the letter to an administrator who may read it", async () => {
    await page.goto(`${base}/login?next=/settings/mails`);
    await enter(page, facts.login.username, facts.login.password);
    await page.getByRole("button", { name: /^Open/ }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(`To: ${expired.username}`).waitFor();
    await dialog.getByText("Outbox", { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
  });

  await check("identity providers are added in the settings, which say what to enter over there", async () => {
    await page.goto(`${base}/settings/sign-on`);
    await page.getByRole("button", { name: "Add identity provider" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(`${base}/console/sign-on/callback`).waitFor();
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await dialog.getByText("Issuer is required.").waitFor();
    await dialog.getByRole("textbox", { name: "Name" }).fill("Walk OpenID");
    await dialog.getByRole("textbox", { name: "Issuer" }).fill(identity.url);
    await dialog.getByRole("textbox", { name: "Client id" }).fill(identity.clientId);
    await dialog.getByRole("textbox", { name: "Client secret" }).fill(identity.clientSecret);
    await dialog.getByLabel("Email domains").fill("walk.example,");
    await dialog.getByText("Add people who are not here yet").click();
    await dialog.getByRole("button", { name: "Add a group" }).click();
    await dialog.getByRole("textbox", { name: "Group", exact: true }).fill("staff");
    await dialog.getByRole("button", { name: /Role/ }).click();
    await page.getByRole("option", { name: "Organization User" }).click();
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("heading", { name: "Edit Walk OpenID" }).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();

    await page.getByRole("button", { name: "Add identity provider" }).click();
    await dialog.getByRole("button", { name: /Type/ }).click();
    await page.getByRole("option", { name: "SAML 2.0" }).click();
    await dialog.getByRole("textbox", { name: "Name" }).fill("Walk SAML");
    await dialog.getByRole("textbox", { name: "Paste the provider's metadata" }).fill("<html></html>");
    await dialog.getByText(/This is no SAML metadata/).waitFor();
    await dialog.getByRole("textbox", { name: "Paste the provider's metadata" }).fill(
      `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${identity.entityId}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
        `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>\n${identity.certificate.match(/.{1,64}/g).join("\n")}\n</X509Certificate></X509Data></KeyInfo></KeyDescriptor>` +
        `<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${identity.sloUrl}"/>` +
        `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${identity.ssoUrl}"/></IDPSSODescriptor></EntityDescriptor>`,
    );
    expect((await dialog.getByRole("textbox", { name: "Sign-in address" }).inputValue()) === identity.ssoUrl, "the metadata fills nothing in");
    await dialog.getByLabel("Email domains").fill("walk.example,");
    await dialog.getByText("Add people who are not here yet").click();
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await dialog.getByText(/\/authentication\/saml\/\d+\/acs$/).waitFor();
    const problems = [...(await nameless(page)), ...(await faint(page))];
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("row", { name: /Walk SAML/ }).getByText("walk.example").waitFor();
    await leave(page);
    return problems;
  });

  await check("the login page offers them for an address, and leads in by OpenID Connect", async () => {
    await page.goto(`${base}/login?next=/instances`);
    await page.getByLabel("Email").fill("grace@walk.example");
    await page.keyboard.press("Tab");
    await page.getByRole("link", { name: "Continue with Walk OpenID" }).click();
    await page.waitForURL((url) => url.href.startsWith(identity.url));
    await page.getByLabel("Who are you?").selectOption("grace@walk.example");
    await page.getByRole("button", { name: "Log in" }).click();
    await heading(page, "Instances");
    const session = await who(page);
    expect(session.user.email === "grace@walk.example" && session.user.firstName === "Grace", JSON.stringify(session.user));
    expect(session.roles.some((role) => role.key === "org"), JSON.stringify(session.roles));
    const [cookie] = (await context.cookies(base)).filter(({ name }) => name === "jackfield_session");
    expect(cookie.httpOnly && cookie.sameSite === "Strict", JSON.stringify(cookie));
    await leave(page);
  });

  await check("who refuses over there is told so here, and can still use a password", async () => {
    await page.goto(`${base}/login`);
    await page.getByLabel("Email").fill("grace@walk.example");
    await page.keyboard.press("Tab");
    await page.getByRole("link", { name: "Continue with Walk OpenID" }).click();
    await page.getByRole("button", { name: "Refuse" }).click();
    await heading(page, "Sign in");
    await page.getByRole("alert").getByText(/You were not let in over there/).waitFor();
  });

  await check("SAML leads in and out again, and an answer that somebody changed does not", async () => {
    const settings = (attack) => fetch(`${identity.url}/_sim/settings`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ attack }) });
    const begin = async () => {
      await page.goto(`${base}/login`);
      await page.getByLabel("Email").fill("grace@walk.example");
      await page.keyboard.press("Tab");
      await page.getByRole("link", { name: "Continue with Walk SAML" }).click();
      await page.getByLabel("Who are you?").selectOption("grace@walk.example");
      await page.getByRole("button", { name: "Log in" }).click();
    };
    await settings("tampered");
    await begin();
    await page.getByRole("alert").getByText(/cannot be trusted/).waitFor();
    expect(!(await who(page)).authenticated, "a changed answer let somebody in");
    await settings("");
    await begin();
    await heading(page, "Connectors");
    expect((await who(page)).user.email === "grace@walk.example", "somebody else is in");
    await page.getByRole("button", { name: "Account and theme" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Logged out of the identity provider" }).waitFor();
    await page.goto(`${base}/login`);
    expect(!(await who(page)).authenticated, "the session here goes on");
  });

  await check("too many wrong passwords say how long to wait", async () => {
    await page.goto(`${base}/login`);
    for (let tries = 0; tries < 15; tries++) {
      await enter(page, expired.username, `Wrong-Passw0rd-${tries}`);
      await page.getByRole("alert").waitFor();
      if (await page.getByText(/Too many attempts/).isVisible()) break;
    }
    await page.getByRole("alert").getByText(/Too many attempts\. Try again in \d+ (second|minute)s?/).waitFor();
  });

  await check("identity providers are deleted", async () => {
    for (const { id } of await call("GET", "/organizations/identity-providers")) await call("DELETE", `/organizations/identity-providers/${id}`);
    await page.goto(`${base}/login`);
    await page.getByLabel("Email").fill("grace@walk.example");
    await page.keyboard.press("Tab");
    await page.waitForLoadState("networkidle");
    expect((await page.getByRole("link", { name: /Continue with/ }).count()) === 0, "a deleted provider is offered");
  });
  await check("no policy broken on the ways in", async () => wrong(opened.faults));
  await context.close();

  for (const [width, scheme] of [[1440, "light"], [390, "dark"]]) {
    const seen = look(await open(browser, { base, width, scheme, reducedMotion: "reduce" }));
    for (const [name, path, title] of [
      ["a problem at sign-in", "/login?problem=not-allowed", "Sign in"],
      ["forgotten password", "/reset-password", "Forgotten password"],
      ["a new password", "/reset-password?token=x", "Choose a new password"],
    ]) {
      await check(`${name}, ${width} px, ${scheme}`, async () => {
        await seen.page.goto(base + path);
        await heading(seen.page, title);
        await seen.page.evaluate(() => document.fonts.ready);
        return [...(await tooWide(seen.page)), ...(await nameless(seen.page)), ...(await faint(seen.page)), ...(await jumpy(seen.page)), ...(await unreachable(seen.page))];
      });
    }
    await seen.context.close();
  }
}
