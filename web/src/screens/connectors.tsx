import { useQuery } from "@tanstack/react-query";
import { EllipsisVertical, Upload } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { Link } from "react-router";
import { connectorPath, connectorsQuery, hubName, hubsQuery, logoOf, type ConnectorRow } from "../api/connectors";
import { instanceCountsQuery } from "../api/instances";
import { useSession } from "../api/session";
import { useFilters } from "../filters";
import { usePlace } from "../place";
import { t } from "../strings";
import { Button } from "../ui/button";
import { ButtonLink } from "../ui/buttonlink";
import { Logo } from "../ui/logo";
import { SearchBox } from "../ui/search";
import { Blank, Failure, Loading, NothingFound, Notice, Skeleton } from "../ui/state";

const loadMenu = () => import("./connectormenu");
const ConnectorMenu = lazy(loadMenu);
const loadImport = () => import("./import");
const ImportConnector = lazy(loadImport);

/** Whether a connector answers to the text: name, key, id, hub or description, every word somewhere. */
export function matches(connector: ConnectorRow, text: string): boolean {
  const hay = `${connector.name} ${connector.key} ${connector.id} ${connector.hub} ${connector.description ?? ""}`.toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => hay.includes(word));
}

/** The catalogue. */
export default function Connectors() {
  usePlace({ text: t.nav.connectors });
  const connectors = useQuery(connectorsQuery);
  const hubs = useQuery(hubsQuery);
  const counts = useQuery(instanceCountsQuery);
  const { data: session } = useSession();
  const [{ search: text, hub }, filter] = useFilters("search", "hub");
  const [importing, setImporting] = useState(false);

  const rows = connectors.data;
  const hubNames = useMemo(
    () => new Map([...new Set((rows ?? []).map((row) => row.hub).filter(Boolean))].sort().map((key) => [key, hubName(key, hubs.data)])),
    [rows, hubs.data],
  );
  const shown = useMemo(
    () => (rows ?? []).filter((row) => (!hub || row.hub === hub) && (!text.trim() || matches(row, text.trim()))),
    [rows, hub, text],
  );

  return (
    <>
      <div className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <h1 className="text-xl font-semibold">{t.connectors.title}</h1>
          <p className="text-muted">{t.connectors.lead}</p>
        </div>
        <div className="flex w-full flex-wrap items-center gap-2 sm:w-auto">
          <SearchBox label={t.connectors.search} value={text} onChange={(search) => filter({ search })} />
          <Button
            aria-haspopup="dialog"
            className="max-sm:flex-1"
            onPointerEnter={() => void loadImport()}
            onFocus={() => void loadImport()}
            onPress={() => setImporting(true)}
          >
            <Upload size={15} aria-hidden="true" />
            {t.connectors.import}
          </Button>
        </div>
      </div>
      {importing ? (
        <Suspense>
          <ImportConnector onClose={() => setImporting(false)} />
        </Suspense>
      ) : null}
      {session?.notices?.length ? (
        <div className="mb-5 flex flex-col gap-2">
          {session.notices.map((notice) => (
            <Notice key={notice}>{notice}</Notice>
          ))}
        </div>
      ) : null}
      {connectors.isPending ? (
        <Waiting />
      ) : connectors.isError ? (
        <Failure error={connectors.error} what={t.connectors.what} retry={() => void connectors.refetch()} />
      ) : connectors.data.length === 0 ? (
        <Blank
          title={t.connectors.emptyTitle}
          text={t.connectors.empty}
          action={<Button onPress={() => setImporting(true)}>{t.connectors.import}</Button>}
        />
      ) : (
        <>
          <div className="mb-4 flex min-h-8 flex-wrap items-center gap-x-4 gap-y-2">
            <div role="group" aria-label={t.connectors.hubs} className="flex flex-wrap gap-1.5">
              {[["", t.connectors.allHubs] as const, ...hubNames].map(([key, name]) => (
                <HubChip key={key} name={name} on={hub === key} onPress={() => filter({ hub: key })} />
              ))}
            </div>
            <span className="text-sm text-muted" role="status">
              {t.connectors.count(shown.length)}
            </span>
          </div>
          {shown.length === 0 ? (
            <NothingFound
              title={t.connectors.noMatchTitle}
              text={text ? t.connectors.noMatch(text) : t.connectors.noMatchHub}
              action={<Button onPress={() => filter({ search: "", hub: "" })}>{t.connectors.clear}</Button>}
            />
          ) : (
            <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(296px,100%),1fr))] gap-4">
              {shown.map((row) => (
                <Card
                  key={row.id}
                  connector={row}
                  hub={hubNames.get(row.hub) ?? row.hub}
                  count={counts.data?.[row.key]}
                  onCloned={(made) => filter({ search: made.key, hub: "" })}
                />
              ))}
            </ul>
          )}
        </>
      )}
    </>
  );
}

