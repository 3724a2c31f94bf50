import { useQuery } from "@tanstack/react-query";
import { createColumnHelper, createSortedRowModel, rowSortingFeature, sortFns, tableFeatures, useTable } from "@tanstack/react-table";
import { Building2, EllipsisVertical, Eye, Pencil, Plus, Power } from "lucide-react";
import { lazy, Suspense, useDeferredValue, useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { accountsQuery, type Account } from "../api/accounts";
import { ApiError } from "../api/client";
import { useSession } from "../api/session";
import { useChosen } from "../chosen";
import { useFilters } from "../filters";
import { usePlace } from "../place";
import { administers } from "../rights";
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
import { DeactivateAccount, useActivateAccount } from "./accountactions";

const AccountDialog = lazy(() => import("./accountdialog"));

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns });
const helper = createColumnHelper<typeof features, Account>();
const columns = helper.columns([
  helper.accessor((row) => row.name, { id: "name", sortFn: "text" }),
  helper.accessor((row) => row.externalId ?? "", { id: "externalId", sortFn: "text" }),
  helper.accessor((row) => row.users ?? 0, { id: "users", sortFn: "basic", sortDescFirst: true }),
  helper.accessor((row) => row.instances ?? 0, { id: "instances", sortFn: "basic", sortDescFirst: true }),
  helper.accessor((row) => (row.active ? 1 : 0), { id: "state", sortFn: "basic" }),
]);
const heads: Record<string, { text: string; className: string }> = {
  name: { text: w.accounts.name, className: "" },
  externalId: { text: w.accounts.externalId, className: "max-lg:hidden" },
  users: { text: w.accounts.users, className: "max-md:hidden" },
  instances: { text: w.accounts.instances, className: "max-md:hidden" },
  state: { text: w.accounts.state, className: "max-sm:hidden" },
};

/** The accounts of the organization. */
export default function Accounts() {
  usePlace({ text: t.nav.settings, to: "/settings" }, { text: w.accounts.title });
  // Others are answered with their own account alone, which is no list to work with.
  return administers(useSession().data) ? <List /> : <Failure error={new ApiError(403, "")} what={w.accounts.what} />;
}

function List() {
  const navigate = useNavigate();
  const [{ search, state }, set] = useFilters("search", "state");
  const accounts = useQuery(accountsQuery);
  const [adding, setAdding] = useState(false);
  const text = useDeferredValue(search.trim().toLowerCase());
  const rows = useMemo(
    () =>
      (accounts.data ?? []).filter(
        (row) =>
          (!state || row.active === (state === "active")) &&
          (!text || `${row.name}\n${row.description ?? ""}\n${row.externalId ?? ""}\n${row.id}`.toLowerCase().includes(text)),
      ),
    [accounts.data, state, text],
  );
  return (
    <>
      <Head
        title={w.accounts.title}
        text={w.accounts.lead}
        actions={
          <Button look="primary" onPress={() => setAdding(true)}>
            <Plus size={15} aria-hidden="true" />
            {w.accounts.add}
          </Button>
        }
      />
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <SearchBox label={w.accounts.search} value={search} onChange={(next) => set({ search: next })} />
        <Select
          className="w-full sm:w-40"
          hideLabel
          label={w.accounts.state}
          choices={[
            { value: "*", text: w.users.anyState },
            { value: "active", text: w.users.active },
            { value: "inactive", text: w.users.inactive },
          ]}
          value={state || "*"}
          onChange={(value) => set({ state: value === "*" ? "" : value })}
        />
      </div>
      {accounts.isPending ? (
        <Loading>
          <Skeleton className="h-64" />
        </Loading>
      ) : accounts.isError ? (
        <Failure error={accounts.error} what={w.accounts.what} retry={() => void accounts.refetch()} />
      ) : accounts.data.length === 0 ? (
        <Blank icon={<Building2 size={20} />} title={w.accounts.emptyTitle} text={w.accounts.empty} />
      ) : rows.length === 0 ? (
        <NothingFound
          title={w.accounts.noMatchTitle}
          text={w.accounts.noMatch}
          action={<Button onPress={() => set({ search: "", state: "" })}>{w.accounts.clear}</Button>}
        />
      ) : (
        <Grid rows={rows} />
      )}
      {adding ? (
        <Suspense>
          <AccountDialog onClose={() => setAdding(false)} onSaved={({ id }) => void navigate(`/settings/accounts/${id}`)} />
        </Suspense>
      ) : null}
    </>
  );
}

