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

/** Privileges by role id: what the matrix shows and stores. */
export type Grants = Record<number, string[]>;

export function grantsOf(roles: Role[]): Grants {
  return Object.fromEntries(roles.map((role) => [role.id, role.privileges.map(({ key }) => key)]));
}

/** How many boxes differ between two states of the matrix. */
export function differences(roles: Role[], before: Grants, after: Grants): { role: Role; key: string; on: boolean }[] {
  return roles.flatMap((role) => {
    const [was, is] = [new Set(before[role.id]), new Set(after[role.id])];
    return [
      ...[...is].filter((key) => !was.has(key)).map((key) => ({ role, key, on: true })),
      ...[...was].filter((key) => !is.has(key)).map((key) => ({ role, key, on: false })),
    ];
  });
}

/** Stores the privileges of all roles in one go: either all of it is taken or nothing. */
export function putRoles(roles: Role[], grants: Grants): Promise<Role[]> {
  const body = roles.map(({ id, key, name }) => ({ id, key, name, privileges: (grants[id] ?? []).map((key) => ({ key })) }));
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

export function createRole(role: NewRole): Promise<Role> {
  return call("/organizations/roles", { method: "POST", body: role });
}

export function deleteRole(id: number): Promise<void> {
  return call(`/organizations/roles/${id}`, { method: "DELETE" });
}

/** Roles made by the organization have ids from here on; the built-in ones are below. */
export const customRoles = 1000;
