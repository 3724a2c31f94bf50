import { Braces, ChevronLeft, ChevronRight, Table2, TriangleAlert } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { ToggleButton } from "react-aria-components/ToggleButton";
import { ToggleButtonGroup } from "react-aria-components/ToggleButtonGroup";
import type { ApiError } from "../api/client";
import type { Connector } from "../api/connectors";
import { indentJson, parseExact } from "../api/json";
import { columnsOf, rowsOf, type Row } from "../api/tryit";
import { w } from "../connectorwords";
import { t } from "../strings";
import { Button } from "../ui/button";
import { Json } from "../ui/code";
import { CopyButton } from "../ui/copy";
import { messageOf, Skeleton } from "../ui/state";
import type { Reply } from "./tryit";

// Limits of what is drawn; the copy button gives everything. Above them the page would stand still.
const columnLimit = 80;
const rowLimit = 500;
const textLimit = 1_000_000; // characters
let lastView: "table" | "json" = "table"; // what the reader chose stays chosen while the page is open

interface ResultProps {
  reply: Reply;
  connector: Connector;
  error?: ApiError;
  onPrevious?: () => void;
  onNext?: () => void;
}

/** The answer of a call: status, remarks, and the body as a table or as JSON. */
export function Result({ reply, connector, error, onPrevious, onNext }: ResultProps) {
  const { answer } = reply;
  const [view, setView] = useState(lastView);
  const value = useMemo(() => parseExact(answer.text), [answer.text]);
  const rows = useMemo(() => (error || value === undefined ? undefined : rowsOf(value)), [error, value]);
  const text = useMemo(() => (value === undefined ? answer.text : indentJson(answer.text)), [value, answer.text]);
  const remark = answer.headers.get("Elements-Error");
  const returned = answer.headers.get("Elements-Returned-Count");
  const requestId = answer.headers.get("Elements-Request-Id");
  const number = returned !== null && returned !== "" ? Number(returned) : Array.isArray(value) ? value.length : undefined;
  const shown = rows && view === "table" ? "table" : "json";

  // On a small screen the answer may lie below the window.
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    const top = section.current?.getBoundingClientRect().top ?? 0;
    if (top > window.innerHeight - 160) section.current?.scrollIntoView({ block: "start" });
  }, [reply]);

  return (
    <section ref={section} className="panel appear min-w-0 scroll-mt-18 overflow-hidden" aria-label={w.tryIt.result}>
      <div className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2 sm:px-6" role="status">
        <Status code={answer.status} />
        {number !== undefined && !error ? <span className="font-medium">{w.tryIt.records(number)}</span> : null}
        <span className="tabular-nums text-muted">{w.tryIt.milliseconds(reply.milliseconds)}</span>
        {requestId ? (
          <code className="text-xs text-muted max-sm:hidden" title={t.failure.request(requestId)}>
            {requestId}
          </code>
        ) : null}
        <span className="flex flex-1 items-center justify-end gap-2">
          {rows ? (
            <ToggleButtonGroup
              aria-label={w.tryIt.view}
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[view]}
              onSelectionChange={(keys) => {
                const [next] = [...keys];
                if (next !== "table" && next !== "json") return;
                lastView = next;
                setView(next);
              }}
              className="inline-flex rounded-md border border-line-strong p-0.5"
            >
              <ViewToggle id="table" text={w.tryIt.table} icon={<Table2 size={15} />} />
              <ViewToggle id="json" text={w.tryIt.json} icon={<Braces size={15} />} />
            </ToggleButtonGroup>
          ) : null}
          {text ? <CopyButton text={text} what={t.copy.json} /> : null}
        </span>
      </div>
      {remark ? (
        <p className="flex items-start gap-2 border-b border-line bg-warn-soft px-4 py-2.5 text-warn sm:px-6">
          <TriangleAlert size={15} className="mt-[3px] flex-none" aria-hidden="true" />
          <span className="min-w-0 break-words">{remark}</span>
        </p>
      ) : null}
      {error ? (
        <div role="alert" className="flex flex-col gap-1 border-b border-line px-4 py-4 sm:px-6">
          <p className="break-words font-medium text-bad">{messageOf(error)}</p>
          {error.provider ? <p className="break-words">{w.authenticate.providerSaid(error.provider)}</p> : null}
        </div>
      ) : null}
      {!answer.text ? (
        <p className="px-4 py-6 text-muted sm:px-6">{w.tryIt.noBody}</p>
      ) : rows?.length === 0 ? (
        <p className="px-4 py-6 text-muted sm:px-6">{w.tryIt.noRecords}</p>
      ) : shown === "table" && rows ? (
        <Records rows={rows} label={connector.name} />
      ) : (
        <>
          <Json text={text.length > textLimit ? text.slice(0, textLimit) : text} label={w.tryIt.json} />
          {text.length > textLimit ? <Cut>{w.tryIt.textCut(textLimit)}</Cut> : null}
        </>
      )}
      {onPrevious || onNext ? (
        <div className="flex min-h-14 items-center justify-between gap-3 border-t border-line px-4 sm:px-6">
          <Button isDisabled={!onPrevious} onPress={onPrevious}>
            <ChevronLeft size={15} aria-hidden="true" />
            <span className="max-sm:hidden">{w.tryIt.previous}</span>
            <span className="sm:hidden">{w.tryIt.previousShort}</span>
          </Button>
          <span className="whitespace-nowrap tabular-nums text-muted">{w.tryIt.page(reply.page)}</span>
          <Button isDisabled={!onNext} onPress={onNext}>
            <span className="max-sm:hidden">{w.tryIt.next}</span>
            <span className="sm:hidden">{w.tryIt.nextShort}</span>
            <ChevronRight size={15} aria-hidden="true" />
          </Button>
        </div>
      ) : null}
    </section>
  );
}

