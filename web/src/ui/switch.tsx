import type { ReactNode } from "react";
import { Switch as AriaSwitch } from "react-aria-components/Switch";

interface SwitchProps {
  on: boolean;
  onChange: (on: boolean) => void;
  label: string;
  hideLabel?: boolean;
  help?: ReactNode;
}

/** On or off. */
export function Switch({ on, onChange, label, hideLabel, help }: SwitchProps) {
  return (
    <div className="flex flex-col gap-1">
      <AriaSwitch
        isSelected={on}
        onChange={onChange}
        aria-label={hideLabel ? label : undefined}
        className="group inline-flex cursor-pointer items-center gap-2.5 outline-none!"
      >
        <span
          aria-hidden="true"
          className="relative h-5 w-9 flex-none rounded-full border border-(--jf-control) bg-sunken transition-colors duration-100 group-data-selected:border-accent group-data-selected:bg-accent group-data-focus-visible:outline-2 group-data-focus-visible:outline-offset-2 group-data-focus-visible:outline-(--jf-focus)"
        >
          <span className="absolute left-[2px] top-[2px] size-3.5 rounded-full bg-(--jf-control) transition-[translate] duration-100 group-data-selected:translate-x-4 group-data-selected:bg-on-accent" />
        </span>
        {hideLabel ? null : <span className="label">{label}</span>}
      </AriaSwitch>
      {help ? <span className="help">{help}</span> : null}
    </div>
  );
}
