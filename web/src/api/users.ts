import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { call, callAll, statusOf } from "./client";
import type { Role } from "./roles";

export interface Address {
  street1?: string | null;
  street2?: string | null;
  city?: string | null;
  postalCode?: string | null;
  stateProvince?: string | null;
  country?: string | null;
  phone?: string | null;
}

export interface User extends Address {
  id: number;
  firstName: string;
  lastName: string;
  fullName?: string;
  email: string;
  active: boolean;
  accountLocked?: boolean;
  externalId?: string | null;
  createdDate?: string;
  lastLoginDate?: string;
  accountId?: number;
  /** Roles in force, each with by what it is granted. */
  roles?: Role[];
}

/** What is written when a user is made. Without a password the user cannot log in with one. */
export interface NewUser extends Address {
  firstName: string;
  lastName: string;
  email: string;
  password?: string;
  externalId?: string;
  roles?: { key: string }[];
}

async function readUsers(path: string): Promise<User[]> {
  try {
    return await callAll<User>(path);
  } catch (error) {
    if (statusOf(error) === 404) return []; // an empty list, http-conventions.md §7.3
    throw error;
  }
}

/** Users of an account; 0 = all that the caller may see. Inactive ones are in it. */
export function usersQuery(account: number) {
  return queryOptions({
    queryKey: ["users", account],
    queryFn: () => readUsers(`${account ? `/accounts/${account}` : ""}/users?pageSize=200&includeInactive=true`),
  });
}

export function userQuery(id: string) {
  return queryOptions({
    queryKey: ["user", id],
    queryFn: () => call<User>(`/users/${encodeURIComponent(id)}?includeInactive=true`),
  });
}

/** Makes a user of an account; undefined = the default account of the organization, which has a privilege of its own. */
export function createUser(account: number | undefined, user: NewUser): Promise<User> {
  return call(account === undefined ? "/organizations/users" : `/accounts/${account}/users`, { method: "POST", body: user });
}

export type UserChanges = Partial<NewUser> & { active?: boolean };

export function patchUser(id: number, changes: UserChanges): Promise<User> {
  return call(`/users/${id}`, { method: "PATCH", body: changes });
}

/** Ends a user's access at once. Discarding takes the user's instances away for good. */
export function deactivateUser(id: number, discard: boolean): Promise<User> {
  return call(`/users/${id}${discard ? "?permanent=true" : ""}`, { method: "PATCH", body: { active: false } });
}

export function deleteUser(id: number): Promise<void> {
  return call(`/users/${id}`, { method: "DELETE" });
}

export function grantRole(user: number, key: string): Promise<Role> {
  return call(`/users/${user}/roles/${encodeURIComponent(key)}`, { method: "PUT" });
}

export function revokeRole(user: number, key: string): Promise<void> {
  return call(`/users/${user}/roles/${encodeURIComponent(key)}`, { method: "DELETE" });
}

/** Forgets what is known about users after one of them changed. */
export function forgetUsers(client: QueryClient): Promise<unknown> {
  return Promise.all(["users", "user", "accounts"].map((key) => client.invalidateQueries({ queryKey: [key] })));
}

/** The name of a user as people say it; the email where there is none. */
export function userName(user: Pick<User, "firstName" | "lastName" | "email">): string {
  return [user.firstName, user.lastName].filter(Boolean).join(" ") || user.email;
}
