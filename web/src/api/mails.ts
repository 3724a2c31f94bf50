import { queryOptions } from "@tanstack/react-query";
import { call, callAll } from "./client";

export type MailStatus = "sent" | "waiting" | "failed" | "outbox";

export interface Mail {
  id: number;
  to: string;
  subject: string;
  text?: string | null;
  /** Why the text is not told. */
  textHidden?: string;
  status: MailStatus;
  error?: string | null;
  createdDate: string;
  sentDate?: string | null;
}

export const mailsQuery = queryOptions({ queryKey: ["mails"], queryFn: () => callAll<Mail>("/mails", 5) });

export function mailQuery(id: number) {
  return queryOptions({ queryKey: ["mail", id], queryFn: () => call<Mail>(`/mails/${id}`) });
}
