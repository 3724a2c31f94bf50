import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronRight, CircleAlert } from "lucide-react";
import { useRef, useState, type FormEvent } from "react";
import { flushSync } from "react-dom";
import { useParams, useSearchParams } from "react-router";
import { ApiError } from "../api/client";
import { connectorQuery, hubName, hubsQuery, logoOf, visitsProvider, type ConfigurationEntry, type Connector } from "../api/connectors";
import { createInstance, forgetInstances, type Instance } from "../api/instances";
import { createLink, follow, linkQuery, type ConnectLink } from "../api/links";
import { sortRefusal, type Refusal } from "../api/refusal";
import { useSession } from "../api/session";
import { useChosen } from "../chosen";
import { usePlace } from "../place";
import { w } from "../connectorwords";
import { t } from "../strings";
import { Button } from "../ui/button";
import { ButtonLink } from "../ui/buttonlink";
import { TextField } from "../ui/field";
import { Logo } from "../ui/logo";
import { Select } from "../ui/select";
import { Failure, Loading, messageOf, Notice, Skeleton } from "../ui/state";
import { Switch } from "../ui/switch";
import { TagField } from "../ui/tags";
import { Created } from "./created";
import { changedValues, formOf, gaps, isLong, isSecret, isSwitch, startValues } from "./form";

/** Connects an account: the form generated from the connector's definition, then the new instance. */
export default function Authenticate() {
  const { key = "" } = useParams();
  const [query] = useSearchParams();
  const back = query.get("link") ?? ""; // the link of an attempt that came back without an instance
  const connector = useQuery(connectorQuery(key));
  const failed = useQuery(linkQuery(back));
  const [made, setMade] = useState<Instance>();
  usePlace({ text: t.nav.connectors, to: "/connectors" }, { text: connector.data?.name ?? key }, { text: w.authenticate.place });

  if (connector.isPending || (back && failed.isPending)) return <Waiting />;
  if (connector.isError) {
    return <Failure error={connector.error} what={w.authenticate.what} retry={() => void connector.refetch()} />;
  }
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,760px)_288px]">
      {made ? (
        <Created instance={made} connector={connector.data} onAnother={() => setMade(undefined)} />
      ) : (
        <Fields connector={connector.data} before={failed.data} onCreated={setMade} />
      )}
      <About connector={connector.data} />
    </div>
  );
}

interface FieldsProps {
  connector: Connector;
  /** An attempt at the provider's page that came back without an instance. */
  before?: ConnectLink;
  onCreated: (instance: Instance) => void;
}

