import { useId, type ReactNode } from "react";

interface CheckboxProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: string;
  help?: ReactNode;
  isDisabled?: boolean;
}

/** A box to tick, the browser's own, with its label and help beside it. */
export function Checkbox({ checked, onChange, label, help, isDisabled }: CheckboxProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <input
        id={id}
        type="checkbox"
        className="check mt-0.5"
        checked={checked}
        disabled={isDisabled}
        aria-describedby={help ? `${id}-help` : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className="flex min-w-0 flex-col">
        <label htmlFor={id} className={isDisabled ? "text-muted" : "cursor-pointer"}>
          {label}
        </label>
        {help ? (
          <span id={`${id}-help`} className="help">
            {help}
          </span>
        ) : null}
      </span>
    </div>
  );
}
