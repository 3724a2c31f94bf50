import { useMutation, useQuery } from "@tanstack/react-query";
import { KeyRound, Pencil, Trash2 } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components/Tabs";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { connectorQuery, visitsProvider } from "../api/connectors";
import { callNames } from "../api/docs";
import { instanceQuery, type Instance } from "../api/instances";
import { createLink, follow, linkQuery } from "../api/links";
import { usePlace } from "../place";
import { w } from "../connectorwords";
import { t } from "../strings";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { CopyButton, Secret } from "../ui/copy";
import { Logo } from "../ui/logo";
import { Failure, Loading, messageOf, Notice, Skeleton } from "../ui/state";
import { InstanceState } from "../ui/status";
import { Switch } from "../ui/switch";
import { Tags } from "../ui/tags";
import { Configuration } from "./configuration";
import { DeleteInstance } from "./delete";
import { EditInstance } from "./edit";
import { dayOf, useEnable } from "./instances";
import { TryIt } from "./tryit";

const ApiDocs = lazy(async () => ({ default: (await import("./apidocs")).ApiDocs }));

/** One connected account: what it is, calls with it, and its settings. */
export default function InstancePage() {
  const { id = "", tab } = useParams();
  const instance = useQuery(instanceQuery(id));
  usePlace({ text: t.nav.instances, to: "/instances" }, { text: instance.data?.name ?? id });

  if (instance.isPending) return <Waiting />;
  if (instance.isError) {
    return <Failure error={instance.error} what={t.instance.what} retry={() => void instance.refetch()} />;
  }
  return <Loaded key={id} instance={instance.data} tab={tab === "configuration" || tab === "docs" ? tab : "try"} />;
}

