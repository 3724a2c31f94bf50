import { LoaderCircle } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";

export interface Look {
  look?: "primary" | "soft" | "secondary" | "danger" | "quiet";
  small?: boolean;
  icon?: boolean;
}

export function buttonClass({ look = "secondary", small, icon }: Look, extra = ""): string {
  return `btn btn-${look}${small ? " btn-small" : ""}${icon ? " btn-icon" : ""} ${extra}`;
}

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "onClick" | "disabled">;

export type ButtonProps = Native &
  Look & { children: ReactNode; onPress?: () => void; isPending?: boolean; isDisabled?: boolean; ref?: Ref<HTMLButtonElement> };

/**
 * A button. While pending it keeps its width and its focus and ignores presses. The browser's own
 * element is enough here and keeps the first load small; what opens something uses the widget library.
 */
export function Button({ look, small, icon, className, children, onPress, isPending, isDisabled, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      disabled={isDisabled}
      aria-disabled={isPending || undefined}
      aria-busy={isPending || undefined}
      className={buttonClass({ look, small, icon }, className)}
      onClick={(event) => {
        if (isPending) event.preventDefault();
        else onPress?.();
      }}
    >
      {isPending ? (
        <span className="grid place-items-center">
          <span className="invisible col-start-1 row-start-1 inline-flex items-center gap-2">{children}</span>
          <LoaderCircle size={16} className="turning col-start-1 row-start-1" aria-hidden="true" />
        </span>
      ) : (
        children
      )}
    </button>
  );
}
