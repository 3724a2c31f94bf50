// Fields made of the browser's own elements: the widget library would weigh more than the page.
import { useId } from "react";
import { FieldError, RequiredMark } from "../ui/field";
import type { Entry } from "./facts";
import { w } from "./words";

interface ChooseProps {
  entry: Entry;
  help?: string;
  value: string;
  error?: string;
  onChange: (value: string) => void;
}

/** Picks one of a few. */
export function Choose({ entry, help, value, error, onChange }: ChooseProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="label">
        {entry.name}
        {entry.required ? <RequiredMark /> : null}
      </label>
      <select
        id={id}
        className="control"
        value={value}
        aria-required={entry.required || undefined}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : help ? `${id}-help` : undefined}
        onChange={(event) => onChange(event.target.value)}
      >
        {entry.options?.some((option) => option.value === value) ? null : <option value={value}>{w.choose}</option>}
        {entry.options?.map((option) => (
          <option key={option.value} value={option.value}>
            {option.description || option.value}
          </option>
        ))}
      </select>
      {error ? <FieldError id={`${id}-error`}>{error}</FieldError> : null}
      {help ? (
        <span id={`${id}-help`} className="help">
          {help}
        </span>
      ) : null}
    </div>
  );
}

/** Yes or no. */
export function YesNo({ label, help, value, onChange }: { label: string; help?: string; value: string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label className="inline-flex cursor-pointer items-center gap-2.5">
        <input
          type="checkbox"
          className="size-4 accent-(--jf-accent)"
          checked={value === "true"}
          aria-describedby={help ? `${id}-help` : undefined}
          onChange={(event) => onChange(event.target.checked ? "true" : "false")}
        />
        <span className="label">{label}</span>
      </label>
      {help ? (
        <span id={`${id}-help`} className="help">
          {help}
        </span>
      ) : null}
    </div>
  );
}
