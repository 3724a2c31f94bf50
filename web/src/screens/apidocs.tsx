import { useMutation, useQuery } from "@tanstack/react-query";
import { ChevronRight, Download, Send } from "lucide-react";
import { Fragment, memo, useDeferredValue, useId, useMemo, useState, type CSSProperties } from "react";
import { callName, docsQuery, downloadDocs, grouped, type DocParameter, type Docs, type DocsOf, type Operation, type Schema } from "../api/docs";
import { useFilters } from "../filters";
import { w } from "../connectorwords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { ButtonLink } from "../ui/buttonlink";
import { Json } from "../ui/code";
import { saveFile } from "../ui/download";
import { SearchBox } from "../ui/search";
import { Blank, Failure, Loading, messageOf, NothingFound, Skeleton } from "../ui/state";
import { Model, Type } from "./model";

/** Documents of more operations lay out only what is near the window, with heights guessed for the rest. */
const longDocument = 150;

interface ApiDocsProps {
  of: DocsOf;
  /** Begins the names of saved files. */
  name: string;
  /** Names of the calls (see callName) that "Try it" can make. */
  callable: Set<string>;
  /** Instance that "Try it" calls with; without one there is no such link. */
  instance?: number;
}

/** The operations of a connector: grouped, searchable, each with what it takes and gives. */
export function ApiDocs({ of, name, callable, instance }: ApiDocsProps) {
  const docs = useQuery(docsQuery(of));
  if (docs.isPending) return <Waiting />;
  if (docs.isError) return <Failure error={docs.error} what={w.docs.what} retry={() => void docs.refetch()} />;
  if (!docs.data.operations.length) return <Blank title={w.docs.emptyTitle} text={w.docs.empty} />;
  return <Loaded docs={docs.data} of={of} name={name} callable={callable} instance={instance} />;
}

