import { CircleAlert } from "lucide-react";
import { faultsOf } from "../api/imports";
import { w } from "../connectorwords";

/** What the server finds wrong with a definition: each fault with its place. */
export function FaultList({ title, message }: { title: string; message: string }) {
  const { lead, list, more } = faultsOf(message);
  return (
    <div role="alert" className="rounded-md bg-bad-soft px-3.5 py-3">
      <p className="flex items-start gap-2 font-medium text-bad">
        <CircleAlert size={16} className="mt-0.5 flex-none" aria-hidden="true" />
        {title}
      </p>
      {lead ? <p className="mt-1 break-words pl-6">{lead.charAt(0).toUpperCase() + lead.slice(1)}
          {list.length ? ":" : ""}</p> : null}
      {list.length ? (
        <ul tabIndex={0} aria-label={title} className="mt-2 flex max-h-80 flex-col gap-2 overflow-auto rounded-sm pl-6">
          {list.map((fault, index) => (
            <li key={index} className="min-w-0 break-words">
              {fault.path ? <code className="block break-all text-sm font-semibold">{fault.path}</code> : null}
              {fault.reason}
            </li>
          ))}
          {more ? <li className="text-muted">{w.import.moreFaults(more)}</li> : null}
        </ul>
      ) : null}
    </div>
  );
}
