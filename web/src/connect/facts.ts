// What the server says of a link. It comes with the page.

export interface Entry {
  key: string;
  name: string;
  description?: string;
  type?: string;
  required?: boolean;
  secret?: boolean;
  defaultValue?: string;
  options?: { value: string; description?: string }[];
}

export interface Facts {
  state?: "open" | "used" | "expired" | "dead" | "connected" | "unknown" | "lost" | "failure";
  brand?: { name?: string; color?: string; logo?: string };
  /** Who asks. */
  by?: string;
  connector?: { key: string; name: string };
  logo?: string;
  again?: boolean;
  /** The provider's own page is next. */
  visits?: boolean;
  entries?: Entry[];
  problem?: string;
  denied?: boolean;
  ends?: string;
  returnHost?: string;
}

/** Whether the provider's own page is next: several types of authentication leave the choice to the form. */
export function visits(facts: Facts, values: Record<string, string>): boolean {
  const type = values["authentication.type"];
  return type ? /^oauth(1|2|1plaintext)$/i.test(type) : facts.visits === true;
}

export function startValues(entries: Entry[]): Record<string, string> {
  return Object.fromEntries(entries.map((entry) => [entry.key, entry.defaultValue ?? ""]));
}

/** What is sent: only what differs from the default. */
export function typed(entries: Entry[], values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => [entry.key, values[entry.key] ?? "", entry.defaultValue ?? ""]).filter(([, value, start]) => value !== start).map(([key, value]) => [key, value]),
  ) as Record<string, string>;
}

export function gaps(entries: Entry[], values: Record<string, string>): Entry[] {
  return entries.filter((entry) => entry.required && !(values[entry.key] ?? "").trim());
}
