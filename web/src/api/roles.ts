import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";

export interface Privilege {
  id: number;
  key: string;
  name: string;
  description?: string;
  category: string;
  active?: boolean;
  /** Internal: not offered. */
  hide?: boolean;
}

export interface Role {
  id: number;
  key: string;
  name: string;
  description?: string;
  active?: boolean;
  hide?: boolean;
  privileges: Privilege[];
  /** Keys of roles whose privileges this one has as well. */
  includes?: string[] | null;
  /** Of a role of a user: by what it is granted. */
  granted?: "user" | "account";
}

/** The roles of the organization with their privileges. */
export const rolesQuery = queryOptions({
  queryKey: ["roles"],
  queryFn: () => call<Role[]>("/organizations/roles"),
});

/** The roles that the caller may give to somebody. */
export const grantableQuery = queryOptions({
  queryKey: ["roles", "grantable"],
  queryFn: () => call<Role[]>("/organizations/roles/grantable"),
});

/** Every privilege that exists. */
export const privilegesQuery = queryOptions({
  queryKey: ["privileges"],
  queryFn: () => call<Privilege[]>("/organizations/privileges"),
  staleTime: Infinity,
});

/** Boxes of the matrix that were changed and not stored, by role and privilege: ticked or not. */
export type Changes = Record<string, boolean>;

export function boxOf(role: Role, privilege: string): string {
  return `${role.id} ${privilege}`;
}

/** Keys of what a role itself allows when the changes are stored. */
export function grantsOf(role: Role, changes: Changes): string[] {
  const keys = new Set(role.privileges.map(({ key }) => key));
  for (const [box, on] of Object.entries(changes)) {
    const [id, key = ""] = box.split(" ");
    if (id !== String(role.id)) continue;
    if (on) keys.add(key);
    else keys.delete(key);
  }
  return [...keys];
}

/** The changes with one box more; a box that is back where it was is none. */
export function withBox(changes: Changes, role: Role, privilege: string, on: boolean): Changes {
  const { [boxOf(role, privilege)]: _, ...rest } = changes;
  return role.privileges.some(({ key }) => key === privilege) === on ? rest : { ...rest, [boxOf(role, privilege)]: on };
}

/** Stores the privileges of all roles in one go: either all of it is taken or nothing. */
export function putRoles(roles: Role[], changes: Changes): Promise<Role[]> {
  const body = roles.map((role) => ({ id: role.id, key: role.key, privileges: grantsOf(role, changes).map((key) => ({ key })) }));
  return call("/organizations/roles", { method: "PUT", body });
}

export function resetRoles(): Promise<unknown> {
  return call("/organizations/roles/reset", { method: "PUT" });
}

export interface NewRole {
  name: string;
  description: string;
  privileges: { key: string }[];
}

/** Changes the words of a role that the organization made. */
export function renameRole(id: number, words: { name: string; description: string }): Promise<Role> {
  return call(`/organizations/roles/${id}`, { method: "PUT", body: words });
}

export function createRole(role: NewRole): Promise<Role> {
  return call("/organizations/roles", { method: "POST", body: role });
}

export function deleteRole(id: number): Promise<void> {
  return call(`/organizations/roles/${id}`, { method: "DELETE" });
}

/** Roles made by the organization have ids from here on; the built-in ones are below. */
export const customRoles = 1000;
