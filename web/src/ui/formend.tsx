import { t } from "../strings";
import { Button } from "./button";
import { messageOf } from "./state";

interface Props {
  /** What kept the form from being stored, if anything did. */
  error: unknown;
  action: string;
  pending: boolean;
  onClose: () => void;
  look?: "primary" | "danger";
  disabled?: boolean;
}

/** The end of a form in a window: what went wrong, the way out, and the way on. */
export function FormEnd({ error, action, pending, onClose, look = "primary", disabled }: Props) {
  return (
    <>
      {error ? (
        <p role="alert" className="break-words text-bad">
          {messageOf(error)}
        </p>
      ) : null}
      <div className="flex justify-end gap-2">
        <Button onPress={onClose}>{t.cancel}</Button>
        <Button type="submit" look={look} isDisabled={disabled} isPending={pending}>
          {action}
        </Button>
      </div>
    </>
  );
}
