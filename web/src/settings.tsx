import { lazy } from "react";
import type { Session } from "./api/session";
import { administers, may } from "./rights";
import { t } from "./strings";

/** A sub-page of the settings. */
export interface Entry {
  to: string;
  text: string;
  /** Whether it is offered to this person. */
  open: (session: Session) => boolean;
}

/** The sub-pages, in the order in which they stand. */
const entries: Entry[] = [
  { to: "/settings/users", text: t.settings.users, open: (session) => may(session, "viewUsersOrg", "viewUsersAccount") },
  { to: "/settings/roles", text: t.settings.roles, open: (session) => may(session, "configureRoles") },
  { to: "/settings/accounts", text: t.settings.accounts, open: administers },
  { to: "/settings/security", text: t.settings.security, open: (session) => may(session, "modifySecurity") },
  { to: "/settings/sign-on", text: t.settings.signOn, open: (session) => may(session, "modifySecurity") },
  { to: "/settings/mails", text: t.settings.mails, open: (session) => may(session, "modifySecurity") },
  { to: "/settings/branding", text: t.settings.branding, open: (session) => may(session, "manageUiBranding") },
  { to: "/settings/audit", text: t.settings.audit, open: (session) => may(session, "viewLogsOrg", "viewLogsAccount") },
  { to: "/settings/limits", text: t.settings.limits, open: () => true },
];

/** The sub-pages for this person. */
export function entriesFor(session: Session | undefined): Entry[] {
  return session?.authenticated ? entries.filter(({ open }) => open(session)) : [];
}

export const Settings = lazy(() => import("./screens/settings"));
