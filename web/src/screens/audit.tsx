import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useDeferredValue, useId, useMemo, useState } from "react";
import { w } from "../accesswords";
import { accountsQuery } from "../api/accounts";
import { auditQuery, exportAudit, type AuditFilter, type AuditRow } from "../api/audit";
import { useSession } from "../api/session";
import { usersQuery } from "../api/users";
import { useFilters } from "../filters";
import { usePlace } from "../place";
import { administers, may } from "../rights";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { saveFile } from "../ui/download";
import { Head } from "../ui/section";
import { SearchBox } from "../ui/search";
import { Select } from "../ui/select";
import { Blank, Failure, Loading, messageOf, NothingFound, Skeleton } from "../ui/state";
import { Time } from "../ui/time";
import { AuditDetails, AuditStatus, pathOf, whoOf } from "./auditdetails";

const nothing: AuditRow[] = [];
const any = "*";

/** Every change: who, when, from where, what. A row opens what it changed. */
export default function Audit() {
  usePlace({ text: t.nav.settings, to: "/settings" }, { text: w.audit.title });
  const [{ search, user, account, kind, from, until }, set] = useFilters("search", "user", "account", "kind", "from", "until");
  const now = useMemo(
    (): AuditFilter => ({ text: search.trim(), userId: user, accountId: account, kind, from, to: until }),
    [search, user, account, kind, from, until],
  );
  const filter = useDeferredValue(now);
  const filtered = Object.values(now).some((value) => value !== "");
  const list = useInfiniteQuery({ ...auditQuery(filter), placeholderData: (before) => before });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.rows) ?? nothing, [list.data]);
  const [open, setOpen] = useState<AuditRow>();
  const save = useMutation({
    mutationFn: () => exportAudit(now),
    onSuccess: (text) => {
      const file = `audit-${new Date().toISOString().slice(0, 10)}.jsonl`;
      saveFile(file, text, "application/x-ndjson");
      announce(w.audit.exported(file));
    },
    onError: (error) => announce(messageOf(error), "bad"),
  });
  return (
    <>
      <Head
        title={w.audit.title}
        text={w.audit.lead}
        actions={
          <Button isPending={save.isPending} onPress={() => save.mutate()}>
            <Download size={15} aria-hidden="true" />
            {w.audit.export}
          </Button>
        }
      />
      <div className="mb-4 flex flex-wrap items-end gap-3">
        <SearchBox label={w.audit.search} value={search} onChange={(text) => set({ search: text })} />
        <People user={user} account={account} onChange={set} />
        <Select
          className="w-full sm:w-40"
          hideLabel
          label={w.audit.kind}
          choices={[{ value: any, text: w.audit.anyKind }, ...Object.entries(w.audit.kinds).map(([value, text]) => ({ value, text }))]}
          value={kind || any}
          onChange={(value) => set({ kind: value === any ? "" : value })}
        />
        <Day label={w.audit.from} value={from} max={until} onChange={(day) => set({ from: day })} />
        <Day label={w.audit.until} value={until} min={from} onChange={(day) => set({ until: day })} />
      </div>
      {list.isPending ? (
        <Loading>
          <Skeleton className="h-96" />
        </Loading>
      ) : list.isError ? (
        <Failure error={list.error} what={w.audit.what} retry={() => void list.refetch()} />
      ) : rows.length === 0 && !filtered ? (
        <Blank title={w.audit.emptyTitle} text={w.audit.empty} />
      ) : rows.length === 0 ? (
        <NothingFound
          title={w.audit.noMatchTitle}
          text={w.audit.noMatch}
          action={<Button onPress={() => set({ search: "", user: "", account: "", kind: "", from: "", until: "" })}>{w.audit.clear}</Button>}
        />
      ) : (
        <>
          <Table rows={rows} stale={list.isPlaceholderData} onOpen={setOpen} />
          <div className="mt-3 flex min-h-9 items-center justify-between gap-4 text-sm text-muted">
            <span role="status">{w.audit.shown(rows.length, list.hasNextPage)}</span>
            {list.hasNextPage ? (
              <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
                {w.audit.more}
              </Button>
            ) : null}
          </div>
        </>
      )}
      {open ? <AuditDetails row={open} onClose={() => setOpen(undefined)} /> : null}
    </>
  );
}

