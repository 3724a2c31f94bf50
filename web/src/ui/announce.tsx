import { CircleAlert, CircleCheck } from "lucide-react";
import { useEffect, useState } from "react";

type Tone = "good" | "bad";
interface Message {
  id: number;
  text: string;
  tone: Tone;
}

let show: ((text: string, tone: Tone) => void) | undefined;

/** Says something in passing: on screen for four seconds, and to screen readers. */
export function announce(text: string, tone: Tone = "good"): void {
  show?.(text, tone);
}

/** The corner where announcements appear. Stands once, at the root. */
export function Announcements() {
  const [message, setMessage] = useState<Message>();
  useEffect(() => {
    let id = 0;
    let timer = 0;
    show = (text, tone) => {
      setMessage({ id: ++id, text, tone });
      window.clearTimeout(timer);
      timer = window.setTimeout(() => setMessage(undefined), tone === "bad" ? 8000 : 4000);
    };
    return () => {
      show = undefined;
      window.clearTimeout(timer);
    };
  }, []);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-4 bottom-20 z-50 flex justify-center md:bottom-6"
    >
      {message ? (
        <div
          key={message.id}
          className="appear flex max-w-md items-center gap-2.5 rounded-md border border-line-strong bg-raised px-4 py-2.5 shadow-(--jf-shadow-lifted)"
        >
          {message.tone === "good" ? (
            <CircleCheck size={16} className="flex-none text-good" aria-hidden="true" />
          ) : (
            <CircleAlert size={16} className="flex-none text-bad" aria-hidden="true" />
          )}
          <span className="min-w-0 break-words">{message.text}</span>
        </div>
      ) : null}
    </div>
  );
}
