import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { call } from "./client";
import type { Role } from "./roles";

export interface Account {
  id: number;
  name: string;
  description?: string;
  externalId?: string | null;
  active: boolean;
  defaultAccount: boolean;
  type?: string;
  createdDate?: string;
  /** How many there are; only in lists. */
  users?: number;
  instances?: number;
}

const pageSize = 200;
const mostPages = 50;

async function readAccounts(): Promise<Account[]> {
  const rows: Account[] = [];
  for (let page = 0; page < mostPages; page++) {
    const some = await call<Account[]>(`/accounts?counts=true&includeInactive=true&pageSize=${pageSize}&offset=${rows.length}`);
    rows.push(...some);
    if (some.length < pageSize) break;
  }
  return rows;
}

/** All accounts of the organization, inactive ones too. */
export const accountsQuery = queryOptions({ queryKey: ["accounts"], queryFn: readAccounts });

export function accountQuery(id: string) {
  return queryOptions({
    queryKey: ["account", id],
    queryFn: () => call<Account>(`/accounts/${encodeURIComponent(id)}?includeInactive=true`),
  });
}

export interface AccountChanges {
  name?: string;
  description?: string;
  externalId?: string;
  active?: boolean;
}

export function createAccount(account: AccountChanges): Promise<Account> {
  return call("/accounts", { method: "POST", body: account });
}

export function patchAccount(id: number, changes: AccountChanges): Promise<Account> {
  return call(`/accounts/${id}`, { method: "PATCH", body: changes });
}

/** Deactivates an account and its users. Reactivating brings the account back. */
export function deactivateAccount(id: number): Promise<void> {
  return call(`/accounts/${id}`, { method: "DELETE" });
}

/** Roles granted to every user of an account. */
export function accountRolesQuery(id: number) {
  return queryOptions({
    queryKey: ["account", String(id), "roles"],
    queryFn: () => call<Role[]>(`/accounts/${id}/roles`),
  });
}

export function grantAccountRole(account: number, key: string): Promise<unknown> {
  return call(`/accounts/${account}/roles/${encodeURIComponent(key)}`, { method: "PUT" });
}

export function revokeAccountRole(account: number, key: string): Promise<unknown> {
  return call(`/accounts/${account}/roles/${encodeURIComponent(key)}`, { method: "DELETE" });
}

/** Forgets what is known about accounts after one of them changed. */
export function forgetAccounts(client: QueryClient): Promise<unknown> {
  return Promise.all(["accounts", "account", "users", "user"].map((key) => client.invalidateQueries({ queryKey: [key] })));
}