function ViewToggle({ id, text, icon }: { id: string; text: string; icon: React.ReactNode }) {
  return (
    <ToggleButton
      id={id}
      className="inline-flex h-7 cursor-pointer items-center gap-1.5 rounded-sm px-2.5 text-sm font-medium text-muted transition-colors duration-100 hover:text-text data-selected:bg-accent-soft data-selected:text-accent"
    >
      {icon}
      {text}
    </ToggleButton>
  );
}

function Status({ code }: { code: number }) {
  const good = code < 400;
  return (
    <span
      className={`inline-flex h-6 items-center gap-1.5 rounded-full px-2.5 text-sm font-semibold tabular-nums ${
        good ? "bg-good-soft text-good" : "bg-bad-soft text-bad"
      }`}
    >
      <span className="size-1.5 rounded-full bg-current" aria-hidden="true" />
      {code}
    </span>
  );
}

function Records({ rows, label }: { rows: Row[]; label: string }) {
  const columns = useMemo(() => columnsOf(rows, columnLimit), [rows]);
  return (
    <>
      <div className="max-h-[70dvh] overflow-auto" tabIndex={0} role="region" aria-label={label}>
        <table className="grid-table grid-table-wide min-w-max">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col" className="sticky top-0 z-10">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, rowLimit).map((row, index) => (
              <tr key={index}>
                {columns.map((column) => (
                  <Cell key={column} value={row[column]} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {columns.length === columnLimit ? <Cut>{w.tryIt.columnsCut(columnLimit)}</Cut> : null}
      {rows.length > rowLimit ? <Cut>{w.tryIt.rowsCut(rowLimit)}</Cut> : null}
    </>
  );
}

/** Says that something was left out of the picture. */
function Cut({ children }: { children: React.ReactNode }) {
  return <p className="border-t border-line px-4 py-2 text-sm text-muted sm:px-6">{children}</p>;
}

function Cell({ value }: { value: unknown }) {
  if (value === undefined) return <td />;
  if (typeof value === "object" && value !== null) {
    const text = JSON.stringify(value);
    return (
      <td title={text.slice(0, 2000)} className="max-w-44 truncate font-mono text-xs text-muted">
        {text}
      </td>
    );
  }
  const text = String(value);
  const mono = typeof value !== "string";
  return (
    <td title={text.length > 32 ? text.slice(0, 2000) : undefined} className={`max-w-44 truncate sm:max-w-72 ${mono ? "font-mono text-sm" : ""} ${value === null ? "text-muted" : ""}`}>
      {text}
    </td>
  );
}

/** While a call runs: the height of the answer before it, so that nothing jumps. */
export function Running({ name }: { name: string; before?: Reply }) {
  return (
    <section className="panel" aria-busy="true">
      <div className="flex h-14 items-center border-b border-line px-4 text-muted sm:px-6" role="status">
        {w.tryIt.calling(name)}
      </div>
      <div className="flex flex-col gap-3 p-6">
        {Array.from({ length: 5 }, (_, i) => (
          <Skeleton key={i} className="h-5" />
        ))}
      </div>
    </section>
  );
}
