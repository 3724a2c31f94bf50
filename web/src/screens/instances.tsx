import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  sortFns,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { EllipsisVertical, KeyRound, Link2, Play, Settings2, Trash2, X } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { connectorsQuery } from "../api/connectors";
import { disableInstance, enableInstance, forgetInstances, instancesQuery, type Instance } from "../api/instances";
import { useChosen } from "../chosen";
import { useFilters } from "../filters";
import { usePlace } from "../place";
import { w } from "../connectorwords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { ButtonLink } from "../ui/buttonlink";
import { copyText } from "../ui/copy";
import { Logo } from "../ui/logo";
import { Menu, MenuItem } from "../ui/menu";
import { SearchBox } from "../ui/search";
import { Select } from "../ui/select";
import { SortHead } from "../ui/sorthead";
import { Blank, Failure, Loading, messageOf, NothingFound, Skeleton } from "../ui/state";
import { InstanceState } from "../ui/status";
import { Switch } from "../ui/switch";
import { Tags } from "../ui/tags";
import { DeleteInstance } from "./delete";

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns });
const helper = createColumnHelper<typeof features, Instance>();
const columns = helper.columns([
  helper.accessor((row) => row.name, { id: "name", sortFn: "text" }),
  helper.accessor((row) => row.element.name, { id: "connector", sortFn: "text" }),
  helper.accessor((row) => (row.tags ?? []).join(" "), { id: "tags", enableSorting: false }),
  helper.accessor((row) => (row.disabled ? 2 : row.valid === false ? 0 : 1), { id: "state", sortFn: "basic" }),
  helper.accessor((row) => row.createdDate ?? "", { id: "created", sortFn: "basic", sortDescFirst: true }),
]);
const heads: Record<string, { text: string; className: string }> = {
  name: { text: t.instances.name, className: "" },
  connector: { text: t.instances.connector, className: "max-lg:hidden" },
  tags: { text: t.instances.tags, className: "max-md:hidden" },
  state: { text: t.instances.state, className: "max-sm:hidden" },
  created: { text: t.instances.created, className: "max-xl:hidden" },
};
const nothing: Instance[] = [];

/** Every connected account the caller may see. */
export default function Instances() {
  usePlace({ text: t.nav.instances });
  const [{ search, tag, connector }, set] = useFilters("search", "tag", "connector");
  const [chosen] = useChosen();
  const account = chosen?.id;
  const filter = useDeferredValue(useMemo(() => ({ search: search.trim(), tag, connector, account }), [search, tag, connector, account]));
  const filtered = Boolean(search.trim() || tag || connector);
  const list = useInfiniteQuery({ ...instancesQuery(filter), placeholderData: (before) => before });
  const everything = useInfiniteQuery(instancesQuery({ search: "", tag: "", connector: "", account }));
  const connectors = useQuery({ ...connectorsQuery, enabled: connector !== "" });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.rows) ?? nothing, [list.data]);
  const allTags = useMemo(() => {
    const found = new Set(everything.data?.pages.flatMap((page) => page.rows.flatMap((row) => row.tags ?? [])));
    if (tag) found.add(tag);
    return [...found].sort((a, b) => a.localeCompare(b));
  }, [everything.data, tag]);

  const connectorName = connectors.data?.find((row) => row.key === connector)?.name ?? connector;
  return (
    <>
      <div className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <h1 className="text-xl font-semibold">{t.instances.title}</h1>
          <p className="text-muted">{chosen ? t.instances.leadOf(chosen.name) : t.instances.lead}</p>
        </div>
        <div className="flex w-full flex-wrap gap-2 sm:w-auto">
          <ButtonLink to="/instances/links" className="max-sm:w-full">
            <Link2 size={15} aria-hidden="true" />
            {w.links.title}
          </ButtonLink>
          <SearchBox label={t.instances.search} value={search} onChange={(text) => set({ search: text })} />
          <Select
            className="w-full sm:w-44"
            hideLabel
            label={t.instances.tag}
            choices={[{ value: "*", text: t.instances.anyTag }, ...allTags.map((value) => ({ value: `=${value}`, text: value }))]}
            value={tag ? `=${tag}` : "*"}
            onChange={(value) => set({ tag: value === "*" ? "" : value.slice(1) })}
          />
        </div>
      </div>
      {connector ? (
        <div className="mb-4">
          <button
            type="button"
            className="inline-flex h-8 cursor-pointer items-center gap-2 rounded-full border border-accent bg-accent-soft px-3.5 text-sm font-medium text-accent"
            onClick={() => set({ connector: "" })}
          >
            {t.instances.of(connectorName)}
            <X size={14} aria-hidden="true" />
            <span className="sr-only">{t.instances.clear}</span>
          </button>
        </div>
      ) : null}
      {list.isPending ? (
        <Waiting />
      ) : list.isError ? (
        <Failure error={list.error} what={t.instances.what} retry={() => void list.refetch()} />
      ) : rows.length === 0 && !filtered ? (
        <Blank
          title={t.instances.emptyTitle}
          text={chosen ? t.instances.emptyOf(chosen.name) : t.instances.empty}
          action={chosen ? null :
            <ButtonLink to="/connectors" look="primary">
              {t.instances.emptyAction}
            </ButtonLink>
          }
        />
      ) : rows.length === 0 ? (
        <NothingFound
          title={t.instances.noMatchTitle}
          text={t.instances.noMatch}
          action={<Button onPress={() => set({ search: "", tag: "", connector: "" })}>{t.instances.clear}</Button>}
        />
      ) : (
        <>
          <Grid rows={rows} stale={list.isPlaceholderData} />
          <div className="mt-3 flex min-h-9 items-center justify-between gap-4 text-sm text-muted">
            <span role="status">{t.instances.shown(rows.length, list.hasNextPage)}</span>
            {list.hasNextPage ? (
              <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
                {t.instances.more}
              </Button>
            ) : null}
          </div>
        </>
      )}
    </>
  );
}

