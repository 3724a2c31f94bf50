import { queryOptions, useQuery, type QueryClient } from "@tanstack/react-query";
import type { Branding } from "./branding";
import { consoleCall, onUnauthenticated, setCsrf } from "./client";

export interface Session {
  authenticated: boolean;
  csrf?: string;
  user?: { id: number; email: string; firstName: string; lastName: string };
  account?: { id: number; name: string };
  organization?: { id: number; name: string };
  /** The roles in force. */
  roles?: { key: string; name: string }[];
  /** Keys of the privileges in force. What lacks one is left out of the page; the server decides. */
  privileges?: string[];
  /** How the organization wants its pages to look; absent = the product's own look. */
  branding?: Branding;
  /** In the answer to signing out: where the session at the identity provider ends. */
  signOutUrl?: string;
  /** The person left by signing out: no word about an ended session. */
  left?: boolean;
  /** What the server wants people to know, e.g. that a connector's default address is overridden. */
  notices?: string[];
}

let branded = false;

/**
 * Takes over what the server says of the session: the token for its calls, and the look of its organization. Who has no branding
 * never loads what paints one.
 */
export async function adopt(session: Session): Promise<Session> {
  setCsrf(session.csrf ?? "");
  if (session.branding || branded) {
    const { paint } = await import("../brand");
    paint(session.branding);
    branded = Boolean(session.branding);
  }
  return session;
}

async function readSession(): Promise<Session> {
  return adopt(await consoleCall<Session>("/session"));
}

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: readSession,
  staleTime: Infinity,
  retry: 1,
});

export function useSession() {
  return useQuery(sessionQuery);
}

export async function logIn(client: QueryClient, username: string, password: string): Promise<void> {
  const session = await adopt(await consoleCall<Session>("/session", { method: "POST", body: { username, password } }));
  client.setQueryData(sessionQuery.queryKey, session);
}

export async function logOut(client: QueryClient): Promise<void> {
  let away: string | undefined;
  try {
    away = (await consoleCall<Session>("/session", { method: "DELETE" })).signOutUrl;
  } finally {
    const out = await adopt({ authenticated: false, left: true });
    // What this person saw is forgotten; the session itself stays watched, so that the page leads to the login.
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
    client.setQueryData(sessionQuery.queryKey, out);
  }
  if (away) window.location.assign(away); // who came by the login of somebody else leaves there as well
}

export interface Secrets {
  userSecret: string;
  organizationSecret: string;
}

/** The caller's own secrets, asked for only when a command line is shown or copied. */
export function readSecrets(): Promise<Secrets> {
  return consoleCall<Secrets>("/session/secrets");
}

/**
 * Watches for calls refused for want of a session. The cookie may have been renewed by another tab:
 * then its CSRF token is new as well and the call is tried once more.
 */
export function watchSession(client: QueryClient): void {
  let asking: Promise<boolean> | undefined;
  onUnauthenticated(() => {
    asking ??= (async () => {
      const before = client.getQueryData(sessionQuery.queryKey);
      const now = await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
      return now.authenticated && now.csrf !== before?.csrf;
    })().finally(() => {
      asking = undefined;
    });
    return asking;
  });
}
