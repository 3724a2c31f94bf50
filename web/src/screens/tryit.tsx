import { useMutation } from "@tanstack/react-query";
import { ChevronRight, Send } from "lucide-react";
import { useMemo, useState, type FormEvent } from "react";
import { errorOf, exchange, type Answer, type CallOptions } from "../api/client";
import type { Connector, Resource } from "../api/connectors";
import { callName } from "../api/docs";
import type { Instance } from "../api/instances";
import { callable, firstList, inputsOf, requestPath, resourceId, shortPath, type Values } from "../api/tryit";
import { w } from "../connectorwords";
import { t } from "../strings";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";
import { TextField } from "../ui/field";
import { Blank, messageOf } from "../ui/state";
import { Curl } from "./curl";
import { ResourcePicker } from "./picker";
import { Result, Running } from "./result";

/** A call that was answered. */
export interface Reply {
  answer: Answer;
  milliseconds: number;
  /** Number of the page, from 1. */
  page: number;
}

const empty: Values = { path: {}, where: "", pageSize: "10", more: {}, body: "" };

interface TryItProps {
  connector: Connector;
  instance: Instance;
  /** Name of the call to begin with (see callName); without it the first list. */
  wanted?: string;
}

/** Calls a resource with the instance's token and shows what comes back. */
export function TryIt({ connector, instance, wanted = "" }: TryItProps) {
  const resources = useMemo(() => callable(connector), [connector]);
  const [resource, setResource] = useState<Resource | undefined>(
    () => resources.find((r) => callName(r.method, r.path) === wanted) ?? firstList(connector) ?? resources[0],
  );
  if (!resource) return <Blank title={w.tryIt.emptyTitle} text={w.tryIt.empty} />;
  return (
    <Call
      key={resourceId(resource)}
      picker={<ResourcePicker resources={resources} value={resource} onChange={setResource} />}
      resource={resource}
      connector={connector}
      instance={instance}
    />
  );
}

interface CallProps {
  picker: React.ReactNode;
  resource: Resource;
  connector: Connector;
  instance: Instance;
}

