import { queryOptions, useQuery, type QueryClient } from "@tanstack/react-query";
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
  /** The person left by signing out: no word about an ended session. */
  left?: boolean;
  /** What the server wants people to know, e.g. that a connector's default address is overridden. */
  notices?: string[];
}

async function readSession(): Promise<Session> {
  const session = await consoleCall<Session>("/session");
  setCsrf(session.csrf ?? "");
  return session;
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
  const session = await consoleCall<Session>("/session", { method: "POST", body: { username, password } });
  setCsrf(session.csrf ?? "");
  client.setQueryData(sessionQuery.queryKey, session);
}

export async function logOut(client: QueryClient): Promise<void> {
  try {
    await consoleCall("/session", { method: "DELETE" });
  } finally {
    setCsrf("");
    // What this person saw is forgotten; the session itself stays watched, so that the page leads to the login.
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
    client.setQueryData(sessionQuery.queryKey, { authenticated: false, left: true });
  }
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