function Fields({ connector, before, onCreated }: FieldsProps) {
  const client = useQueryClient();
  const { data: session } = useSession();
  const [chosen] = useChosen();
  const [form] = useState(() => formOf(connector));
  const [values, setValues] = useState(() => startValues(form));
  const [name, setName] = useState(before?.name ?? "");
  const [tags, setTags] = useState<string[]>(before?.tags ?? []);
  const [more, setMore] = useState(false);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [refusal, setRefusal] = useState<(Refusal & { provider: string; status: number }) | undefined>(() =>
    before?.error
      ? { form: before.denied ? w.authenticate.denied(connector.name) : before.error, fields: {}, credentials: false, provider: "", status: 0 }
      : undefined,
  );
  const visits = visitsProvider(values["authentication.type"] || connector.authentication?.type);
  const page = useRef<HTMLFormElement>(null);

  const create = useMutation({
    mutationFn: async () => {
      const wish = { element: { id: connector.id }, name: name.trim(), tags, configuration: changedValues(form, values) };
      if (!visits) return createInstance(wish);
      await follow(await createLink({ ...wish, console: true }));
      return new Promise<Instance>(() => undefined); // the browser is on its way
    },
    onSuccess: (instance) => {
      void forgetInstances(client);
      onCreated(instance);
    },
    onError: (error) => {
      const refused = error instanceof ApiError ? error : new ApiError(-1, messageOf(error));
      const sorted = sortRefusal(refused, [...form.needed, ...form.optional]);
      const fields = { ...sorted.fields };
      if (sorted.credentials) for (const entry of form.needed) if (!isSwitch(entry)) fields[entry.key] = w.authenticate.refusedField;
      show(fields);
      setRefusal({ ...sorted, form: sorted.form || messageOf(refused), provider: refused.provider, status: refused.status });
    },
  });

  /** Puts errors next to their fields, opens the optional part when one is there, and goes to the first. */
  function show(fields: Record<string, string>) {
    flushSync(() => {
      setErrors(fields);
      if (form.optional.some((entry) => fields[entry.key])) setMore(true);
    });
    page.current?.querySelector<HTMLElement>("input[aria-invalid=true], textarea[aria-invalid=true], button[data-invalid]")?.focus();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (create.isPending) return;
    const missing: Record<string, string> = {};
    if (!name.trim()) missing[""] = t.field.required(w.authenticate.name);
    for (const entry of gaps(form, values)) missing[entry.key] = t.field.required(entry.name || entry.key);
    setRefusal(undefined);
    show(missing);
    if (Object.keys(missing).length === 0) create.mutate();
  }

  function set(key: string, value: string) {
    setValues((now) => ({ ...now, [key]: value }));
    setErrors(({ [key]: _, ...rest }) => rest);
  }

  const field = (entry: ConfigurationEntry) => (
    <Entry key={entry.key} entry={entry} value={values[entry.key] ?? ""} error={errors[entry.key]} onChange={(value) => set(entry.key, value)} />
  );

  return (
    <form ref={page} onSubmit={submit} noValidate className="panel min-w-0 appear">
      <div className="border-b border-line px-5 py-4 sm:px-6">
        <div className="flex items-center gap-3">
          <span className="lg:hidden">
            <Logo connectorKey={logoOf(connector)} name={connector.name} />
          </span>
          <h1 className="text-xl font-semibold">{w.authenticate.title(connector.name)}</h1>
        </div>
        <p className="mt-1 text-muted">{visits ? w.authenticate.leadVisit(connector.name) : w.authenticate.lead}</p>
      </div>
      <div className="flex flex-col gap-5 px-5 py-5 sm:px-6">
        {chosen && chosen.id !== session?.account?.id ? (
          <Notice tone="warn">{w.authenticate.elsewhere(chosen.name, session?.account?.name ?? "")}</Notice>
        ) : null}
        {session?.notices?.map((notice) => <Notice key={notice}>{notice}</Notice>)}
        {refusal ? <Refused refusal={refusal} connector={connector} /> : null}
        <TextField
          label={w.authenticate.name}
          name="name"
          help={w.authenticate.nameHelp}
          value={name}
          onChange={(value) => {
            setName(value);
            setErrors(({ "": _, ...rest }) => rest);
          }}
          error={errors[""]}
          required
          autoFocus
          maxLength={255}
        />
        <TagField tags={tags} onChange={setTags} help={t.tags.help} />
        {form.needed.length ? (
          <fieldset className="flex flex-col gap-5 border-t border-line pt-5">
            <legend className="sr-only">{w.authenticate.credentials}</legend>
            {form.needed.map(field)}
          </fieldset>
        ) : null}
        {form.optional.length ? (
          <div className="border-t border-line pt-3">
            <Button look="quiet" className="-ml-3" aria-expanded={more} aria-controls="optional-fields" onPress={() => setMore(!more)}>
              <ChevronRight size={16} className={`transition-[rotate] duration-100 ${more ? "rotate-90" : ""}`} aria-hidden="true" />
              {more ? w.authenticate.optionalHide : w.authenticate.optional}
              <span className="font-normal text-muted">{w.authenticate.optionalCount(form.optional.length)}</span>
            </Button>
            <div id="optional-fields" hidden={!more} className={more ? "flex flex-col gap-5 pt-4" : ""}>
              {more ? form.optional.map(field) : null}
            </div>
          </div>
        ) : null}
      </div>
      <div className="flex flex-wrap items-center gap-3 border-t border-line px-5 py-4 sm:px-6">
        <Button type="submit" look="primary" isPending={create.isPending}>
          {visits ? w.authenticate.visit(connector.name) : w.authenticate.submit}
        </Button>
        <ButtonLink to="/connectors" look="quiet">
          {t.cancel}
        </ButtonLink>
        <span className="text-sm text-muted" role="status">
          {create.isPending ? (visits ? w.authenticate.leaving(connector.name) : w.authenticate.checkingAt(connector.name)) : ""}
        </span>
      </div>
    </form>
  );
}

