// The form of a connector, from its definition (reference/instances.md §11.2).

import { visitsProvider, type ConfigurationEntry, type Connector } from "../api/connectors";

export interface Form {
  /** Shown at once: what the provider must have. */
  needed: ConfigurationEntry[];
  /** Shown on demand: what has a default or may stay empty. */
  optional: ConfigurationEntry[];
}

const last = 1e9; // an entry without an order comes after all that have one

/** What OAuth obtains by itself. */
const obtained = /^oauth\.(callback\.url|user\.)|^expires_in$/;

/** Entries that are asked for, in display order; the required ones first. */
export function formOf(connector: Connector): Form {
  const visits = visitsProvider(connector.authentication?.type);
  const asked = (connector.configuration ?? [])
    .filter((entry) => !entry.hideFromConsole && !entry.internal && !(visits && obtained.test(entry.key)))
    .sort((a, b) => (a.displayOrder ?? last) - (b.displayOrder ?? last));
  const chooser = (entry: ConfigurationEntry) => entry.key === "authentication.type";
  const needed = asked.filter((entry) => entry.required || chooser(entry));
  return {
    needed: [...needed.filter(chooser), ...needed.filter((entry) => !chooser(entry))],
    optional: asked.filter((entry) => !needed.includes(entry)),
  };
}

export function isSecret(entry: ConfigurationEntry): boolean {
  return entry.type === "PASSWORD" || entry.key === "oauth.api.key" || entry.key === "oauth.api.secret";
}

export function isSwitch(entry: ConfigurationEntry): boolean {
  return entry.type === "BOOLEAN" || entry.type === "BOOLEAN_YESNO";
}

/** The longest value a type takes: `TEXTFIELD_32` and its kin name a width, which is no limit on the value. */
export function isLong(entry: ConfigurationEntry): boolean {
  return entry.type === "TEXTAREA" || entry.type === "CODE_EDITOR";
}

/** What the form starts with: the connector's own defaults. */
export function startValues(form: Form): Record<string, string> {
  const values: Record<string, string> = {};
  for (const entry of [...form.needed, ...form.optional]) values[entry.key] = entry.defaultValue ?? "";
  return values;
}

/** What is sent: only what differs from the default, so that a later default still reaches the instance. */
export function changedValues(form: Form, values: Record<string, string>): Record<string, string> {
  const changed: Record<string, string> = {};
  for (const entry of [...form.needed, ...form.optional]) {
    const value = values[entry.key] ?? "";
    if (value !== (entry.defaultValue ?? "")) changed[entry.key] = value;
  }
  return changed;
}

/** Keys that are required and empty. */
export function gaps(form: Form, values: Record<string, string>): ConfigurationEntry[] {
  return [...form.needed, ...form.optional].filter((entry) => entry.required && !(values[entry.key] ?? "").trim());
}
