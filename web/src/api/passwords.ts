import { queryOptions } from "@tanstack/react-query";
import { call, consoleCall } from "./client";
import { adopt, type Session } from "./session";

/** What an organization wants of passwords. Counts are of characters. */
export interface PasswordPolicy {
  minLength: number;
  minUppercase: number;
  minLowercase: number;
  minNumbers: number;
  minSymbols: number;
  symbolCharacterSet: string;
  previousPasswordCount: number;
  /** 0 = passwords do not expire. */
  expirationDays: number;
}

/** Whom a password is for: it may not contain their names. */
export interface Person {
  firstName: string;
  lastName: string;
  email: string;
}

/** One rule: which one, how many or which name it is about, and whether the password keeps to it. */
export interface Rule {
  name: "length" | "numbers" | "uppercase" | "lowercase" | "symbols" | "firstName" | "lastName" | "username";
  count: number;
  met: boolean;
}

const policyPath = "/organizations/password-policies";

export const policyQuery = queryOptions({
  queryKey: ["password-policy"],
  queryFn: () => call<PasswordPolicy>(policyPath),
});

export function putPolicy(policy: PasswordPolicy): Promise<PasswordPolicy> {
  return call<PasswordPolicy>(policyPath, { method: "PUT", body: policy });
}

export function resetPolicy(): Promise<void> {
  return call(policyPath, { method: "DELETE" });
}

/** The rules that stand in the policy, for this person, each with whether the password keeps to it. The server checks the same. */
export function rulesOf(policy: PasswordPolicy, person: Person, password: string): Rule[] {
  const letters = [...password];
  const count = (pattern: RegExp) => letters.filter((letter) => pattern.test(letter)).length;
  const symbols = letters.filter((letter) => policy.symbolCharacterSet.includes(letter)).length;
  const counted: [Rule["name"], number, number][] = [
    ["length", policy.minLength, letters.length],
    ["numbers", policy.minNumbers, count(/\p{Nd}/u)],
    ["uppercase", policy.minUppercase, count(/\p{Lu}/u)],
    ["lowercase", policy.minLowercase, count(/\p{Ll}/u)],
    ["symbols", policy.minSymbols, symbols],
  ];
  const small = password.toLowerCase();
  const names: [Rule["name"], string][] = [
    ["firstName", person.firstName],
    ["lastName", person.lastName],
    ["username", person.email.split("@")[0] ?? ""],
  ];
  return [
    ...counted.filter(([, least]) => least > 0).map(([name, least, has]) => ({ name, count: least, met: has >= least })),
    ...names
      .filter(([, value]) => value !== "")
      .map(([name, value]) => ({ name, count: 0, met: password !== "" && !small.includes(value.toLowerCase()) })),
  ];
}

export function changePassword(currentPassword: string, password: string): Promise<void> {
  return call("/authentication/passwords", { method: "POST", body: { password, currentPassword } });
}

/** Changes a password that has expired, and signs in with the new one. */
export async function renewPassword(username: string, password: string, newPassword: string): Promise<Session> {
  return adopt(await consoleCall<Session>("/session", { method: "PUT", body: { username, password, newPassword } }));
}

/** Asks for a letter with a link. The answer is the same whether the address is known or not. */
export function askReset(email: string): Promise<void> {
  return call("/authentication/passwords/reset", { method: "POST", body: { email } });
}

export function resetPassword(token: string, password: string): Promise<void> {
  return call("/authentication/passwords/reset", { method: "PUT", body: { token, password } });
}
