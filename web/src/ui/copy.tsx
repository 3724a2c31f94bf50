import { Check, Copy, Eye, EyeOff } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { t } from "../strings";
import { Button } from "./button";
import { announce } from "./announce";

/** Puts text on the clipboard, also where the page was not loaded over a secure connection. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.className = "fixed -left-full top-0";
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!done) throw new Error("copy refused");
}

interface CopyButtonProps {
  /** The text, or how to get it. */
  text: string | (() => Promise<string>);
  /** What is copied: "token". */
  what: string;
  /** Shows the word beside the icon. */
  labelled?: boolean;
}

/** A button that copies and says so for two seconds. */
export function CopyButton({ text, what, labelled }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  const timer = useRef<number>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  async function copy() {
    try {
      await copyText(typeof text === "string" ? text : await text());
      setCopied(true);
      announce(t.copy.done(what));
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => setCopied(false), 2000);
    } catch {
      announce(t.copy.failed(what), "bad");
    }
  }

  return (
    <Button
      look={labelled ? "secondary" : "quiet"}
      small
      icon={!labelled}
      aria-label={t.copy.label(what)}
      onPress={() => void copy()}
    >
      {copied ? <Check size={15} className="text-good" /> : <Copy size={15} />}
      {labelled ? <span>{copied ? t.copy.copied : t.copy.copy}</span> : null}
    </Button>
  );
}

/** A secret value: dots until revealed, with a copy button that works either way. */
export function Secret({ value, what }: { value: string; what: string }) {
  const [shown, setShown] = useState(false);
  return (
    <span className="inline-flex max-w-full items-center gap-1">
      <code className="min-w-0 break-all text-sm">{shown ? value : "•".repeat(16)}</code>
      <Button
        look="quiet"
        small
        icon
        aria-label={shown ? t.field.hide(what) : t.field.show(what)}
        aria-pressed={shown}
        onPress={() => setShown(!shown)}
      >
        {shown ? <EyeOff size={15} /> : <Eye size={15} />}
      </Button>
      <CopyButton text={value} what={what} />
    </span>
  );
}
