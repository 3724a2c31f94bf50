const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** A point in time in words; text that is none stays as it is. */
export function when(date: string): string {
  const at = Date.parse(date);
  return Number.isNaN(at) ? date : moment.format(at);
}

/** A point in time, or what stands for none. */
export function Time({ date, none }: { date?: string | null; none: string }) {
  if (!date) return <>{none}</>;
  return <time dateTime={date}>{when(date)}</time>;
}
