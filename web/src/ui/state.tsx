import { Info, Lock, Plug, RotateCw, SearchX, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import { t } from "../strings";
import { Button } from "./button";

/** The four things a screen says instead of its content: nothing here, not found, failed, not allowed. */
export function Blank(props: { icon?: ReactNode; title: string; text?: ReactNode; action?: ReactNode; live?: boolean }) {
  return (
    <div
      className="panel appear relative grid place-items-center overflow-hidden px-4 py-14"
      role={props.live ? "alert" : undefined}
    >
      <div
        aria-hidden="true"
        className="sockets absolute inset-0 mask-[radial-gradient(ellipse_360px_240px_at_center,transparent_70%,black)]"
      />
      <div className="relative flex max-w-md flex-col items-center gap-3 text-center">
        <span className="grid size-11 place-items-center rounded-full bg-accent-soft text-accent" aria-hidden="true">
          {props.icon ?? <Plug size={20} />}
        </span>
        <h2 className="text-lg font-semibold">{props.title}</h2>
        {props.text ? <p className="text-muted">{props.text}</p> : null}
        {props.action ? <div className="mt-1 flex flex-wrap justify-center gap-2">{props.action}</div> : null}
      </div>
    </div>
  );
}

export function NothingFound({ title, text, action }: { title: string; text?: string; action?: ReactNode }) {
  return <Blank icon={<SearchX size={20} />} title={title} text={text} action={action} />;
}

/** A request that failed, in words that say what to do next. `what` completes "could not load …". */
export function Failure({ error, what, retry }: { error: unknown; what: string; retry?: () => void }) {
  const status = error instanceof ApiError ? error.status : -1;
  const again = retry ? (
    <Button onPress={retry}>
      <RotateCw size={15} />
      {t.failure.retry}
    </Button>
  ) : null;
  if (status === 403) {
    return <Blank live icon={<Lock size={20} />} title={t.failure.forbiddenTitle} text={t.failure.forbidden(what)} action={again} />;
  }
  if (status === 404) {
    return <Blank live icon={<SearchX size={20} />} title={t.failure.notFoundTitle(what)} text={messageOf(error)} />;
  }
  return <Blank live icon={<Unplug size={20} />} title={t.failure.title(what)} text={messageOf(error)} action={again} />;
}

/** What an error says to the person in front of the screen. */
export function messageOf(error: unknown): string {
  if (!(error instanceof ApiError)) return t.failure.unexpected;
  if (error.status === 0) return t.failure.unreachable;
  if (error.status === 429) return error.message || t.failure.tooMany(error.retryAfter);
  return error.message || t.failure.status(error.status);
}

/** A remark above the content. */
export function Notice({ children, tone = "info" }: { children: ReactNode; tone?: "info" | "warn" | "bad" }) {
  const look = {
    info: "border-line bg-accent-soft text-text",
    warn: "border-transparent bg-warn-soft text-warn",
    bad: "border-transparent bg-bad-soft text-bad",
  }[tone];
  return (
    <div className={`flex items-start gap-2.5 rounded-md border px-3.5 py-2.5 ${look}`}>
      <Info size={16} className={`mt-0.5 flex-none ${tone === "info" ? "text-accent" : ""}`} aria-hidden="true" />
      <div className="min-w-0 break-words">{children}</div>
    </div>
  );
}

/** Grey shapes where content will be. Their sizes are the content's sizes. */
export function Skeleton({ className = "" }: { className?: string }) {
  return <span className={`skeleton block ${className}`} aria-hidden="true" />;
}

/** Tells screen readers that something is loading. */
export function Loading({ children }: { children: ReactNode }) {
  return (
    <div aria-busy="true">
      <span className="sr-only" role="status">
        {t.loading}
      </span>
      {children}
    </div>
  );
}