function Loaded({ instance, tab }: { instance: Instance; tab: string }) {
  const navigate = useNavigate();
  const connector = useQuery(connectorQuery(String(instance.element.id)));
  const [query] = useSearchParams();
  const calls = useMemo(() => callNames(connector.data), [connector.data]);
  const [doomed, setDoomed] = useState<Instance>();
  const [editing, setEditing] = useState(false);
  const enable = useEnable(instance);
  const visits = visitsProvider(instance.authenticationType);
  const result = useQuery(linkQuery(query.get("link") ?? "")).data; // of an attempt that has just come back
  const again = useMutation({
    mutationFn: async () => {
      await follow(await createLink({ instanceId: instance.id, console: true }), !visits);
      return new Promise<void>(() => undefined); // the browser is on its way
    },
    onError: (error) => announce(messageOf(error), "bad"),
  });
  const state = { ...instance, disabled: !enable.on };
  const creator = [instance.user?.firstName, instance.user?.lastName].filter(Boolean).join(" ") || instance.user?.emailAddress;

  return (
    <div className="flex flex-col gap-5">
      <div className="panel">
        <div className="flex flex-wrap items-start gap-4 px-4 py-4 sm:px-6">
          <Logo connectorKey={instance.element.key} name={instance.element.name} size={48} />
          <div className="min-w-0 flex-1 basis-56">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <h1 className="min-w-0 break-words text-xl font-semibold">{instance.name}</h1>
              {state.disabled || instance.valid === false ? <InstanceState instance={state} /> : null}
            </div>
            <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1.5 text-muted">
              <span>{instance.element.name}</span>
              <Tags tags={instance.tags ?? []} limit={8} />
            </div>
          </div>
          <div className="flex flex-wrap items-center gap-2">
            <span className="mr-2">
              <Switch label={t.instance.enabled} on={enable.on} onChange={enable.change} />
            </span>
            <Button look={instance.valid === false ? "primary" : "secondary"} isPending={again.isPending} onPress={() => again.mutate()}>
              <KeyRound size={15} aria-hidden="true" />
              {t.instance.again}
            </Button>
            <Button onPress={() => setEditing(true)}>
              <Pencil size={15} aria-hidden="true" />
              {t.instance.edit}
            </Button>
            <Button onPress={() => setDoomed(instance)}>
              <Trash2 size={15} aria-hidden="true" />
              {t.instance.delete}
            </Button>
          </div>
        </div>
        <dl className="flex flex-wrap items-center gap-x-8 gap-y-2 border-t border-line px-4 py-2.5 text-sm sm:px-6">
          <Fact term={t.instance.id}>
            <code className="text-sm">{instance.id}</code>
            <CopyButton text={String(instance.id)} what={t.copy.id} />
          </Fact>
          <Fact term={t.instance.token}>
            <Secret value={instance.token} what={t.copy.token} />
          </Fact>
          {instance.createdDate ? (
            <Fact term={t.instance.created}>
              <time dateTime={instance.createdDate}>{dayOf(instance.createdDate)}</time>
              {creator ? <span className="text-muted">{t.instance.by(creator)}</span> : null}
            </Fact>
          ) : null}
        </dl>
      </div>
      {state.disabled ? (
        <Notice tone="warn">{t.instance.disabledNote}</Notice>
      ) : instance.valid === false ? (
        <Notice tone="bad">{instance.invalidReason ? t.instance.invalidBecause(instance.invalidReason) : t.instance.invalidNote}</Notice>
      ) : null}
      {result?.state === "used" ? (
        <Notice>{t.instance.againDone}</Notice>
      ) : result?.error ? (
        <Notice tone="bad">{result.denied ? t.instance.againDenied(instance.element.name) : t.instance.againFailed(result.error)}</Notice>
      ) : null}
      <Tabs
        selectedKey={tab}
        onSelectionChange={(key) => void navigate(`/instances/${instance.id}${key === "try" ? "" : `/${String(key)}`}`, { replace: true })}
        className="flex flex-col gap-5"
      >
        <TabList aria-label={instance.name} className="flex gap-6 border-b border-line">
          {[
            { id: "try", text: t.instance.tryIt },
            { id: "docs", text: t.connector.docs },
            { id: "configuration", text: t.instance.configuration },
          ].map(({ id, text }) => (
            <Tab
              key={id}
              id={id}
              className="-mb-px cursor-pointer rounded-t-sm border-b-2 border-transparent px-0.5 pb-2.5 pt-1 font-medium text-muted transition-colors duration-100 hover:text-text data-selected:border-accent data-selected:text-text"
            >
              {text}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="try" className="outline-offset-4">
          {connector.isPending ? (
            <Loading>
              <Skeleton className="h-52" />
            </Loading>
          ) : connector.isError ? (
            <Failure error={connector.error} what={w.tryIt.what} retry={() => void connector.refetch()} />
          ) : (
            <TryIt key={query.get("call")} connector={connector.data} instance={instance} wanted={query.get("call") ?? ""} />
          )}
        </TabPanel>
        <TabPanel id="docs" className="outline-offset-4">
          <Suspense fallback={<Loading><Skeleton className="h-52" /></Loading>}>
            <ApiDocs of={{ kind: "instances", id: String(instance.id) }} name={instance.element.key} callable={calls} instance={instance.id} />
          </Suspense>
        </TabPanel>
        <TabPanel id="configuration" className="outline-offset-4">
          <Configuration instanceId={String(instance.id)} />
        </TabPanel>
      </Tabs>
      <DeleteInstance instance={doomed} onClose={() => setDoomed(undefined)} onDeleted={() => void navigate("/instances")} />
      {editing ? <EditInstance instance={instance} onClose={() => setEditing(false)} /> : null}
    </div>
  );
}

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div className="flex min-h-7 min-w-0 items-center gap-2">
      <dt className="text-muted">{term}</dt>
      <dd className="flex min-w-0 items-center gap-1">{children}</dd>
    </div>
  );
}

function Waiting() {
  return (
    <Loading>
      <div className="flex flex-col gap-5">
        <div className="panel flex items-start gap-4 px-6 py-4">
          <Skeleton className="size-12" />
          <div className="flex h-[92px] flex-col gap-2">
            <Skeleton className="h-6 w-56" />
            <Skeleton className="h-4 w-32" />
          </div>
        </div>
        <Skeleton className="h-8 w-56" />
        <Skeleton className="h-52" />
      </div>
    </Loading>
  );
}