function Grid({ rows }: { rows: Account[] }) {
  const table = useTable({ features, columns, data: rows, getRowId: (row) => String(row.id) });
  const [edited, setEdited] = useState<Account>();
  const [doomed, setDoomed] = useState<Account>();
  return (
    <>
      <div className="panel overflow-hidden">
        <table className="grid-table">
          <thead>
            <tr>
              {table.getHeaderGroups()[0]?.headers.map(({ id, column }) => {
                const head = heads[id] ?? { text: id, className: "" };
                return (
                  <SortHead key={id} text={head.text} className={head.className} sorted={column.getIsSorted()} onSort={() => column.toggleSorting()} />
                );
              })}
              <th scope="col">
                <span className="sr-only">{t.instances.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {table.getRowModel().rows.map(({ id, original }) => (
              <Line key={id} account={original} onEdit={() => setEdited(original)} onDeactivate={() => setDoomed(original)} />
            ))}
          </tbody>
        </table>
      </div>
      <p className="mt-3 text-sm text-muted" role="status">
        {w.accounts.count(rows.length)}
      </p>
      {edited ? (
        <Suspense>
          <AccountDialog account={edited} onClose={() => setEdited(undefined)} />
        </Suspense>
      ) : null}
      <DeactivateAccount account={doomed} onClose={() => setDoomed(undefined)} />
    </>
  );
}

function Line({ account, onEdit, onDeactivate }: { account: Account; onEdit: () => void; onDeactivate: () => void }) {
  const navigate = useNavigate();
  const activate = useActivateAccount();
  const [, choose] = useChosen();
  const page = `/settings/accounts/${account.id}`;
  return (
    <tr>
      <td className="w-[45%] max-w-0 max-sm:w-full">
        <div className="min-w-0 py-1.5">
          <p className="flex items-center gap-2">
            <Link to={page} className="truncate rounded-sm font-medium underline-offset-2 hover:text-accent hover:underline">
              {account.name}
            </Link>
            {account.defaultAccount ? <span className="tag flex-none">{w.accounts.default}</span> : null}
          </p>
          <p className="truncate text-sm text-muted">
            <span className="md:hidden">{w.accounts.counts(account.users ?? 0, account.instances ?? 0)}</span>
            <span className="max-md:hidden">{account.description === account.name ? "" : account.description}</span>
          </p>
          {account.active ? null : (
            <p className="mt-1 sm:hidden">
              <AccountState account={account} />
            </p>
          )}
        </div>
      </td>
      <td className="max-w-48 truncate text-muted max-lg:hidden">{account.externalId}</td>
      <td className="w-px text-muted max-md:hidden">
        <Link to={`/settings/users?account=${account.id}`} className="rounded-sm underline-offset-2 hover:text-text hover:underline">
          {account.users?.toLocaleString("en")}
        </Link>
      </td>
      <td className="w-px text-muted max-md:hidden">{account.instances?.toLocaleString("en")}</td>
      <td className="w-px max-sm:hidden">
        <AccountState account={account} />
      </td>
      <td className="w-px">
        <div className="flex justify-end">
          <Menu small icon label={w.accounts.actionsFor(account.name)} trigger={<EllipsisVertical size={16} />}>
            <MenuItem
              text={w.accounts.look}
              icon={<Eye size={15} />}
              onAction={() => {
                choose({ id: account.id, name: account.name });
                void navigate("/instances");
              }}
            />
            <MenuItem text={w.accounts.edit} icon={<Pencil size={15} />} onAction={onEdit} />
            {account.defaultAccount ? null : account.active ? (
              <MenuItem text={w.accounts.deactivate} icon={<Power size={15} />} danger onAction={onDeactivate} />
            ) : (
              <MenuItem text={w.accounts.activate} icon={<Power size={15} />} onAction={() => activate.mutate(account)} />
            )}
          </Menu>
        </div>
      </td>
    </tr>
  );
}

/** Whether people of an account may come in. */
export function AccountState({ account }: { account: Account }) {
  return account.active ? <StateTag look="good" text={w.users.active} /> : <StateTag look="off" text={w.users.inactive} />;
}