function Grid({ rows, stale }: { rows: Instance[]; stale: boolean }) {
  const table = useTable({ features, columns, data: rows, getRowId: (row) => String(row.id) });
  const [doomed, setDoomed] = useState<Instance>();
  return (
    <div className={`panel overflow-hidden transition-opacity duration-100 ${stale ? "opacity-60" : ""}`}>
      <table className="grid-table">
        <thead>
          <tr>
            {table.getHeaderGroups()[0]?.headers.map(({ id, column }) => {
              const head = heads[id] ?? { text: id, className: "" };
              const sorted = column.getIsSorted();
              return (
                <SortHead
                  key={id}
                  text={head.text}
                  className={head.className}
                  sorted={sorted}
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
          {table.getRowModel().rows.map(({ id, original }) => (
            <Line key={id} instance={original} onDelete={() => setDoomed(original)} />
          ))}
        </tbody>
      </table>
      <DeleteInstance instance={doomed} onClose={() => setDoomed(undefined)} />
    </div>
  );
}

const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });

/** A date as people write it; the text itself when it is none. */
export function dayOf(date: string | undefined): string {
  const at = Date.parse(date ?? "");
  return Number.isNaN(at) ? (date ?? "") : day.format(at);
}

/** Enables or disables, shows it at once and takes it back when the server refuses. */
export function useEnable(instance: Instance) {
  const client = useQueryClient();
  const change = useMutation({
    scope: { id: `enabled ${instance.id}` }, // two quick changes reach the server in their order
    mutationFn: (on: boolean) => (on ? enableInstance(instance.id) : disableInstance(instance.id)),
    onSuccess: async (_, on) => {
      announce(on ? t.instance.nowEnabled(instance.name) : t.instance.nowDisabled(instance.name));
      await forgetInstances(client);
    },
    onError: (error) => announce(messageOf(error), "bad"),
  });
  const on = change.isPending ? change.variables : !instance.disabled;
  return { on, change: change.mutate };
}

function Line({ instance, onDelete }: { instance: Instance; onDelete: () => void }) {
  const navigate = useNavigate();
  const enable = useEnable(instance);
  const page = `/instances/${instance.id}`;
  const tags = instance.tags ?? [];

  async function copyToken() {
    try {
      await copyText(instance.token);
      announce(t.copy.done(t.copy.token));
    } catch {
      announce(t.copy.failed(t.copy.token), "bad");
    }
  }

  return (
    <tr>
      <td className="max-w-0 w-[40%] max-sm:w-full">
        <div className="flex items-center gap-3 py-1.5">
          <Logo connectorKey={instance.element.key} name={instance.element.name} size={28} />
          <div className="min-w-0">
            <div className="flex items-center gap-2">
              <Link to={page} className="truncate rounded-sm font-medium underline-offset-2 hover:text-accent hover:underline">
                {instance.name}
              </Link>
              <span className="flex-none text-xs text-muted">{instance.id}</span>
            </div>
            <div className="mt-0.5 flex flex-wrap items-center gap-1.5 text-sm text-muted md:hidden">
              <span className="sm:hidden">
                <InstanceState instance={instance} />
              </span>
              <Tags tags={tags} limit={2} />
            </div>
          </div>
        </div>
      </td>
      <td className="whitespace-nowrap text-muted max-lg:hidden">{instance.element.name}</td>
      <td className="max-md:hidden">
        <Tags tags={tags} limit={3} />
      </td>
      <td className="w-px max-sm:hidden">
        <InstanceState instance={{ ...instance, disabled: !enable.on }} />
      </td>
      <td className="whitespace-nowrap text-muted max-xl:hidden">
        <time dateTime={instance.createdDate}>{dayOf(instance.createdDate)}</time>
      </td>
      <td className="w-px">
        <div className="flex items-center justify-end gap-2">
          <Switch hideLabel label={t.instances.switch(instance.name)} on={enable.on} onChange={enable.change} />
          <Menu small icon label={t.instances.actionsFor(instance.name)} trigger={<EllipsisVertical size={16} />}>
            <MenuItem text={t.instances.open} icon={<Play size={15} />} onAction={() => void navigate(page)} />
            <MenuItem text={t.instances.configuration} icon={<Settings2 size={15} />} onAction={() => void navigate(`${page}/configuration`)} />
            <MenuItem text={t.instances.copyToken} icon={<KeyRound size={15} />} onAction={() => void copyToken()} />
            <MenuItem text={t.instance.delete} icon={<Trash2 size={15} />} danger onAction={onDelete} />
          </Menu>
        </div>
      </td>
    </tr>
  );
}

function Waiting() {
  return (
    <Loading>
      <div className="panel">
        <div className="h-9 border-b border-line" />
        {Array.from({ length: 6 }, (_, i) => (
          <div key={i} className="flex h-[41px] items-center gap-3 border-b border-line px-3 last:border-0">
            <Skeleton className="size-7" />
            <Skeleton className="h-4 w-48" />
            <span className="flex-1" />
            <Skeleton className="h-5 w-20" />
          </div>
        ))}
      </div>
    </Loading>
  );
}
