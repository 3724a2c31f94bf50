// Puts what the server said next to the field it is about.

import type { ConfigurationEntry } from "./connectors";
import { ApiError } from "./client";

export interface Refusal {
  /** Text for the whole form; empty when the fields say everything. */
  form: string;
  /** Text by configuration key; the key "name" may also be the name of the instance. */
  fields: Record<string, string>;
  /** The provider looked at the credentials and said no. */
  credentials: boolean;
}

/** True when text names the key as a word of its own: `username`, not `user`. */
export function names(text: string, key: string): boolean {
  const escaped = key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(^|[^\\w.-])${escaped}($|[^\\w.-]|[.](\\s|$))`).test(text);
}

/**
 * Sorts a refusal of POST /instances. A message that names a configuration key goes to that key. A 401
 * with the provider's own words concerns the credentials: the required fields the user filled in.
 */
export function sortRefusal(error: ApiError, entries: ConfigurationEntry[]): Refusal {
  const fields: Record<string, string> = {};
  for (const entry of entries) {
    if (names(error.message, entry.key)) fields[entry.key] = error.message;
  }
  const credentials = error.status === 401 || (error.status === 403 && error.provider !== "");
  return { form: Object.keys(fields).length ? "" : error.message, fields, credentials: credentials && !Object.keys(fields).length };
}