/** A field of the form. */
export function Entry(props: { entry: ConfigurationEntry; value: string; error?: string; onChange: (value: string) => void }) {
  const { entry, value, error, onChange } = props;
  const label = entry.name || entry.key;
  const help = entry.description && entry.description !== label ? entry.description : undefined;
  if (isSwitch(entry)) {
    return <Switch label={label} help={help} on={value === "true"} onChange={(on) => onChange(on ? "true" : "false")} />;
  }
  if (entry.options?.length) {
    return (
      <Select
        label={label}
        help={help}
        error={error}
        required={entry.required}
        placeholder={w.authenticate.choose}
        choices={entry.options.map((option) => ({ value: option.value, text: option.description || option.value }))}
        value={value}
        onChange={onChange}
      />
    );
  }
  return (
    <TextField
      label={label}
      name={entry.key}
      help={help}
      error={error}
      required={entry.required}
      secret={isSecret(entry)}
      autoComplete={isSecret(entry) ? "new-password" : "off"}
      lines={isLong(entry) ? 4 : 1}
      mono={isLong(entry)}
      value={value}
      onChange={onChange}
    />
  );
}

/** What went wrong, above the fields it concerns. */
function Refused({ refusal, connector }: { refusal: Refusal & { provider: string; status: number }; connector: Connector }) {
  const named = Object.keys(refusal.fields).length;
  const forbidden = refusal.status === 403 && !refusal.provider;
  return (
    <div role="alert" className="flex items-start gap-2.5 rounded-md bg-bad-soft px-3.5 py-3 text-bad">
      <CircleAlert size={16} className="mt-0.5 flex-none" aria-hidden="true" />
      <div className="flex min-w-0 flex-col gap-1 break-words">
        <p className="font-semibold">{refusal.credentials ? w.authenticate.refusedTitle(connector.name) : w.authenticate.failedTitle}</p>
        {refusal.credentials && refusal.provider ? null : (
          <p>{forbidden ? w.authenticate.missingRight : named && !refusal.credentials ? w.authenticate.fix(named) : refusal.form}</p>
        )}
        {refusal.provider ? <p>{w.authenticate.providerSaid(refusal.provider)}</p> : null}
        <p>{w.authenticate.nothingStored}</p>
      </div>
    </div>
  );
}

/** What one should know about the connector while filling in its form. */
function About({ connector }: { connector: Connector }) {
  const hubs = useQuery(hubsQuery);
  const type = connector.authentication?.type ?? "";
  const facts = [
    [w.authenticate.hub, hubName(connector.hub, hubs.data)],
    [w.authenticate.type, w.authenticate.types[type.toLowerCase()] ?? type],
    [w.authenticate.resources, String(connector.resources?.filter((r) => (r.type ?? "api") === "api").length ?? 0)],
    [w.authenticate.key, connector.key],
  ].filter(([, value]) => value);
  return (
    <aside aria-label={w.authenticate.about} className="panel flex flex-col gap-4 p-5 max-lg:hidden">
      <div className="flex items-center gap-3">
        <Logo connectorKey={logoOf(connector)} name={connector.name} size={48} />
        <div className="min-w-0">
          <h2 className="truncate text-lg font-semibold">{connector.name}</h2>
          <p className="text-sm tabular-nums text-muted">{connector.id}</p>
        </div>
      </div>
      {connector.description ? <p className="text-muted">{connector.description}</p> : null}
      <dl className="flex flex-col gap-2.5 border-t border-line pt-4 text-sm">
        {facts.map(([term, value]) => (
          <div key={term} className="flex justify-between gap-4">
            <dt className="text-muted">{term}</dt>
            <dd className="text-right">{value}</dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}

function Waiting() {
  return (
    <Loading>
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,760px)_288px]">
        <div className="panel">
          <div className="flex flex-col gap-2 border-b border-line px-6 py-5">
            <Skeleton className="h-6 w-64" />
            <Skeleton className="h-4 w-96 max-w-full" />
          </div>
          <div className="flex flex-col gap-6 p-6">
            {Array.from({ length: 4 }, (_, i) => (
              <div key={i} className="flex flex-col gap-2">
                <Skeleton className="h-4 w-24" />
                <Skeleton className="h-9" />
              </div>
            ))}
          </div>
        </div>
        <Skeleton className="h-64 max-lg:hidden" />
      </div>
    </Loading>
  );
}
