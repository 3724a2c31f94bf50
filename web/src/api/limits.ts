import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";

/** One limit of an account and what is used of it. */
export interface Figure {
  /** Null = no limit. */
  limit: number | null;
  used: number;
  /** What the server gives accounts that have no limit of their own; null = none. */
  default?: number | null;
  /** Set for this account. */
  own?: boolean;
}

export const limitNames = ["requestsPerMinute", "concurrentProviderCalls", "storedInstances", "scriptSecondsPerMinute"] as const;
export type LimitName = (typeof limitNames)[number];
export type Limits = Partial<Record<LimitName, Figure>>;

/** The limits of an account; "me" is the caller's own. */
export function limitsQuery(account: number | "me") {
  return queryOptions({
    queryKey: ["limits", account],
    queryFn: () => call<Limits>(`/accounts/${account}/limits`),
    refetchInterval: 15_000, // use changes by itself
  });
}

/** Sets all limits of an account. What is left out has the server's default; null = no limit. */
export function putLimits(account: number | "me", limits: Partial<Record<LimitName, { limit: number | null }>>): Promise<Limits> {
  return call(`/accounts/${account}/limits`, { method: "PUT", body: limits });
}
