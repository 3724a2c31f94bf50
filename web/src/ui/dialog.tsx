import type { ReactNode } from "react";
import { Dialog as AriaDialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { t } from "../strings";
import { Button } from "./button";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  alert?: boolean;
  /** For longer work: more room. */
  wide?: boolean;
  /** A click beside it does not close it: it holds what somebody typed. */
  keepOpen?: boolean;
}

/** A window over the page. Escape and a click beside it close it; focus returns to where it was. */
export function Dialog({ open, onClose, title, children, alert, wide, keepOpen }: DialogProps) {
  return (
    <ModalOverlay
      isOpen={open}
      onOpenChange={(now) => (now ? undefined : onClose())}
      isDismissable={!alert && !keepOpen}
      className="fixed inset-0 z-40 grid place-items-end bg-[rgb(6_14_13/0.5)] p-4 sm:place-items-center"
    >
      <Modal className={`appear w-full ${wide ? "max-w-2xl" : "max-w-md"} rounded-md border border-line bg-raised shadow-(--jf-shadow-lifted)`}>
        <AriaDialog role={alert ? "alertdialog" : "dialog"} className="flex max-h-[85dvh] flex-col gap-4 overflow-auto p-6 outline-none">
          <Heading slot="title" className="text-lg font-semibold">
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ConfirmProps {
  open: boolean;
  title: string;
  text: ReactNode;
  action: string;
  pending?: boolean;
  error?: string;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be undone. The safe answer has the focus. */
export function Confirm({ open, title, text, action, pending, error, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog open={open} onClose={onClose} title={title} alert>
      <div className="text-muted">{text}</div>
      {error ? (
        <p role="alert" className="text-bad">
          {error}
        </p>
      ) : null}
      <div className="flex justify-end gap-2">
        <Button onPress={onClose} autoFocus>
          {t.cancel}
        </Button>
        <Button look="danger" isPending={pending} onPress={onConfirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
