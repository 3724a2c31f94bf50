import { Fragment, useMemo, type ReactNode } from "react";

/** Above this many characters JSON is shown without colours: a span per token would freeze the page. */
const colourLimit = 150_000;

const token = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** JSON with quiet colours. */
export function Json({ text, label }: { text: string; label: string }) {
  const content = useMemo(() => (text.length > colourLimit ? text : colour(text)), [text]);
  return (
    <pre tabIndex={0} aria-label={label} className="max-h-[70dvh] overflow-auto px-4 py-3 text-sm leading-5">
      {content}
    </pre>
  );
}

function colour(text: string): ReactNode[] {
  const out: ReactNode[] = [];
  let last = 0;
  for (const match of text.matchAll(token)) {
    const at = match.index;
    if (at > last) out.push(text.slice(last, at));
    const [whole, string, colon, number] = match;
    const look = string
      ? colon
        ? "text-(--jf-code-key)"
        : "text-(--jf-code-string)"
      : number
        ? "text-(--jf-code-number)"
        : "text-muted";
    out.push(
      <Fragment key={at}>
        <span className={look}>{string ?? whole}</span>
        {colon}
      </Fragment>,
    );
    last = at + whole.length;
  }
  out.push(text.slice(last));
  return out;
}

/** A command line, whole: long lines are folded where the window ends. */
export function CommandLine({ text, label }: { text: string; label: string }) {
  return (
    <pre
      tabIndex={0}
      aria-label={label}
      className="whitespace-pre-wrap break-all rounded-md border border-line bg-sunken px-4 py-3 text-sm leading-5"
    >
      {text}
    </pre>
  );
}
