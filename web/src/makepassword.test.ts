import { expect, test } from "vitest";
import { rulesOf, type PasswordPolicy } from "./api/passwords";
import { makePassword } from "./makepassword";

const policy: PasswordPolicy = {
  minLength: 8,
  minUppercase: 1,
  minLowercase: 1,
  minNumbers: 1,
  minSymbols: 1,
  symbolCharacterSet: "!@#$%^&*()",
  previousPasswordCount: 0,
  expirationDays: 0,
};

test.each([
  ["the default policy", policy],
  ["a policy that asks for much", { ...policy, minLength: 40, minUppercase: 10, minLowercase: 10, minNumbers: 10, minSymbols: 10 }],
  ["a policy that asks for nothing", { ...policy, minUppercase: 0, minLowercase: 0, minNumbers: 0, minSymbols: 0 }],
  ["a policy without a set of symbols", { ...policy, minSymbols: 0, symbolCharacterSet: "" }],
])("a made password keeps to %s", (_, wanted) => {
  for (let i = 0; i < 50; i++) {
    const password = makePassword(wanted);
    expect(password.length).toBeGreaterThanOrEqual(16);
    expect(rulesOf(wanted, { firstName: "", lastName: "", email: "" }, password).filter(({ met }) => !met)).toEqual([]);
  }
});

test("no two made passwords are the same", () => {
  expect(new Set(Array.from({ length: 100 }, () => makePassword(policy))).size).toBe(100);
});