function HubChip({ name, on, onPress }: { name: string; on: boolean; onPress: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onPress}
      className={`h-8 cursor-pointer rounded-full border px-3.5 text-sm font-medium transition-colors duration-100 ${
        on ? "border-accent bg-accent-soft text-accent" : "border-line bg-surface text-muted hover:border-line-strong hover:text-text"
      }`}
    >
      {name}
    </button>
  );
}

interface CardProps {
  connector: ConnectorRow;
  hub: string;
  count?: number;
  onCloned: (made: ConnectorRow) => void;
}

function Card({ connector, hub, count, onCloned }: CardProps) {
  const inactive = connector.active === false;
  return (
    <li className="panel flex flex-col gap-3 p-4 transition-colors duration-100 hover:border-line-strong">
      <div className="flex items-start gap-3">
        <Logo connectorKey={logoOf(connector)} name={connector.name} />
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-[15px] font-semibold leading-5" title={connector.name}>
            {connector.name}
          </h2>
          <p className="truncate text-sm text-muted">
            <code>{connector.key}</code>
            <span className="tabular-nums"> · {connector.id}</span>
          </p>
        </div>
        <Actions connector={connector} onCloned={onCloned} />
      </div>
      <p className="line-clamp-3 text-muted">{connector.description}</p>
      <div className="mt-auto flex flex-wrap items-center gap-1.5">
        <span className="tag">{hub}</span>
        {connector.beta ? <span className="tag">{t.connectors.beta}</span> : null}
        {connector.private ? <span className="tag border-transparent! bg-accent-soft! text-accent!">{t.connectors.private}</span> : null}
        {connector.extended ? <span className="tag border-transparent! bg-accent-soft! text-accent!">{t.connectors.extended}</span> : null}
        {inactive ? <span className="tag border-transparent! bg-warn-soft! text-warn!">{t.connectors.inactive}</span> : null}
      </div>
      <div className="flex min-h-9 items-center gap-2 border-t border-line pt-3">
        <span className="min-w-0 flex-1 text-sm text-muted">
          {count ? (
            <Link
              to={`/instances?connector=${encodeURIComponent(connector.key)}`}
              className="rounded-sm underline-offset-2 hover:text-text hover:underline"
            >
              {t.connectors.instances(count)}
            </Link>
          ) : (
            <span>{t.connectors.noInstances}</span>
          )}
        </span>
        {inactive ? (
          <span className="flex h-9 items-center text-sm text-muted">{t.connectors.inactiveHelp}</span>
        ) : (
          <ButtonLink
            to={`${connectorPath(connector)}/authenticate`}
            look="soft"
            aria-label={t.connectors.authenticateThis(connector.name)}
          >
            {t.connectors.authenticate}
          </ButtonLink>
        )}
      </div>
    </li>
  );
}

/** The menu of a card. It is loaded when somebody reaches for the first one. */
function Actions({ connector, onCloned }: { connector: ConnectorRow; onCloned: (made: ConnectorRow) => void }) {
  const [wanted, setWanted] = useState(false);
  const button = (
    <Button
      look="quiet"
      icon
      className="-mr-2 -mt-1.5"
      aria-label={t.connector.actionsFor(connector.name)}
      aria-haspopup="menu"
      onPointerEnter={() => void loadMenu()}
      onFocus={() => void loadMenu()}
      onPress={() => setWanted(true)}
    >
      <EllipsisVertical size={16} />
    </Button>
  );
  return wanted ? (
    <Suspense fallback={button}>
      <span className="-mr-2 -mt-1.5">
        <ConnectorMenu connector={connector} defaultOpen without="authenticate" onCloned={onCloned} />
      </span>
    </Suspense>
  ) : (
    button
  );
}

function Waiting() {
  return (
    <Loading>
      <div className="mb-4 flex h-8 gap-1.5">
        <Skeleton className="h-8 w-14 rounded-full!" />
        <Skeleton className="h-8 w-20 rounded-full!" />
      </div>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(296px,100%),1fr))] gap-4">
        {Array.from({ length: 6 }, (_, i) => (
          <div key={i} className="panel flex flex-col gap-3 p-4">
            <div className="flex gap-3">
              <Skeleton className="size-10" />
              <div className="flex flex-1 flex-col gap-2">
                <Skeleton className="h-4 w-32" />
                <Skeleton className="h-4 w-24" />
              </div>
            </div>
            <Skeleton className="h-10" />
            <div className="mt-auto flex justify-end border-t border-line pt-3">
              <Skeleton className="h-9 w-28" />
            </div>
          </div>
        ))}
      </div>
    </Loading>
  );
}
