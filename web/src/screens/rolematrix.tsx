import { EllipsisVertical, Pencil, Trash2 } from "lucide-react";
import { Fragment, useState } from "react";
import { boxOf, customRoles, grantsOf, withBox, type Changes, type Privilege, type Role } from "../api/roles";
import { useSession } from "../api/session";
import { may } from "../rights";
import { allows } from "../rolechoice";
import { w } from "../settingswords";
import { Menu, MenuItem } from "../ui/menu";
import { Select } from "../ui/select";
import { DeleteRole } from "./deleterole";

/** What administrators of the organization must keep, or nobody could repair the roles. The server refuses it too. */
const kept = ["configureRoles", "viewUsersOrg", "editUsersOrg"];

interface Props {
  /** Roles that are columns. */
  roles: Role[];
  /** All roles, for what they include. */
  all: Role[];
  privileges: Privilege[];
  changes: Changes;
  onChange: (changes: Changes) => void;
  /** Somebody wants to change the words of a role. */
  onWords: (role: Role) => void;
}

/** Privileges down, roles across, a box where they meet. A phone shows one role at a time. */
export function Matrix({ roles, all, privileges, changes, onChange, onWords }: Props) {
  const session = useSession().data;
  const [single, setSingle] = useState(roles[0]?.key ?? "");
  const [doomed, setDoomed] = useState<Role>();
  const one = roles.find(({ key }) => key === single) ?? roles[0];
  const rows = privileges.filter(({ key, hide }) => !hide || roles.some((role) => role.privileges.some((other) => other.key === key)));
  const categories = [...new Set(rows.map(({ category }) => category))];
  const column = (role: Role) => (role === one ? "" : "max-md:hidden");

  return (
    <>
      <Select
        className="mb-3 md:hidden"
        label={w.roles.role}
        choices={roles.map(({ key, name }) => ({ value: key, text: name }))}
        value={one?.key ?? ""}
        onChange={setSingle}
      />
      <div className="panel relative overflow-auto md:max-h-[calc(100dvh-16rem)]">
        <table className="grid-table matrix" aria-label={w.roles.table(roles.length)}>
          <thead>
            <tr>
              <th scope="col" className="sticky left-0 top-0 z-3 min-w-52">
                {w.roles.privilege}
              </th>
              {roles.map((role) => (
                <th key={role.id} scope="col" className={`sticky top-0 z-2 h-auto! min-w-32 py-2! text-center! ${column(role)}`}>
                  <span className="flex items-center justify-center gap-0.5">
                    <span className="min-w-0 whitespace-normal text-text" title={role.description}>
                      {role.name}
                    </span>
                    {role.id >= customRoles ? (
                      <Menu small icon label={w.roles.actionsFor(role.name)} trigger={<EllipsisVertical size={15} />}>
                        <MenuItem text={w.roles.rename} icon={<Pencil size={15} />} onAction={() => onWords(role)} />
                        <MenuItem text={w.roles.delete} icon={<Trash2 size={15} />} danger onAction={() => setDoomed(role)} />
                      </Menu>
                    ) : null}
                  </span>
                  <code className="font-normal">{role.key}</code>
                  {role.active === false ? <span className="block font-normal text-warn">{w.users.inactive}</span> : null}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {categories.map((category) => {
              const group = rows.filter((row) => row.category === category);
              return (
                <Fragment key={category}>
                  <tr className="group-row">
                    <th scope="rowgroup" className="sticky left-0 z-1 text-text!">
                      {category}
                    </th>
                    {roles.map((role) => {
                      const keys = grantsOf(role, changes);
                      const inherited = inheritedBy(role, all);
                      return (
                        <td key={role.id} className={`text-center text-xs text-muted ${column(role)}`}>
                          {w.roles.share(group.filter(({ key }) => keys.includes(key) || inherited.has(key)).length, group.length)}
                        </td>
                      );
                    })}
                  </tr>
                  {group.map((privilege) => (
                    <tr key={privilege.key}>
                      <th scope="row" className="sticky left-0 z-1 whitespace-normal! py-1! text-sm! font-normal! text-text!" title={privilege.key}>
                        {privilege.name}
                        {may(session, privilege.key) ? null : <span className="block text-xs text-muted">{w.roles.notYours}</span>}
                      </th>
                      {roles.map((role) => (
                        <td key={role.id} className={`text-center ${column(role)}`}>
                          <Box
                            role={role}
                            privilege={privilege}
                            inherited={inheritedBy(role, all).has(privilege.key)}
                            mine={may(session, privilege.key)}
                            changes={changes}
                            onChange={onChange}
                          />
                        </td>
                      ))}
                    </tr>
                  ))}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      </div>
      <DeleteRole role={doomed} onClose={() => setDoomed(undefined)} />
    </>
  );
}

interface BoxProps {
  role: Role;
  privilege: Privilege;
  inherited: boolean;
  mine: boolean;
  changes: Changes;
  onChange: (changes: Changes) => void;
}

function Box({ role, privilege, inherited, mine, changes, onChange }: BoxProps) {
  const saved = role.privileges.some(({ key }) => key === privilege.key);
  const on = changes[boxOf(role, privilege.key)] ?? saved;
  const must = role.key === "org-admin" && saved && kept.includes(privilege.key);
  const reason = must ? w.roles.must : inherited && !on ? w.roles.inherited : !mine && !saved ? w.roles.notYours : undefined;
  const changed = on !== saved;
  return (
    <label
      title={reason}
      className={`inline-grid size-8 place-items-center rounded-md ${reason ? "" : "cursor-pointer hover:bg-sunken"} ${
        changed ? "bg-warn-soft outline outline-warn" : ""
      }`}
    >
      <input
        type="checkbox"
        className="check"
        checked={on || inherited}
        disabled={reason !== undefined}
        aria-label={w.roles.box(privilege.name, role.name, reason)}
        onChange={(event) => onChange(withBox(changes, role, privilege.key, event.target.checked))}
      />
    </label>
  );
}

/** Keys of what a role has by the roles it includes. */
function inheritedBy(role: Role, all: Role[]): Set<string> {
  if (!role.includes?.length) return new Set();
  const seen = new Set([role.key]);
  return new Set(all.filter(({ key, active }) => active !== false && role.includes?.includes(key)).flatMap((other) => [...allows(other, all, seen).keys()]));
}
