import { CircleCheck } from "lucide-react";
import { useEffect, useRef } from "react";
import type { Connector } from "../api/connectors";
import type { Instance } from "../api/instances";
import { firstList, requestPath } from "../api/tryit";
import { w } from "../connectorwords";
import { t } from "../strings";
import { Button } from "../ui/button";
import { ButtonLink } from "../ui/buttonlink";
import { CopyButton, Secret } from "../ui/copy";
import { Curl } from "./curl";

/** The new instance: what it is called, its token, and a call that works at once. */
export function Created({ instance, connector, onAnother }: { instance: Instance; connector: Connector; onAnother: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const checked = connector.resources?.some((resource) => resource.type === "provisionAuthValidation");
  const list = firstList(connector);
  const path = list ? requestPath(list, connector.hub, { path: {}, where: "", pageSize: "5", more: {}, body: "" }) : "";
  return (
    <section className="panel appear min-w-0" aria-labelledby="created">
      <div className="flex items-start gap-3 border-b border-line px-5 py-4 sm:px-6">
        <CircleCheck size={22} className="mt-[3px] flex-none text-good" aria-hidden="true" />
        <div>
          <h1 id="created" ref={heading} tabIndex={-1} className="text-xl font-semibold outline-none!">
            {w.created.title}
          </h1>
          <p className="text-muted">{checked ? w.created.lead(connector.name) : w.created.leadUnchecked}</p>
        </div>
      </div>
      <dl className="grid grid-cols-[88px_minmax(0,1fr)] items-center gap-x-4 gap-y-1 px-5 py-4 sm:px-6">
        <dt className="text-muted">{w.authenticate.name}</dt>
        <dd className="min-h-7 content-center break-words font-medium">{instance.name}</dd>
        <dt className="text-muted">{w.created.id}</dt>
        <dd className="flex items-center gap-1">
          <code className="text-sm" data-testid="instance-id">
            {instance.id}
          </code>
          <CopyButton text={String(instance.id)} what={t.copy.id} />
        </dd>
        <dt className="text-muted">{w.created.token}</dt>
        <dd>
          <Secret value={instance.token} what={t.copy.token} />
        </dd>
      </dl>
      {path ? (
        <div className="border-t border-line px-5 py-4 sm:px-6">
          <h2 className="mb-2 font-semibold">{w.created.curl}</h2>
          <Curl method="GET" path={path} token={instance.token} />
        </div>
      ) : null}
      <div className="flex flex-wrap gap-2 border-t border-line px-5 py-4 sm:px-6">
        <ButtonLink to={`/instances/${instance.id}`} look="primary">
          {w.created.tryIt}
        </ButtonLink>
        <Button onPress={onAnother}>{w.created.another}</Button>
        <ButtonLink to="/instances" look="quiet">
          {w.created.all}
        </ButtonLink>
      </div>
    </section>
  );
}