function Loaded({ docs, of, name, callable, instance }: ApiDocsProps & { docs: Docs }) {
  const [{ search }, filter] = useFilters("search");
  const wanted = useDeferredValue(search);
  const groups = useMemo(() => grouped(docs.operations, wanted), [docs, wanted]);
  const count = groups.reduce((sum, [, list]) => sum + list.length, 0);
  const id = useId();
  const far =
    count > longDocument
      ? "[content-visibility:auto] [contain-intrinsic-height:auto_calc(var(--rows)*59px)] md:[contain-intrinsic-height:auto_calc(var(--rows)*40px)]"
      : "";

  function jump(index: number) {
    const heading = document.getElementById(`${id}-${index}`);
    heading?.scrollIntoView({ block: "start" });
    heading?.focus({ preventScroll: true });
  }

  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <SearchBox label={w.docs.search} value={search} onChange={(text) => filter({ search: text })} />
        <span className="text-sm text-muted" role="status">
          {w.docs.count(count)}
        </span>
        <div className="flex flex-wrap gap-2 sm:ml-auto">
          <Save of={of} format="swagger" name={`${name}-swagger.json`} text={w.docs.swagger} />
          <Save of={of} format="openapi" name={`${name}-openapi.json`} text={w.docs.openapi} />
        </div>
      </div>
      <p className="text-sm text-muted">{w.docs.authorization}</p>
      {groups.length === 0 ? (
        <NothingFound
          title={w.docs.noMatchTitle}
          text={w.docs.noMatch(wanted)}
          action={<Button onPress={() => filter({ search: "" })}>{w.docs.clear}</Button>}
        />
      ) : (
        <div className="grid items-start gap-6 lg:grid-cols-[176px_minmax(0,1fr)]">
          <nav aria-label={w.docs.groups} className="sticky top-20 hidden max-h-[calc(100dvh-112px)] overflow-auto p-1 lg:block">
            <ul className="flex flex-col">
              {groups.map(([tag, list], index) => (
                <li key={tag}>
                  <button
                    type="button"
                    onClick={() => jump(index)}
                    className="flex min-h-8 w-full cursor-pointer items-center gap-2 rounded-sm px-2 text-left text-sm text-muted hover:bg-sunken hover:text-text"
                  >
                    <span className="min-w-0 flex-1 truncate">{tag || w.docs.untagged}</span>
                    <span className="text-xs tabular-nums">{list.length}</span>
                  </button>
                </li>
              ))}
            </ul>
          </nav>
          <div className="flex min-w-0 flex-col gap-5">
            {groups.map(([tag, list], index) => (
              <section key={tag} aria-labelledby={`${id}-${index}`}>
                <h2 id={`${id}-${index}`} tabIndex={-1} className="mb-2 scroll-mt-20 rounded-sm font-semibold">
                  {tag || w.docs.untagged}
                </h2>
                <ul
                  className={`panel overflow-hidden ${far}`}
                  style={{ "--rows": list.length } as CSSProperties}
                >
                  {list.map((operation) => (
                    <Row
                      key={operation.id}
                      operation={operation}
                      definitions={docs.definitions}
                      tryIt={
                        instance && callable.has(callName(operation.method, operation.path))
                          ? `/instances/${instance}?call=${encodeURIComponent(callName(operation.method, operation.path))}`
                          : undefined
                      }
                    />
                  ))}
                </ul>
              </section>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}

function Save({ of, format, name, text }: { of: DocsOf; format: "swagger" | "openapi"; name: string; text: string }) {
  const save = useMutation({
    mutationFn: () => downloadDocs(of, format),
    onSuccess: (document) => {
      saveFile(name, document);
      announce(t.connector.exported(name));
    },
    onError: (error) => announce(messageOf(error), "bad"),
  });
  return (
    <Button small isPending={save.isPending} aria-label={w.docs.download(text)} onPress={() => save.mutate()}>
      <Download size={14} aria-hidden="true" />
      {text}
    </Button>
  );
}

interface RowProps {
  operation: Operation;
  definitions: Record<string, Schema>;
  tryIt?: string;
}

/** One operation. What it takes and gives is drawn when it is opened. */
const Row = memo(function Row({ operation, definitions, tryIt }: RowProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <li className="border-b border-line last:border-b-0">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        className="grid min-h-11 w-full cursor-pointer grid-cols-[16px_56px_minmax(0,1fr)] items-baseline gap-x-2.5 rounded-md px-3 py-2.5 text-left outline-offset-[-2px]! hover:bg-sunken sm:px-4 md:grid-cols-[16px_56px_minmax(0,5fr)_minmax(0,6fr)]"
      >
        <ChevronRight size={15} className={`mt-0.5 self-start text-muted transition-[rotate] duration-100 ${open ? "rotate-90" : ""}`} aria-hidden="true" />
        <Verb method={operation.method} />
        <code className="text-sm font-medium wrap-anywhere">
          {operation.path.split(/(?=\/)/).map((step, index) => (
            <Fragment key={index}>
              <wbr />
              {step}
            </Fragment>
          ))}
        </code>
        <span className="text-sm text-muted max-md:col-start-3">{operation.summary}</span>
      </button>
      {open ? (
        <div id={id} className="flex flex-col gap-5 border-t border-line px-3 py-4 sm:px-4">
          <Details operation={operation} definitions={definitions} tryIt={tryIt} />
        </div>
      ) : null}
    </li>
  );
});

const verbs: Record<string, string> = {
  GET: "bg-accent-soft text-accent",
  POST: "bg-good-soft text-good",
  PUT: "bg-warn-soft text-warn",
  PATCH: "bg-warn-soft text-warn",
  DELETE: "bg-bad-soft text-bad",
};

function Verb({ method }: { method: string }) {
  return (
    <span className={`rounded-sm py-0.5 text-center text-[11px] font-semibold leading-4 ${verbs[method] ?? "bg-sunken text-muted"}`}>{method}</span>
  );
}

function Details({ operation, definitions, tryIt }: RowProps) {
  const { parameters, body, answer, sample, statuses, description, summary } = operation;
  return (
    <>
      {description && description !== summary ? <p className="whitespace-pre-line break-words">{description}</p> : null}
      {tryIt ? (
        <ButtonLink to={tryIt} look="soft" small className="self-start">
          <Send size={14} aria-hidden="true" />
          {w.docs.tryIt}
        </ButtonLink>
      ) : null}
      {parameters.length ? (
        <Part title={w.docs.parameters}>
          <Parameters parameters={parameters} definitions={definitions} />
        </Part>
      ) : null}
      {body ? (
        <Part title={w.docs.body} more={operation.consumes.join(", ")}>
          {body.description ? <p className="mb-2 break-words text-sm text-muted">{body.description}</p> : null}
          {body.schema ? <Model schema={body.schema} definitions={definitions} /> : null}
        </Part>
      ) : null}
      <Part title={w.docs.answer} more={operation.produces.join(", ")}>
        {answer ? <Model schema={answer} definitions={definitions} /> : <p className="text-sm text-muted">{w.docs.noAnswer}</p>}
      </Part>
      {sample === undefined ? null : (
        <Part title={w.docs.sample}>
          <div className="rounded-md border border-line bg-sunken">
            <Json text={typeof sample === "string" ? sample : JSON.stringify(sample, null, 2)} label={w.docs.sample} />
          </div>
        </Part>
      )}
      {statuses.length ? (
        <details>
          <summary className="cursor-pointer rounded-sm text-sm font-medium">{w.docs.statuses(statuses.length)}</summary>
          <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
            {statuses.map(({ status, text }) => (
              <div key={status} className="contents">
                <dt className="font-mono font-medium">{status}</dt>
                <dd className="break-words text-muted">{text}</dd>
              </div>
            ))}
          </dl>
        </details>
      ) : null}
    </>
  );
}

function Part({ title, more, children }: { title: string; more?: string; children: React.ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-sm font-semibold">
        {title}
        {more ? <span className="ml-2 font-normal text-muted">{more}</span> : null}
      </h3>
      {children}
    </section>
  );
}

/** On a phone each parameter is a block; the table would scroll sideways. */
function Parameters({ parameters, definitions }: { parameters: DocParameter[]; definitions: Record<string, Schema> }) {
  return (
    <div role="table" aria-label={w.docs.parameters} className="rounded-md border border-line text-sm">
      <div role="row" className="hidden grid-cols-[minmax(0,3fr)_88px_minmax(0,2fr)_minmax(0,5fr)] gap-x-4 border-b border-line px-3 py-2 text-xs font-medium text-muted md:grid">
        {[w.docs.name, w.docs.place, w.docs.type, w.docs.meaning].map((text) => (
          <span key={text} role="columnheader">
            {text}
          </span>
        ))}
      </div>
      {parameters.map((parameter) => (
        <div
          key={`${parameter.in} ${parameter.name}`}
          role="row"
          className="grid gap-x-4 border-b border-line px-3 py-2 last:border-b-0 max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,3fr)_88px_minmax(0,2fr)_minmax(0,5fr)]"
        >
          <span role="cell" className="break-all font-mono font-medium">
            {parameter.name}
            {parameter.needed ? <Needed /> : null}
          </span>
          <span role="cell" className="text-muted">
            {parameter.in}
          </span>
          <span role="cell" className="max-md:col-span-2">
            <Type schema={parameter} definitions={definitions} />
          </span>
          <span role="cell" className="break-words text-muted max-md:col-span-2">
            {parameter.description}
            {parameter.default === undefined ? null : <span className="block">{w.authenticate.defaultIs(String(parameter.default))}</span>}
          </span>
        </div>
      ))}
    </div>
  );
}

function Needed() {
  return (
    <>
      <span className="text-bad" aria-hidden="true">
        {" *"}
      </span>
      <span className="sr-only">{w.docs.needed}</span>
    </>
  );
}

function Waiting() {
  return (
    <Loading>
      <div className="flex flex-col gap-4">
        <Skeleton className="h-9 w-72 max-w-full" />
        <Skeleton className="h-4 w-96 max-w-full" />
        <Skeleton className="h-96" />
      </div>
    </Loading>
  );
}
