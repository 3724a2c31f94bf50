import { expect, test } from "vitest";
import { rulesOf, type PasswordPolicy } from "./passwords";

const policy: PasswordPolicy = {
  minLength: 8, minUppercase: 1, minLowercase: 1, minNumbers: 1, minSymbols: 1, symbolCharacterSet: "!@#",
  previousPasswordCount: 0, expirationDays: 0,
};
const ada = { firstName: "Ada", lastName: "Byron", email: "count@example.org" };

function broken(password: string, change: Partial<PasswordPolicy> = {}) {
  return rulesOf({ ...policy, ...change }, ada, password).filter((rule) => !rule.met).map((rule) => rule.name);
}

test.each([
  ["Right-Passw0rd!", []],
  ["short", ["length", "numbers", "uppercase", "symbols"]],
  ["NoNumber!", ["numbers"]],
  ["NoSymbols1?", ["symbols"]], // a symbol outside the set does not count
  ["Adamant1!", ["firstName"]],
  ["xBYRONx1!", ["lastName"]],
  ["Counting1!", ["username"]],
  ["Ünïcödé1!", []],
  ["𝔘𝔘𝔘a1!", ["length"]], // characters, not the halves that the language counts
])("%s breaks %j", (password, names) => {
  expect(broken(password)).toEqual(names);
});

test("a rule that asks for nothing is not shown", () => {
  expect(rulesOf({ ...policy, minSymbols: 0 }, { ...ada, firstName: "" }, "").map((rule) => rule.name)).toEqual([
    "length", "numbers", "uppercase", "lowercase", "lastName", "username",
  ]);
});
