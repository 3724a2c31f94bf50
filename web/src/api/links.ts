import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { call, ApiError, errorOf, exchange } from "./client";

export type LinkState = "open" | "started" | "failed" | "used" | "expired";

/** A connect link as its maker sees it. Its address is known only when it is made. */
export interface ConnectLink {
  id: number;
  state: LinkState;
  name: string;
  tags: string[];
  element: { id: number; key: string; name: string };
  redirectUrl?: string;
  expiresDate: string;
  createdDate: string;
  usedDate?: string;
  instanceId?: number;
  attempts: number;
  error?: string;
  denied?: boolean;
}

export interface NewLink {
  element?: { id: number };
  instanceId?: number;
  name?: string;
  tags?: string[];
  configuration?: Record<string, string>;
  redirectUrl?: string;
  expiresIn?: number;
  /** The result is shown here. */
  console?: boolean;
}

export interface MadeLink {
  id: number;
  url: string;
  expiresDate: string;
}

const path = "/instances/connect-links";
const pageSize = 100;

export function createLink(link: NewLink): Promise<MadeLink> {
  return call<MadeLink>(path, { method: "POST", body: link });
}

export function deleteLink(id: number): Promise<void> {
  return call(`${path}/${id}`, { method: "DELETE" });
}

export function linkQuery(id: string) {
  return queryOptions({
    queryKey: ["link", id],
    queryFn: () => call<ConnectLink>(`${path}/${encodeURIComponent(id)}`),
    enabled: id !== "",
    retry: false,
  });
}

export const linksQuery = infiniteQueryOptions({
  queryKey: ["links"],
  queryFn: async ({ pageParam }) => {
    const answer = await exchange(`${path}?pageSize=${pageSize}${pageParam ? `&nextPage=${encodeURIComponent(pageParam)}` : ""}`);
    if (answer.status >= 400) throw errorOf(answer);
    return { rows: JSON.parse(answer.text) as ConnectLink[], next: answer.headers.get("Elements-Next-Page-Token") ?? "" };
  },
  initialPageParam: "",
  getNextPageParam: (last) => last.next || undefined,
});

/**
 * Follows a link that was made for the console itself, to the provider's page. Where people use another address of this server
 * than the links do, or the link's page has something to ask, its own page takes over.
 */
export async function follow(link: MadeLink, asks = false): Promise<void> {
  // Who comes back with the browser's own button finds the page as it was when it was left: waiting.
  window.addEventListener("pageshow", (event) => event.persisted && window.location.reload(), { once: true });
  const address = new URL(link.url);
  if (asks || address.origin !== window.location.origin) {
    window.location.assign(link.url);
    return;
  }
  const response = await fetch(`${address.pathname}/visit`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: "{}",
    credentials: "same-origin",
    cache: "no-store",
  });
  const said = (await response.json().catch(() => ({}))) as { url?: string; message?: string; providerMessage?: string };
  if (!response.ok || !said.url) throw new ApiError(response.status, said.message ?? "", said.providerMessage ?? "");
  window.location.assign(said.url);
}
