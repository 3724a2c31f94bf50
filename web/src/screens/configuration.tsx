import { useQuery } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import { Fragment, useState } from "react";
import { configurationQuery, type ConfigurationRow } from "../api/instances";
import { w } from "../connectorwords";
import { Blank, Failure, Loading, Skeleton } from "../ui/state";
import { Switch } from "../ui/switch";

const mask = "********"; // reference/instances.md §1

/** The settings of an instance, as the server shows them: secrets stay masked. */
export function Configuration({ instanceId }: { instanceId: string }) {
  const rows = useQuery(configurationQuery(instanceId));
  const [hidden, setHidden] = useState(false);
  if (rows.isPending) {
    return (
      <Loading>
        <Skeleton className="h-64" />
      </Loading>
    );
  }
  if (rows.isError) return <Failure error={rows.error} what={w.configuration.what} retry={() => void rows.refetch()} />;
  if (!rows.data.length) return <Blank title={w.configuration.emptyTitle} text={w.configuration.empty} />;
  const shown = rows.data.filter((row) => hidden || !row.hideFromConsole);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <p className="text-muted">{w.configuration.help}</p>
        {rows.data.some((row) => row.hideFromConsole) ? (
          <Switch label={w.configuration.hidden} on={hidden} onChange={setHidden} />
        ) : null}
      </div>
      <div className="panel overflow-hidden">
        <table className="grid-table">
          <thead>
            <tr>
              <th scope="col">{w.configuration.name}</th>
              <th scope="col" className="max-md:hidden">
                {w.configuration.key}
              </th>
              <th scope="col">{w.configuration.value}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.id}>
                <td className="w-[34%] max-w-0 max-md:w-1/2">
                  <div className="py-1.5">
                    <p className="break-words font-medium" title={row.description}>
                      {row.name || row.key}
                    </p>
                    <code className="break-words text-xs text-muted md:hidden">
                      <KeyName text={row.key} />
                    </code>
                  </div>
                </td>
                <td className="w-px whitespace-nowrap text-muted max-md:hidden">
                  <code>{row.key}</code>
                </td>
                <td className="max-w-0">
                  <div className="max-h-28 overflow-auto py-1.5">
                    <Value row={row} />
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** A key that may be folded after its dots. */
function KeyName({ text }: { text: string }) {
  return text.split(/(?<=[._])/).map((part, index) => (
    <Fragment key={index}>
      {part}
      <wbr />
    </Fragment>
  ));
}

function Value({ row }: { row: ConfigurationRow }) {
  if (row.propertyValue === mask) {
    return (
      <span className="inline-flex items-center gap-2 text-muted" title={w.configuration.secret}>
        <Lock size={14} aria-hidden="true" />
        <span aria-hidden="true">••••••••</span>
        <span className="sr-only">{w.configuration.secret}</span>
      </span>
    );
  }
  if (!row.propertyValue) return <span className="text-muted">{w.configuration.notSet}</span>;
  return <code className="whitespace-pre-wrap break-words text-sm">{row.propertyValue}</code>;
}
