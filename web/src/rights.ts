import type { Session } from "./api/session";

/** Whether one of these privileges is in force. The pages only leave out what would be refused; the server decides. */
export function may(session: Session | undefined, ...anyOf: string[]): boolean {
  return anyOf.some((key) => session?.privileges?.includes(key));
}

/** Whether this person administers the organization and so reaches all of its accounts. */
export function administers(session: Session | undefined): boolean {
  return Boolean(session?.roles?.some(({ key }) => key === "org-admin"));
}
