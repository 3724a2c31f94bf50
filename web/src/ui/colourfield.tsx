import { useId } from "react";
import { w } from "../accesswords";
import { hex } from "../colour";
import { FieldError } from "./field";

/** A colour: picked from the system's own picker or typed. */
export function ColourField({ label, name, value, onChange, error }: { label: string; name: string; value: string; onChange: (value: string) => void; error?: string }) {
  const id = useId();
  const known = hex(value);
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="label">
        {label}
      </label>
      <span className="flex gap-2">
        <input
          type="color"
          aria-label={w.branding.pick(label)}
          className="control h-9 w-11 flex-none cursor-pointer p-1!"
          value={known ?? "#000000"}
          onChange={(event) => onChange(event.target.value)}
        />
        <input
          id={id}
          name={name}
          value={value}
          maxLength={7}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          className="control min-w-0 font-mono text-sm"
          onChange={(event) => onChange(event.target.value)}
        />
      </span>
      {error ? <FieldError id={`${id}-error`}>{error}</FieldError> : null}
    </div>
  );
}
