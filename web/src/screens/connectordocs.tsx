import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { connectorPath, connectorQuery, logoOf, type Connector } from "../api/connectors";
import { instancesQuery } from "../api/instances";
import { callNames } from "../api/docs";
import { usePlace } from "../place";
import { w } from "../connectorwords";
import { t } from "../strings";
import { ButtonLink } from "../ui/buttonlink";
import { Logo } from "../ui/logo";
import { Select } from "../ui/select";
import { Failure, Loading, Skeleton } from "../ui/state";
import { ApiDocs } from "./apidocs";
import ConnectorMenu from "./connectormenu";

/** The API of a connector, for whoever writes a program against it. */
export default function ConnectorDocs() {
  const { key = "" } = useParams();
  const connector = useQuery(connectorQuery(key));
  usePlace({ text: t.nav.connectors, to: "/connectors" }, { text: connector.data?.name ?? key }, { text: t.connector.docs });
  if (connector.isPending) return <Waiting />;
  if (connector.isError) {
    return <Failure error={connector.error} what={w.authenticate.what} retry={() => void connector.refetch()} />;
  }
  return <Loaded key={connector.data.id} connector={connector.data} />;
}

function Loaded({ connector }: { connector: Connector }) {
  const navigate = useNavigate();
  const instances = useInfiniteQuery(instancesQuery({ search: "", tag: "", connector: String(connector.id) }));
  const [chosen, setChosen] = useState("");
  const rows = instances.data?.pages.flatMap((page) => page.rows) ?? [];
  const instance = rows.find((row) => String(row.id) === chosen) ?? rows[0];
  const calls = useMemo(() => callNames(connector), [connector]);
  const toCatalogue = () => void navigate("/connectors");

  return (
    <div className="flex flex-col gap-5">
      <div className="panel flex flex-wrap items-start gap-4 px-4 py-4 sm:px-6">
        <Logo connectorKey={logoOf(connector)} name={connector.name} size={48} />
        <div className="min-w-0 flex-1 basis-56">
          <h1 className="break-words text-xl font-semibold">{w.docs.title(connector.name)}</h1>
          <p className="break-words text-muted">
            <code>{connector.key}</code>
            <span className="tabular-nums"> · {connector.id}</span>
          </p>
        </div>
        <div className="flex min-h-9 flex-wrap items-center gap-2">
          {rows.length > 1 && instance ? (
            <Select
              label={w.docs.tryWith}
              hideLabel
              className="w-52"
              choices={rows.map((row) => ({ value: String(row.id), text: w.docs.tryWithThis(row.name) }))}
              value={String(instance.id)}
              onChange={setChosen}
            />
          ) : instances.isSuccess && !instance && connector.active !== false ? (
            <ButtonLink to={`${connectorPath(connector)}/authenticate`} look="soft">
              {w.docs.authenticate}
            </ButtonLink>
          ) : null}
          <ConnectorMenu connector={connector} without="docs" onDeleted={toCatalogue} onCloned={(made) => void navigate(`/connectors?search=${encodeURIComponent(made.key)}`)} />
        </div>
      </div>
      <ApiDocs of={{ kind: "elements", id: String(connector.id) }} name={connector.key} callable={calls} instance={instance?.id} />
    </div>
  );
}

function Waiting() {
  return (
    <Loading>
      <div className="flex flex-col gap-5">
        <div className="panel flex items-start gap-4 px-4 py-4 sm:px-6">
          <Skeleton className="size-12" />
          <div className="flex h-12 flex-col gap-2">
            <Skeleton className="h-6 w-56" />
            <Skeleton className="h-4 w-32" />
          </div>
        </div>
        <Skeleton className="h-9 w-72 max-w-full" />
        <Skeleton className="h-96" />
      </div>
    </Loading>
  );
}