function Call({ picker, resource, connector, instance }: CallProps) {
  const inputs = useMemo(() => inputsOf(resource), [resource]);
  const [values, setValues] = useState<Values>(empty);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [more, setMore] = useState(false);
  const [sure, setSure] = useState(false);
  // Tokens of the pages before the shown one; the first page has none.
  const [trail, setTrail] = useState<string[]>([]);
  const writes = resource.method !== "GET";
  const hub = connector.hub || "hub";

  const call = useMutation({
    mutationFn: async ({ token, page }: { token: string; page: number }): Promise<Reply> => {
      const began = performance.now();
      const options: CallOptions = { method: resource.method as CallOptions["method"], elementToken: instance.token };
      if (inputs.body && values.body.trim()) options.rawBody = values.body;
      const answer = await exchange(requestPath(resource, hub, values, token), options);
      return { answer, milliseconds: Math.round(performance.now() - began), page };
    },
  });

  function check(): boolean {
    const found: Record<string, string> = {};
    for (const name of inputs.path) if (!values.path[name]?.trim()) found[`path.${name}`] = t.field.required(name);
    if (inputs.paged && values.pageSize.trim() && !/^[1-9]\d*$/.test(values.pageSize.trim())) found.pageSize = w.tryIt.pageSizeWrong;
    for (const parameter of inputs.more) {
      if (parameter.required && !values.more[parameter.name]?.trim()) {
        found[`more.${parameter.name}`] = t.field.required(parameter.name);
        setMore(true);
      }
    }
    if (inputs.body && values.body.trim()) {
      try {
        JSON.parse(values.body);
      } catch (error) {
        found.body = w.tryIt.bodyWrong(error instanceof Error ? error.message : "");
      }
    }
    setErrors(found);
    return Object.keys(found).length === 0;
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (call.isPending || !check()) return;
    if (resource.method === "DELETE") setSure(true);
    else run();
  }

  function run() {
    setSure(false);
    setTrail([]);
    call.mutate({ token: "", page: 1 });
  }

  function go(to: string[]) {
    setTrail(to);
    call.mutate({ token: to.at(-1) ?? "", page: to.length + 1 });
  }

  const set = (change: Partial<Values>) => setValues((now) => ({ ...now, ...change }));
  const required = inputs.more.filter((p) => p.required);
  const optional = inputs.more.filter((p) => !p.required);
  const parameterField = (parameter: (typeof inputs.more)[number]) => (
    <TextField
      key={parameter.name}
      label={parameter.name}
      name={`more.${parameter.name}`}
      help={parameter.description}
      required={parameter.required}
      error={errors[`more.${parameter.name}`]}
      value={values.more[parameter.name] ?? ""}
      onChange={(value) => set({ more: { ...values.more, [parameter.name]: value } })}
    />
  );
  // A plain list has its button at the end of the filter's row, everything else below its fields.
  const beside = !writes && inputs.where && inputs.paged;
  const send = (
    <Button type="submit" look={resource.method === "DELETE" ? "danger" : "primary"} isPending={call.isPending} isDisabled={inputs.form}>
      <Send size={15} aria-hidden="true" />
      {writes ? w.tryIt.sends(resource.method) : w.tryIt.send}
    </Button>
  );
  const next = call.data?.answer.headers.get("Elements-Next-Page-Token") ?? "";

  return (
    <div className="flex flex-col gap-5">
      <form onSubmit={submit} noValidate className="panel flex flex-col gap-4 p-4 sm:p-6">
        {picker}
        {resource.description ? <p className="-mt-2 text-muted">{resource.description}</p> : null}
        {inputs.path.length || required.length ? (
          <div className="grid gap-4 sm:grid-cols-2">
            {inputs.path.map((name) => (
              <TextField
                key={name}
                label={name}
                name={`path.${name}`}
                required
                error={errors[`path.${name}`]}
                value={values.path[name] ?? ""}
                onChange={(value) => set({ path: { ...values.path, [name]: value } })}
              />
            ))}
            {required.map(parameterField)}
          </div>
        ) : null}
        {inputs.where || inputs.paged ? (
          <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_104px_auto]">
            {inputs.where ? (
              <TextField
                label={w.tryIt.where}
                name="where"
                mono
                placeholder={w.tryIt.whereExample}
                help={w.tryIt.whereHelp}
                value={values.where}
                onChange={(where) => set({ where })}
              />
            ) : null}
            {inputs.paged ? (
              <TextField
                label={w.tryIt.pageSize}
                name="pageSize"
                inputMode="numeric"
                className="max-sm:max-w-32"
                error={errors.pageSize}
                value={values.pageSize}
                onChange={(pageSize) => set({ pageSize })}
              />
            ) : null}
            {beside ? <div className="pt-[26px] max-sm:hidden">{send}</div> : null}
          </div>
        ) : null}
        {inputs.body ? (
          <TextField
            label={w.tryIt.body}
            name="body"
            lines={8}
            mono
            error={errors.body}
            value={values.body}
            onChange={(body) => set({ body })}
          />
        ) : null}
        {inputs.form ? <p className="text-muted">{w.tryIt.form}</p> : null}
        {optional.length ? (
          <div>
            <Button look="quiet" small className="-ml-2" aria-expanded={more} onPress={() => setMore(!more)}>
              <ChevronRight size={15} className={`transition-[rotate] duration-100 ${more ? "rotate-90" : ""}`} aria-hidden="true" />
              {w.tryIt.more}
            </Button>
            {more ? <div className="grid gap-4 pt-3 sm:grid-cols-2">{optional.map(parameterField)}</div> : null}
          </div>
        ) : null}
        <div className={`flex flex-wrap items-center gap-3 ${beside ? "sm:hidden" : ""}`}>
          {send}
          {writes ? <span className="text-sm text-warn">{w.tryIt.writes(connector.name)}</span> : null}
        </div>
      </form>

      {call.isPending ? (
        <Running name={connector.name} before={call.data} />
      ) : call.isError ? (
        <Blank live title={w.tryIt.failed} text={messageOf(call.error)} />
      ) : call.data ? (
        <Result
          reply={call.data}
          connector={connector}
          error={call.data.answer.status >= 400 ? errorOf(call.data.answer) : undefined}
          onPrevious={trail.length ? () => go(trail.slice(0, -1)) : undefined}
          onNext={next ? () => go([...trail, next]) : undefined}
        />
      ) : (
        <Blank icon={<Send size={20} />} title={w.tryIt.beforeTitle} text={w.tryIt.before} />
      )}

      <details className="panel group">
        <summary className="flex cursor-pointer select-none items-center gap-2 rounded-md px-4 py-3 font-medium sm:px-6">
          <ChevronRight size={16} className="text-muted transition-[rotate] duration-100 group-open:rotate-90" aria-hidden="true" />
          {w.created.curl}
        </summary>
        <div className="px-4 pb-4 sm:px-6">
          <Curl
            method={resource.method}
            path={requestPath(resource, hub, values)}
            token={instance.token}
            body={inputs.body ? values.body.trim() : ""}
          />
        </div>
      </details>

      <Confirm
        open={sure}
        title={w.tryIt.confirmTitle}
        text={w.tryIt.confirmText(shortPath(requestPath(resource, hub, values)), connector.name)}
        action={w.tryIt.sends("DELETE")}
        onConfirm={run}
        onClose={() => setSure(false)}
      />
    </div>
  );
}