/** The filters for user and account, as far as this person may see users and accounts. */
function People({ user, account, onChange }: { user: string; account: string; onChange: (part: { user?: string; account?: string }) => void }) {
  const session = useSession().data;
  const mayUsers = may(session, "viewUsersOrg", "viewUsersAccount");
  const mayAccounts = administers(session);
  const users = useQuery({ ...usersQuery(0), enabled: mayUsers });
  const accounts = useQuery({ ...accountsQuery, enabled: mayAccounts });
  return (
    <>
      {mayUsers || user ? (
        <Select
          className="w-full sm:w-44"
          hideLabel
          label={w.audit.user}
          choices={[
            { value: any, text: w.audit.anyUser },
            ...(users.data ?? []).map((one) => ({ value: String(one.id), text: one.email })),
            ...(user && !users.data?.some((one) => String(one.id) === user) ? [{ value: user, text: w.audit.userOf(Number(user)) }] : []),
          ]}
          value={user || any}
          onChange={(value) => onChange({ user: value === any ? "" : value })}
        />
      ) : null}
      {mayAccounts ? (
        <Select
          className="w-full sm:w-40"
          hideLabel
          label={w.audit.account}
          choices={[{ value: any, text: w.audit.anyAccount }, ...(accounts.data ?? []).map((one) => ({ value: String(one.id), text: one.name }))]}
          value={account || any}
          onChange={(value) => onChange({ account: value === any ? "" : value })}
        />
      ) : null}
    </>
  );
}

function Day({ label, value, min, max, onChange }: { label: string; value: string; min?: string; max?: string; onChange: (day: string) => void }) {
  const id = useId();
  return (
    <span className="flex items-center gap-2 max-sm:w-full">
      <label htmlFor={id} className="label w-10 flex-none text-muted sm:w-auto">
        {label}
      </label>
      <input id={id} type="date" className="control sm:w-40" value={value} min={min || undefined} max={max || undefined} onChange={(event) => onChange(event.target.value)} />
    </span>
  );
}

function Table({ rows, stale, onOpen }: { rows: AuditRow[]; stale: boolean; onOpen: (row: AuditRow) => void }) {
  return (
    <div className={`panel overflow-hidden transition-opacity duration-100 ${stale ? "opacity-60" : ""}`}>
      <table className="grid-table" aria-label={w.audit.title}>
        <thead>
          <tr>
            <th scope="col" className="max-sm:hidden">
              {w.audit.when}
            </th>
            <th scope="col" className="max-md:hidden">
              {w.audit.who}
            </th>
            <th scope="col" className="max-lg:hidden">
              {w.audit.where}
            </th>
            <th scope="col">{w.audit.did}</th>
            <th scope="col">{w.audit.status}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td className="w-px whitespace-nowrap text-muted max-sm:hidden">
                <Time date={row.timestamp} none="" />
              </td>
              <td className="w-[22%] max-w-0 max-md:hidden">
                <p className="truncate" title={whoOf(row)}>
                  {whoOf(row)}
                </p>
              </td>
              <td className="w-px whitespace-nowrap text-muted max-lg:hidden">{row.ip_address}</td>
              <td className="max-w-0">
                <div className="py-1.5">
                  <button
                    type="button"
                    className="flex max-w-full cursor-pointer items-baseline gap-2 rounded-sm text-left underline-offset-2 hover:text-accent hover:underline"
                    aria-label={w.audit.open(`${row.method} ${pathOf(row)}`)}
                    onClick={() => onOpen(row)}
                  >
                    <span className="flex-none text-xs font-semibold text-muted">{row.method}</span>
                    <code className="min-w-0 truncate text-sm">{pathOf(row)}</code>
                  </button>
                  <p className="truncate text-sm text-muted md:hidden">{whoOf(row)}</p>
                  <p className="truncate text-sm text-muted sm:hidden">
                    <Time date={row.timestamp} none="" />
                  </p>
                </div>
              </td>
              <td className="w-px">
                <AuditStatus row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
