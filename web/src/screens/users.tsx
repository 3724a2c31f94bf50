import { useQuery } from "@tanstack/react-query";
import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  sortFns,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { EllipsisVertical, KeyRound, Pencil, Power, Trash2, UserPlus, Users as UsersIcon } from "lucide-react";
import { lazy, Suspense, useDeferredValue, useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { accountsQuery, type Account } from "../api/accounts";
import { useSession } from "../api/session";
import { userName, usersQuery, type User } from "../api/users";
import { useChosen } from "../chosen";
import { useFilters } from "../filters";
import { usePlace } from "../place";
import { administers, may } from "../rights";
import { w } from "../settingswords";
import { t } from "../strings";
import { Button } from "../ui/button";
import { Menu, MenuItem } from "../ui/menu";
import { SearchBox } from "../ui/search";
import { Head } from "../ui/section";
import { Select } from "../ui/select";
import { SortHead } from "../ui/sorthead";
import { Blank, Failure, Loading, NothingFound, Skeleton } from "../ui/state";
import { StateTag } from "../ui/status";
import { dayOf } from "./instances";
import { UserAction, useActivate, type Action } from "./useractions";

const NewUser = lazy(() => import("./newuser"));

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns });
const helper = createColumnHelper<typeof features, Row>();
const columns = helper.columns([
  helper.accessor((row) => userName(row), { id: "name", sortFn: "text" }),
  helper.accessor((row) => row.accountName, { id: "account", sortFn: "text" }),
  helper.accessor((row) => roleNames(row), { id: "roles", enableSorting: false }),
  helper.accessor((row) => (row.active ? 1 : 0), { id: "state", sortFn: "basic" }),
  helper.accessor((row) => lastLogin(row), { id: "login", sortFn: "basic", sortDescFirst: true }),
]);
const heads: Record<string, { text: string; className: string }> = {
  name: { text: w.users.name, className: "" },
  account: { text: w.users.account, className: "max-xl:hidden" },
  roles: { text: w.users.roles, className: "max-md:hidden" },
  state: { text: w.users.state, className: "max-sm:hidden" },
  login: { text: w.users.login, className: "max-lg:hidden" },
};

interface Row extends User {
  accountName: string;
}

/** Rows that are drawn at once; more are drawn on demand. */
const drawn = 200;

/** The day of the last login, "" for a user who never logged in. */
export function lastLogin(user: User): string {
  return user.lastLoginDate && user.lastLoginDate > "1970-01-02" ? user.lastLoginDate : "";
}

function roleNames(user: User): string {
  return (user.roles ?? []).map(({ name }) => name).join(", ");
}

