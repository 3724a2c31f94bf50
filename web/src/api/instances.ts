import { infiniteQueryOptions, queryOptions, type QueryClient } from "@tanstack/react-query";
import { call, errorOf, exchange, statusOf } from "./client";

export interface Instance {
  id: number;
  name: string;
  token: string;
  createdDate?: string;
  tags?: string[];
  valid?: boolean;
  /** Why it is not valid, in words for its owner. */
  invalidReason?: string;
  disabled?: boolean;
  elementId?: number;
  element: { id: number; key: string; name: string; hub?: string; logo?: string };
  configuration?: Record<string, string>;
  authenticationType?: string;
  user?: { id: number; emailAddress?: string; firstName?: string; lastName?: string };
}

/** One configuration row of an instance. */
export interface ConfigurationRow {
  id: number;
  key: string;
  name?: string;
  description?: string;
  propertyValue?: string | null;
  type?: string;
  required?: boolean;
  hideFromConsole?: boolean;
  active?: boolean;
}

export interface InstanceFilter {
  search: string;
  tag: string;
  /** Key of a connector; empty = all connectors. */
  connector: string;
  /** Id of another account to look at; undefined = what the caller may use. */
  account?: number;
}

interface InstancePage {
  rows: Instance[];
  next: string;
}

const pageSize = 100;

export function instancesPath(filter: InstanceFilter, next: string): string {
  const query = new URLSearchParams({ pageSize: String(pageSize) });
  if (filter.search) query.set("searchText", filter.search);
  if (filter.tag) query.append("tags[]", filter.tag);
  if (next) query.set("nextPage", next);
  const list = filter.account ? `/accounts/${filter.account}/instances` : filter.connector ? `/elements/${encodeURIComponent(filter.connector)}/instances` : "/instances";
  return `${list}?${query.toString()}`;
}

async function readInstances(filter: InstanceFilter, next: string): Promise<InstancePage> {
  const answer = await exchange(instancesPath(filter, next));
  if (answer.status === 404) return { rows: [], next: "" }; // an empty list, http-conventions.md §7.3
  if (answer.status >= 400) throw errorOf(answer);
  const rows = JSON.parse(answer.text) as Instance[];
  return {
    // The list of an account knows no connector.
    rows: filter.account && filter.connector ? rows.filter(({ element }) => element.key === filter.connector) : rows,
    next: answer.headers.get("Elements-Next-Page-Token") ?? "",
  };
}

export function instancesQuery(filter: InstanceFilter) {
  return infiniteQueryOptions({
    queryKey: ["instances", filter],
    queryFn: ({ pageParam }) => readInstances(filter, pageParam),
    initialPageParam: "",
    getNextPageParam: (last: InstancePage) => last.next || undefined,
  });
}

/** Number of instances by connector key. */
export const instanceCountsQuery = queryOptions({
  queryKey: ["instances", "count"],
  queryFn: async () => {
    try {
      const counts = await call<{ elementInstances?: Record<string, number> }>("/instances/count");
      return counts.elementInstances ?? {};
    } catch (error) {
      if (statusOf(error) === 404) return {};
      throw error;
    }
  },
});

export function instanceQuery(id: string) {
  return queryOptions({
    queryKey: ["instance", id],
    queryFn: () => call<Instance>(`/instances/${encodeURIComponent(id)}`),
  });
}

export function configurationQuery(id: string) {
  return queryOptions({
    queryKey: ["instance", id, "configuration"],
    queryFn: () => call<ConfigurationRow[]>(`/instances/${encodeURIComponent(id)}/configuration`),
  });
}

export interface NewInstance {
  /** By its id: a key may mean a connector of the catalogue or the account's own. */
  element: { id: number };
  name: string;
  tags: string[];
  configuration: Record<string, string>;
}

export function createInstance(instance: NewInstance): Promise<Instance> {
  return call<Instance>("/instances", { method: "POST", body: instance });
}

export function patchInstance(id: number, changes: { name?: string; tags?: string[] }): Promise<Instance> {
  return call<Instance>(`/instances/${id}`, { method: "PATCH", body: changes });
}

export function enableInstance(id: number): Promise<void> {
  return call(`/instances/${id}/enabled`, { method: "PUT" });
}

export function disableInstance(id: number): Promise<void> {
  return call(`/instances/${id}/enabled`, { method: "DELETE" });
}

export function deleteInstance(id: number): Promise<void> {
  return call(`/instances/${id}`, { method: "DELETE" });
}

/** Forgets what is known about instances after one of them changed. */
export function forgetInstances(client: QueryClient): Promise<unknown> {
  return Promise.all([
    client.invalidateQueries({ queryKey: ["instances"] }),
    client.invalidateQueries({ queryKey: ["instance"] }),
  ]);
}
