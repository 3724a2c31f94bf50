import type { ReactNode } from "react";
import { w } from "../accesswords";
import type { AuditRow } from "../api/audit";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Time } from "../ui/time";

/** Who made a change: the address, the number where the address is gone, or nobody. */
export function whoOf(row: AuditRow): string {
  return row.user_email || (row.user_id ? w.audit.userOf(row.user_id) : w.audit.nobody);
}

/** The path without what all of them begin with. */
export function pathOf(row: AuditRow): string {
  return row.resource_uri.replace(/^\/elements\/api-v2/, "");
}

/** A value before or after, in one line of text as JSON writes it. */
export function valueOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The status of the answer; one without was never given. */
export function AuditStatus({ row }: { row: AuditRow }) {
  const [text, look] = row.status ? [String(row.status), row.status < 400 ? "bg-good-soft text-good" : "bg-bad-soft text-bad"] : [w.audit.unfinished, "bg-warn-soft text-warn"];
  return (
    <span className={`inline-flex h-[22px] items-center whitespace-nowrap rounded-full px-2.5 text-xs font-medium ${look}`} title={row.status ? undefined : w.audit.unfinishedHelp}>
      {text}
    </span>
  );
}

/** One change: its facts, and each member that it changed before and after. */
export function AuditDetails({ row, onClose }: { row: AuditRow; onClose: () => void }) {
  const changes = row.changes ?? [];
  return (
    <Dialog open onClose={onClose} title={w.audit.details} wide>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <AuditStatus row={row} />
        <span className="font-semibold">{row.method}</span>
        <code className="min-w-0 break-all text-sm">{row.resource_uri}</code>
      </p>
      <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-2">
        <Fact name={w.audit.when}>
          <Time date={row.timestamp} none="" />
        </Fact>
        <Fact name={w.audit.who}>{whoOf(row)}</Fact>
        <Fact name={w.audit.where}>{row.ip_address}</Fact>
        <Fact name={w.audit.id}>{row.id}</Fact>
        {row.entity_id ? <Fact name={w.audit.entity}>{row.entity_id}</Fact> : null}
        {row.instance_id ? <Fact name={w.audit.instance}>{row.instance_id}</Fact> : null}
      </dl>
      <h3 className="font-semibold">{w.audit.changes}</h3>
      {changes.length ? (
        <ul className="flex flex-col divide-y divide-line rounded-md border border-line" aria-label={w.audit.changes}>
          {changes.map((change) => (
            <li key={change.path} className="grid gap-x-4 gap-y-1 px-3 py-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)_minmax(0,1.4fr)]">
              <code className="break-all text-sm font-semibold">{change.path}</code>
              <Value name={w.audit.before} value={change.before} look="bg-bad-soft" />
              <Value name={w.audit.after} value={change.after} look="bg-good-soft" />
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-muted">{w.audit.noChanges}</p>
      )}
      <div className="flex justify-end">
        <Button look="primary" autoFocus onPress={onClose}>
          {w.close}
        </Button>
      </div>
    </Dialog>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-muted">{name}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  );
}

function Value({ name, value, look }: { name: string; value: unknown; look: string }) {
  return (
    <div className="min-w-0">
      <p className="text-xs text-muted">{name}</p>
      {value === undefined || value === null ? (
        <span className="text-sm text-muted">{w.audit.absent}</span>
      ) : (
        <code className={`inline-block max-h-28 max-w-full overflow-auto whitespace-pre-wrap break-all rounded-sm px-1.5 text-sm ${look}`}>{valueOf(value)}</code>
      )}
    </div>
  );
}
