const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

const day = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" });

/** A point in time, or a day, in words; text that is neither stays as it is. */
export function when(date: string): string {
  const at = Date.parse(date);
  if (Number.isNaN(at)) return date;
  return /^\d{4}-\d\d-\d\d$/.test(date) ? day.format(at) : moment.format(at);
}

/** A point in time, or what stands for none. */
export function Time({ date, none }: { date?: string | null; none: string }) {
  if (!date) return <>{none}</>;
  return <time dateTime={date}>{when(date)}</time>;
}
