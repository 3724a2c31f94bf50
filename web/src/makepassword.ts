import type { PasswordPolicy } from "./api/passwords";

// Letters that are told apart in every typeface.
const upper = "ABCDEFGHJKLMNPQRSTUVWXYZ";
const lower = "abcdefghijkmnpqrstuvwxyz";
const digits = "23456789";
/** Long enough that nobody guesses it, whatever the policy asks for. */
const least = 16;

function below(limit: number): number {
  const most = 2 ** 32 - (2 ** 32 % limit); // above it the small numbers would come more often
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value < most ? value % limit : below(limit);
}

function some(from: string, count: number): string[] {
  return Array.from({ length: count }, () => from.charAt(below(from.length)));
}

/** A random password that keeps to the policy. */
export function makePassword(policy: PasswordPolicy): string {
  const symbols = policy.symbolCharacterSet.replace(/\s/g, "");
  const letters = [
    ...some(upper, policy.minUppercase),
    ...some(lower, policy.minLowercase),
    ...some(digits, policy.minNumbers),
    ...(symbols ? some(symbols, policy.minSymbols) : []),
  ];
  letters.push(...some(upper + lower + digits, Math.max(0, Math.max(least, policy.minLength) - letters.length)));
  for (let last = letters.length - 1; last > 0; last--) {
    const other = below(last + 1);
    [letters[last], letters[other]] = [letters[other] as string, letters[last] as string];
  }
  return letters.join("");
}
