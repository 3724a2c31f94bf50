import { useId, type ReactNode } from "react";

interface SectionProps {
  title: string;
  text?: ReactNode;
  /** Buttons beside the title. */
  actions?: ReactNode;
  children?: ReactNode;
}

/** A part of a page of settings: a panel with a heading and what can be done there. */
export function Section({ title, text, actions, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="panel overflow-hidden">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 px-4 py-4 sm:px-6">
        <div className="min-w-0 max-w-2xl">
          <h2 id={id} className="text-lg font-semibold">
            {title}
          </h2>
          {text ? <p className="mt-0.5 break-words text-muted">{text}</p> : null}
        </div>
        {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
      </div>
      {children ? <div className="border-t border-line">{children}</div> : null}
    </section>
  );
}

/** The heading of a page and a sentence about it. */
export function Head({ title, text, actions }: { title: string; text: ReactNode; actions?: ReactNode }) {
  return (
    <div className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0 max-w-2xl">
        <h1 className="text-xl font-semibold">{title}</h1>
        <p className="text-muted">{text}</p>
      </div>
      {actions ? <div className="flex flex-wrap gap-2 max-sm:w-full">{actions}</div> : null}
    </div>
  );
}
