import { useEffect, useRef, useState, type ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { Menu as AriaMenu, MenuItem as AriaMenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { buttonClass, type Look } from "./button";

interface MenuProps extends Look {
  label: string;
  trigger: ReactNode;
  children: ReactNode;
  header?: ReactNode;
  className?: string;
  /** Opens and takes the focus at once. */
  defaultOpen?: boolean;
}

/** A button that opens a list of actions. */
export function Menu({ label, trigger, children, header, className, defaultOpen, ...look }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  // The list gives the focus back to what had it when it opened: that must be the button.
  useEffect(() => {
    if (!defaultOpen) return;
    button.current?.focus();
    setOpen(true);
  }, []);
  return (
    <MenuTrigger isOpen={open} onOpenChange={setOpen}>
      <AriaButton ref={button} className={buttonClass({ look: "quiet", ...look }, className)} aria-label={label}>
        {trigger}
      </AriaButton>
      <Popover placement="bottom end" offset={6} className="popover appear min-w-48 max-w-80">
        {header}
        <AriaMenu aria-label={label} className="flex flex-col p-1.5 outline-none">
          {children}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

export function MenuItem(props: { onAction: () => void; icon?: ReactNode; danger?: boolean; text: string; checked?: boolean }) {
  return (
    <AriaMenuItem
      textValue={props.text}
      onAction={props.onAction}
      className={`option ${props.danger ? "option-danger" : ""} ${props.checked ? "font-medium text-accent" : ""}`}
    >
      {props.icon}
      <span className="flex-1">{props.text}</span>
    </AriaMenuItem>
  );
}
