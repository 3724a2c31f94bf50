import { expect, test } from "vitest";
import { fieldsOf, gapsOf, startForm, withMetadata } from "./providerform";

test("a new provider says what is missing", () => {
  const form = startForm(undefined);
  expect(gapsOf(form)).toEqual(["name", "issuer", "clientId"]);
  expect(gapsOf({ ...form, type: "saml", name: "x" })).toEqual(["entityId", "ssoUrl", "signingCert"]);
  expect(gapsOf({ ...form, name: "x", issuer: "y", clientId: "z", mapping: [{ id: 1, group: "staff", role: "" }] })).toEqual(["mapping"]);
});

test("a secret that was not typed is not sent, and what was emptied is cleared", () => {
  const form = startForm({ id: 7, type: "oidc", name: "Desk", issuer: "https://id.example.org", clientId: "jack", scopes: "openid email", clientSecretSet: true, roleMapping: { staff: "admin" } });
  expect(fieldsOf({ ...form, scopes: " " })).toEqual({
    type: "oidc", name: "Desk", issuer: "https://id.example.org", clientId: "jack", scopes: null, groupsClaim: null, logoutUrl: null,
    emailDomains: [], defaultAccountId: null, justInTime: false, trustUnverifiedEmail: false, roleMapping: { staff: "admin" },
  });
  expect(fieldsOf({ ...form, clientSecret: " s " }).clientSecret).toBe(" s ");
});

test("metadata fills in what it says and leaves the rest", () => {
  const form = { ...startForm(undefined), type: "saml" as const, logoutUrl: "https://id.example.org/out", name: "Desk" };
  const filled = withMetadata(form, { entityId: "urn:desk", ssoUrl: "https://id.example.org/in", signingCert: "MII", logoutUrl: "" });
  expect(gapsOf(filled)).toEqual([]);
  expect(filled.logoutUrl).toBe("https://id.example.org/out");
});

test("a certificate is sent without the lines of PEM", () => {
  const form = { ...startForm(undefined), type: "saml" as const, signingCert: "-----BEGIN CERTIFICATE-----\nMII\nBxx\n-----END CERTIFICATE-----\n" };
  expect(fieldsOf(form).signingCert).toBe("MIIBxx");
});
