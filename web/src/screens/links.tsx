import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { deleteLink, linksQuery, type ConnectLink, type LinkState } from "../api/links";
import { usePlace } from "../place";
import { w } from "../connectorwords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { ButtonLink } from "../ui/buttonlink";
import { Confirm } from "../ui/dialog";
import { Logo } from "../ui/logo";
import { Blank, Failure, Loading, messageOf, Skeleton } from "../ui/state";

const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const looks: Record<LinkState, string> = {
  open: "bg-sunken text-muted",
  started: "bg-warn-soft text-warn",
  failed: "bg-bad-soft text-bad",
  used: "bg-good-soft text-good",
  expired: "bg-sunken text-muted",
};

/** The connect links of the account, the newest first. */
export default function Links() {
  usePlace({ text: t.nav.instances, to: "/instances" }, { text: w.links.title });
  const client = useQueryClient();
  const list = useInfiniteQuery(linksQuery);
  const [doomed, setDoomed] = useState<ConnectLink>();
  const remove = useMutation({
    mutationFn: (link: ConnectLink) => deleteLink(link.id),
    onSuccess: async (_, link) => {
      announce(w.links.deleted(link.name));
      setDoomed(undefined);
      await client.invalidateQueries({ queryKey: ["links"] });
    },
  });
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <>
      <div className="mb-5">
        <h1 className="text-xl font-semibold">{w.links.title}</h1>
        <p className="text-muted">{w.links.lead}</p>
      </div>
      {list.isPending ? (
        <Loading>
          <Skeleton className="h-64" />
        </Loading>
      ) : list.isError ? (
        <Failure error={list.error} what={w.links.what} retry={() => void list.refetch()} />
      ) : rows.length === 0 ? (
        <Blank title={w.links.emptyTitle} text={w.links.empty} action={<ButtonLink to="/connectors">{t.notFound.action}</ButtonLink>} />
      ) : (
        <>
          <div className="panel overflow-hidden">
            <table className="grid-table">
              <thead>
                <tr>
                  <th scope="col">{t.instances.name}</th>
                  <th scope="col">{w.links.state}</th>
                  <th scope="col" className="max-lg:hidden">
                    {w.links.ends}
                  </th>
                  <th scope="col" className="max-md:hidden">
                    {w.links.by}
                  </th>
                  <th scope="col">
                    <span className="sr-only">{t.instances.actions}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <Line key={row.id} link={row} onDelete={() => setDoomed(row)} />
                ))}
              </tbody>
            </table>
          </div>
          {list.hasNextPage ? (
            <div className="mt-3 flex justify-end">
              <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
                {w.links.more}
              </Button>
            </div>
          ) : null}
        </>
      )}
      <Confirm
        open={doomed !== undefined}
        title={w.links.deleteTitle(doomed?.name ?? "")}
        text={w.links.deleteText}
        action={t.instance.delete}
        pending={remove.isPending}
        error={remove.isError ? messageOf(remove.error) : undefined}
        onConfirm={() => {
          if (doomed) remove.mutate(doomed);
        }}
        onClose={() => {
          remove.reset();
          setDoomed(undefined);
        }}
      />
    </>
  );
}

function Line({ link, onDelete }: { link: ConnectLink; onDelete: () => void }) {
  const at = Date.parse(link.expiresDate);
  const problem = link.denied ? w.links.denied : link.error;
  return (
    <tr>
      <td className="w-[40%] max-w-0">
        <div className="flex items-center gap-3 py-1.5">
          <Logo connectorKey={link.element.key} name={link.element.name} size={28} />
          <div className="min-w-0">
            <p className="truncate font-medium">{link.name}</p>
            <p className="truncate text-sm text-muted">{link.element.name}</p>
          </div>
        </div>
      </td>
      <td className="w-px">
        <span className={`inline-flex h-[22px] items-center whitespace-nowrap rounded-full px-2.5 text-xs font-medium ${looks[link.state]}`}>
          {w.links.states[link.state]}
        </span>
      </td>
      <td className="w-px whitespace-nowrap text-muted max-lg:hidden">
        <time dateTime={link.expiresDate}>{Number.isNaN(at) ? link.expiresDate : moment.format(at)}</time>
      </td>
      <td className="max-w-0 max-md:hidden">
        {link.instanceId ? (
          <Link to={`/instances/${link.instanceId}`} className="rounded-sm underline-offset-2 hover:text-accent hover:underline">
            {w.links.instance(link.instanceId)}
          </Link>
        ) : (
          <p className="truncate text-muted" title={problem}>
            {problem}
          </p>
        )}
      </td>
      <td className="w-px">
        <Button look="quiet" small icon aria-label={w.links.deleteThis(link.name)} onPress={onDelete}>
          <Trash2 size={15} />
        </Button>
      </td>
    </tr>
  );
}
