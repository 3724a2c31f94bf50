import { useQuery } from "@tanstack/react-query";
import { grantableQuery, rolesQuery, type Role } from "./api/roles";
import { useSession, type Session } from "./api/session";
import { may } from "./rights";

/** A role that may be given to somebody, or why not. */
export interface RoleChoice {
  key: string;
  name: string;
  description?: string;
  /** What the caller lacks of it: nobody gives what they do not have. */
  lacks?: string;
}

/** Roles that reach further than an account, the furthest first. Their reach is not a privilege. */
const reach = ["sys-admin", "customer-admin", "org-admin", "admin"];

const manages = ["addUsersOrg", "editUsersOrg", "addUsersAccount", "editUsersAccount"];

function rank(keys: string[]): number {
  const first = reach.findIndex((key) => keys.includes(key));
  return first < 0 ? 0 : reach.length - first;
}

/** All that a role allows, by the roles it includes too. */
export function allows(role: Role, all: Role[], seen = new Set<string>()): Map<string, string> {
  const found = new Map<string, string>();
  if (seen.has(role.key)) return found;
  seen.add(role.key);
  for (const { key, name } of role.privileges) found.set(key, name);
  for (const other of all) {
    if (other.active !== false && role.includes?.includes(other.key)) {
      for (const [key, name] of allows(other, all, seen)) if (!found.has(key)) found.set(key, name);
    }
  }
  return found;
}

/** What the caller lacks of a role, in words; undefined when it may be given. The server decides by the same rule. */
export function lacksOf(role: Role, all: Role[], session: Session | undefined): string | undefined {
  for (const [key, name] of allows(role, all)) if (!may(session, key)) return name;
  const own = (session?.roles ?? []).map(({ key }) => key);
  return rank([role.key]) > rank(own) ? role.name : undefined;
}

/** The roles there are for somebody. Who may not read the roles of the organization sees those they can give. */
export function useRoleChoices(): RoleChoice[] {
  const session = useSession().data;
  const reads = may(session, "configureRoles");
  const roles = useQuery({ ...rolesQuery, enabled: reads });
  const grantable = useQuery({ ...grantableQuery, enabled: !reads && may(session, ...manages) });
  if (!roles.data) return grantable.data ?? [];
  const all = roles.data;
  return all
    .filter((role) => role.active !== false)
    .map((role) => ({ key: role.key, name: role.name, description: role.description, lacks: lacksOf(role, all, session), hide: role.hide }))
    .filter(({ hide, lacks }) => !hide || !lacks);
}
