import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";

/** Whose secret: the caller's own, or that of the organization. */
export type Owner = "user" | "organization";

/** A secret as it is listed: never its value. The previous one stays valid until its time. */
export interface SecretRow {
  current: boolean;
  createdDate?: string | null;
  lastUsedDate?: string | null;
  validUntil?: string | null;
  hint?: string;
}

export interface Rotated {
  secret: string;
  previousValidUntil?: string | null;
}

export interface ApiKey {
  id: number;
  name: string;
  prefix: string;
  createdDate: string;
  lastUsedDate?: string | null;
  expiresDate?: string | null;
  /** Only in the answer to its creation. */
  key?: string;
}

const home: Record<Owner, string> = { user: "/users/me", organization: "/organizations/me" };

export function secretsQuery(owner: Owner) {
  return queryOptions({
    queryKey: ["secrets", owner],
    queryFn: () => call<SecretRow[]>(`${home[owner]}/secrets`),
  });
}

/** Makes a new secret. The old one works for so many minutes more; 0 ends it at once. */
export function rotateSecret(owner: Owner, overlapMinutes: number): Promise<Rotated> {
  return call<Rotated>(`${home[owner]}/secret`, { method: "PUT", body: { overlapMinutes } });
}

export function endOverlap(owner: Owner): Promise<void> {
  return call(`${home[owner]}/secrets`, { method: "DELETE" });
}

export const apiKeysQuery = queryOptions({
  queryKey: ["api-keys"],
  queryFn: () => call<ApiKey[]>("/users/me/api-keys"),
});

export function createApiKey(name: string, expiresDate?: string): Promise<ApiKey> {
  return call<ApiKey>("/users/me/api-keys", { method: "POST", body: { name, expiresDate } });
}

export function revokeApiKey(id: number): Promise<void> {
  return call(`/users/me/api-keys/${id}`, { method: "DELETE" });
}

export interface Me {
  id: number;
  firstName: string;
  lastName: string;
  email: string;
  createdDate?: string;
  lastLoginDate?: string;
  roles?: { key: string; name: string; description?: string }[];
}

export const meQuery = queryOptions({ queryKey: ["me"], queryFn: () => call<Me>("/users/me") });
