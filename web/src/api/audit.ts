import { infiniteQueryOptions } from "@tanstack/react-query";
import { errorOf, exchange } from "./client";

/** What one change did to one member: before and after, secrets masked. */
export interface AuditChange {
  path: string;
  before?: unknown;
  after?: unknown;
}

export interface AuditRow {
  id: number | string;
  timestamp: string;
  method: string;
  resource_uri: string;
  /** 0 or null while the change is under way, or when the server ended in the middle of it. */
  status?: number | null;
  user_id?: number | null;
  user_email?: string | null;
  account_id?: number | null;
  org_id?: number | null;
  instance_id?: number | null;
  entity_id?: string | number | null;
  ip_address?: string | null;
  changes?: AuditChange[] | null;
}

export interface AuditFilter {
  userId: string;
  accountId: string;
  /** First part of the path that changes of this kind have; empty = all. */
  kind: string;
  from: string;
  to: string;
  /** Part of the path. */
  text: string;
}

const pageSize = 100;

/** The filters as the server knows them. Days are whole days of the reader. */
export function auditParameters(filter: AuditFilter): URLSearchParams {
  const query = new URLSearchParams();
  if (filter.userId) query.set("userId", filter.userId);
  if (filter.accountId) query.set("accountId", filter.accountId);
  if (filter.kind) query.set("entity", filter.kind);
  if (filter.text) query.set("uri", filter.text);
  const from = dayStart(filter.from);
  const to = dayStart(filter.to, 1);
  if (from) query.set("from", from);
  if (to) query.set("to", to);
  return query;
}

/** The beginning of a day `2026-11-24` of the reader, so many days on; empty for none. */
export function dayStart(day: string, later = 0): string {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day);
  if (!parts) return "";
  const at = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + later);
  return Number.isNaN(at.getTime()) ? "" : at.toISOString();
}

export function auditQuery(filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ["audit", filter],
    queryFn: async ({ pageParam }) => {
      const query = auditParameters(filter);
      query.set("pageSize", String(pageSize));
      if (pageParam) query.set("nextPage", pageParam);
      const answer = await exchange(`/audit-logs?${query.toString()}`);
      if (answer.status >= 400) throw errorOf(answer);
      return { rows: JSON.parse(answer.text) as AuditRow[], next: answer.headers.get("Elements-Next-Page-Token") ?? "" };
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });
}

/** Every row of the filter, a JSON object a line. */
export async function exportAudit(filter: AuditFilter): Promise<string> {
  const answer = await exchange(`/audit-logs/export?${auditParameters(filter).toString()}`);
  if (answer.status >= 400) throw errorOf(answer);
  return answer.text;
}
