import type { ReactNode } from "react";
import { t } from "../strings";
import { Mark } from "./mark";

/** The frame of everything before the sign-in. It begins at a fixed height: what comes later pushes nothing up. */
export function Entrance({ title, lead, children }: { title: string; lead: ReactNode; children: ReactNode }) {
  return (
    <main className="sockets grid min-h-dvh items-start justify-items-center px-4 pb-8 pt-[max(1rem,14dvh)]">
      <div className="panel appear w-full max-w-[376px] p-6 sm:p-8">
        <div className="mb-6 flex items-center gap-2.5">
          <Mark size={28} />
          <span className="text-xl font-semibold tracking-tight">{t.product}</span>
        </div>
        <h1 className="text-xl font-semibold">{title}</h1>
        <p className="mb-6 mt-1 break-words text-muted">{lead}</p>
        {children}
      </div>
    </main>
  );
}
