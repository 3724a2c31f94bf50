import { CircleAlert, Eye, EyeOff } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import { t } from "../strings";
import { Button } from "./button";

export interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  name?: string;
  help?: ReactNode;
  error?: string;
  required?: boolean;
  secret?: boolean;
  /** Number of lines; more than one makes it a text area. */
  lines?: number;
  mono?: boolean;
  placeholder?: string;
  autoComplete?: string;
  autoFocus?: boolean;
  inputMode?: "text" | "numeric" | "email" | "url";
  maxLength?: number;
  className?: string;
}

/** A labelled text field with help, an error next to it and, for secrets, a reveal button. */
export function TextField(props: FieldProps) {
  const { label, help, error, required, secret, lines = 1, className = "" } = props;
  const id = useId();
  const [shown, setShown] = useState(false);
  const described = [error ? `${id}-error` : "", help ? `${id}-help` : ""].filter(Boolean).join(" ");
  const common = {
    id,
    name: props.name,
    value: props.value,
    onChange: (event: { target: { value: string } }) => props.onChange(event.target.value),
    onBlur: props.onBlur,
    placeholder: props.placeholder,
    autoComplete: props.autoComplete ?? "off",
    autoFocus: props.autoFocus,
    maxLength: props.maxLength,
    spellCheck: false,
    "aria-required": required || undefined,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": described || undefined,
  };
  const look = `control ${props.mono ? "font-mono text-sm" : ""}`;
  return (
    <div className={`flex flex-col gap-1.5 ${className}`}>
      <label htmlFor={id} className="label">
        {label}
        {required ? <RequiredMark /> : null}
      </label>
      {lines > 1 ? (
        <textarea {...common} rows={lines} className={`${look} resize-y`} />
      ) : (
        <span className="relative flex">
          <input
            {...common}
            type={secret && !shown ? "password" : "text"}
            inputMode={props.inputMode}
            autoCapitalize="off"
            className={`${look} ${secret ? "pr-11" : ""}`}
          />
          {secret ? (
            <Button
              look="quiet"
              small
              icon
              className="absolute right-1 top-1/2 -translate-y-1/2"
              aria-label={shown ? t.field.hide(label) : t.field.show(label)}
              onPress={() => setShown(!shown)}
            >
              {shown ? <EyeOff size={16} /> : <Eye size={16} />}
            </Button>
          ) : null}
        </span>
      )}
      {error ? <FieldError id={`${id}-error`}>{error}</FieldError> : null}
      {help ? (
        <span id={`${id}-help`} className="help">
          {help}
        </span>
      ) : null}
    </div>
  );
}

/** What is wrong with a field, next to it. */
export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <span id={id} className="flex items-start gap-1.5 text-sm text-bad">
      <CircleAlert size={14} className="mt-[3px] flex-none" aria-hidden="true" />
      <span className="min-w-0 break-words">{children}</span>
    </span>
  );
}

/** The star of a required field. Screen readers hear "required" from the field itself. */
export function RequiredMark() {
  return (
    <span className="text-bad" aria-hidden="true">
      {" *"}
    </span>
  );
}