/** The people of the organization, or of the own account. */
export default function Users() {
  usePlace({ text: t.nav.settings, to: "/settings" }, { text: w.users.title });
  const session = useSession().data;
  const [chosen] = useChosen();
  const [{ search, account, state }, set] = useFilters("search", "account", "state");
  const all = administers(session);
  const accounts = useQuery({ ...accountsQuery, enabled: all });
  const wanted = chosen?.id ?? (Number(account) || 0);
  const users = useQuery(usersQuery(wanted));
  const [adding, setAdding] = useState(false);
  const text = useDeferredValue(search.trim().toLowerCase());
  const rows = useMemo(() => named(users.data ?? [], accounts.data ?? []), [users.data, accounts.data]);
  const shown = useMemo(
    () =>
      rows.filter(
        (row) =>
          (!state || row.active === (state === "active")) &&
          (!text || `${userName(row)}\n${row.email}\n${row.externalId ?? ""}\n${row.id}`.toLowerCase().includes(text)),
      ),
    [rows, state, text],
  );
  const filtered = Boolean(text || state || account);
  const add = may(session, "addUsersOrg", "addUsersAccount") ? (
    <Button look="primary" onPress={() => setAdding(true)}>
      <UserPlus size={15} aria-hidden="true" />
      {w.users.add}
    </Button>
  ) : null;

  return (
    <>
      <Head
        title={w.users.title}
        text={all && !chosen ? w.users.lead : w.users.leadAccount(chosen?.name ?? session?.account?.name ?? "")}
        actions={add}
      />
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <SearchBox label={w.users.search} value={search} onChange={(next) => set({ search: next })} />
        {all && !chosen ? (
          <Select
            className="w-full sm:w-52"
            hideLabel
            label={w.users.account}
            choices={[
              { value: "*", text: w.users.anyAccount },
              ...(accounts.data ?? []).map(({ id, name }) => ({ value: String(id), text: name })),
            ]}
            value={account || "*"}
            onChange={(value) => set({ account: value === "*" ? "" : value })}
          />
        ) : null}
        <Select
          className="w-full sm:w-40"
          hideLabel
          label={w.users.state}
          choices={[
            { value: "*", text: w.users.anyState },
            { value: "active", text: w.users.active },
            { value: "inactive", text: w.users.inactive },
          ]}
          value={state || "*"}
          onChange={(value) => set({ state: value === "*" ? "" : value })}
        />
      </div>
      {users.isPending ? (
        <Waiting />
      ) : users.isError ? (
        <Failure error={users.error} what={w.users.what} retry={() => void users.refetch()} />
      ) : rows.length === 0 ? (
        <Blank icon={<UsersIcon size={20} />} title={w.users.emptyTitle} text={w.users.empty} action={add} />
      ) : shown.length === 0 ? (
        <NothingFound
          title={w.users.noMatchTitle}
          text={w.users.noMatch}
          action={<Button onPress={() => set({ search: "", account: "", state: "" })}>{w.users.clear}</Button>}
        />
      ) : (
        <Grid rows={shown} total={filtered ? rows.length : 0} accounts={all && !wanted} />
      )}
      {adding ? (
        <Suspense>
          <NewUser account={wanted || session?.account?.id || 0} accounts={accounts.data} onClose={() => setAdding(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

function named(users: User[], accounts: Account[]): Row[] {
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  return users
    .map((user) => ({ ...user, accountName: names.get(user.accountId ?? 0) ?? "" }))
    .sort((a, b) => userName(a).localeCompare(userName(b)));
}

function Grid({ rows, total, accounts }: { rows: Row[]; total: number; accounts: boolean }) {
  const table = useTable({ features, columns, data: rows, getRowId: (row) => String(row.id) });
  const [most, setMost] = useState(drawn);
  const [action, setAction] = useState<Action>();
  const lines = table.getRowModel().rows;
  return (
    <>
      <div className="panel overflow-hidden">
        <table className="grid-table">
          <thead>
            <tr>
              {table.getHeaderGroups()[0]?.headers.map(({ id, column }) => {
                const head = heads[id] ?? { text: id, className: "" };
                return id === "account" && !accounts ? null : (
                  <SortHead
                    key={id}
                    text={head.text}
                    className={head.className}
                    sorted={column.getIsSorted()}
                    onSort={column.getCanSort() ? () => column.toggleSorting() : undefined}
                  />
                );
              })}
              <th scope="col">
                <span className="sr-only">{t.instances.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.slice(0, most).map(({ id, original }) => (
              <Line key={id} user={original} account={accounts} onAction={setAction} />
            ))}
          </tbody>
        </table>
      </div>
      <div className="mt-3 flex min-h-9 items-center justify-between gap-4 text-sm text-muted">
        <span role="status">{total ? w.users.some(rows.length, total) : w.users.count(rows.length)}</span>
        {lines.length > most ? <Button onPress={() => setMost(most + drawn)}>{w.users.more}</Button> : null}
      </div>
      <UserAction action={action} onClose={() => setAction(undefined)} />
    </>
  );
}

function Line({ user, account, onAction }: { user: Row; account: boolean; onAction: (action: Action) => void }) {
  const session = useSession().data;
  const navigate = useNavigate();
  const activate = useActivate();
  const page = `/settings/users/${user.id}`;
  const name = userName(user);
  const edit = may(session, "editUsersOrg", "editUsersAccount");
  const self = user.id === session?.user?.id;
  return (
    <tr>
      <td className="w-[34%] max-w-0 max-sm:w-full">
        <div className="min-w-0 py-1.5">
          <p className="flex items-center gap-2">
            <Link to={page} className="truncate rounded-sm font-medium underline-offset-2 hover:text-accent hover:underline">
              {name}
            </Link>
            {self ? <span className="tag flex-none">{w.users.you}</span> : null}
          </p>
          <p className="truncate text-sm text-muted">{user.email}</p>
          {user.active && !user.accountLocked ? null : (
            <p className="mt-1 sm:hidden">
              <UserState user={user} />
            </p>
          )}
        </div>
      </td>
      {account ? <td className="w-[18%] max-w-0 truncate text-muted max-xl:hidden" title={user.accountName}>{user.accountName}</td> : null}
      <td className="max-w-0 truncate text-muted max-md:hidden" title={roleNames(user)}>
        {roleNames(user) || w.none}
      </td>
      <td className="w-px max-sm:hidden">
        <UserState user={user} />
      </td>
      <td className="w-px whitespace-nowrap text-muted max-lg:hidden">
        {lastLogin(user) ? <time dateTime={user.lastLoginDate}>{dayOf(user.lastLoginDate)}</time> : w.users.never}
      </td>
      <td className="w-px">
        <div className="flex justify-end">
          <Menu small icon label={w.users.actionsFor(name)} trigger={<EllipsisVertical size={16} />}>
            <MenuItem text={w.users.open} icon={<Pencil size={15} />} onAction={() => void navigate(page)} />
            {edit && !self ? (
              <MenuItem text={w.users.password} icon={<KeyRound size={15} />} onAction={() => onAction({ kind: "password", user })} />
            ) : null}
            {edit && !self ? (
              user.active ? (
                <MenuItem text={w.users.deactivate} icon={<Power size={15} />} onAction={() => onAction({ kind: "deactivate", user })} />
              ) : (
                <MenuItem text={w.users.activate} icon={<Power size={15} />} onAction={() => activate.mutate(user)} />
              )
            ) : null}
            {may(session, "deleteUsersOrg", "deleteUsersAccount") && !self ? (
              <MenuItem text={w.users.delete} icon={<Trash2 size={15} />} danger onAction={() => onAction({ kind: "delete", user })} />
            ) : null}
          </Menu>
        </div>
      </td>
    </tr>
  );
}

/** Whether a user may come in. */
export function UserState({ user }: { user: User }) {
  if (!user.active) return <StateTag look="off" text={w.users.inactive} />;
  if (user.accountLocked) return <StateTag look="warn" text={w.users.locked} />;
  return <StateTag look="good" text={w.users.active} />;
}

function Waiting() {
  return (
    <Loading>
      <div className="panel">
        <div className="h-9 border-b border-line" />
        {Array.from({ length: 5 }, (_, i) => (
          <div key={i} className="flex h-[53px] items-center gap-3 border-b border-line px-3 last:border-0">
            <span className="flex flex-col gap-1.5">
              <Skeleton className="h-4 w-40" />
              <Skeleton className="h-3.5 w-52" />
            </span>
            <span className="flex-1" />
            <Skeleton className="h-5 w-20" />
          </div>
        ))}
      </div>
    </Loading>
  );
}
