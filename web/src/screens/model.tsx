import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { fieldsOf, typeName, type Schema } from "../api/docs";
import { w } from "../connectorwords";

interface ModelProps {
  schema: Schema;
  definitions: Record<string, Schema>;
}

/** Type and allowed values of a field. */
export function Type({ schema, definitions }: ModelProps) {
  const values = (schema.enum ?? schema.items?.enum)?.map(String);
  return (
    <span className="break-words">
      <code>{typeName(schema, definitions)}</code>
      {values?.length ? <span className="block text-muted">{w.docs.oneOf(values.slice(0, 20).join(", "), values.length - 20)}</span> : null}
    </span>
  );
}

/** A model: its fields, each of which unfolds when it has fields of its own. Nothing is drawn before it is asked for, so models may go in circles. */
export function Model({ schema, definitions }: ModelProps) {
  const fields = fieldsOf(schema, definitions);
  return (
    <div className="text-sm">
      <p className={fields ? "mb-2" : ""}>
        <code className="font-semibold">{typeName(schema, definitions)}</code>
        {!fields && schema.description ? <span className="ml-2 text-muted">{schema.description}</span> : null}
      </p>
      {fields ? (
        <div className="rounded-md border border-line px-3 py-1">
          <Fields schema={fields} definitions={definitions} />
        </div>
      ) : null}
    </div>
  );
}

function Fields({ schema, definitions }: ModelProps) {
  return (
    <ul>
      {Object.entries(schema.properties ?? {}).map(([name, field]) => (
        <Field key={name} name={name} schema={field} definitions={definitions} needed={schema.required?.includes(name) ?? false} />
      ))}
    </ul>
  );
}

function Field({ name, schema, definitions, needed }: ModelProps & { name: string; needed: boolean }) {
  const [open, setOpen] = useState(false);
  const inner = fieldsOf(schema, definitions);
  return (
    <li className="border-b border-line py-1.5 last:border-b-0">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
        {inner ? (
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="inline-flex cursor-pointer items-baseline break-all rounded-sm pr-1 text-left font-mono font-medium hover:text-accent"
          >
            <ChevronRight size={14} className={`flex-none self-center text-muted transition-[rotate] duration-100 ${open ? "rotate-90" : ""}`} aria-hidden="true" />
            {name}
          </button>
        ) : (
          <span className="break-all pl-3.5 font-mono font-medium">{name}</span>
        )}
        {needed ? <span className="text-xs text-bad">{w.docs.needed}</span> : null}
        <span className="text-muted">
          <Type schema={schema} definitions={definitions} />
        </span>
        {schema.description ? <span className="basis-full break-words pl-3.5 text-muted">{schema.description}</span> : null}
      </div>
      {open && inner ? (
        <div className="ml-1.5 mt-1 border-l-2 border-line pl-3">
          <Fields schema={inner} definitions={definitions} />
        </div>
      ) : null}
    </li>
  );
}
