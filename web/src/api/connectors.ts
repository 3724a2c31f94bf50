import { queryOptions } from "@tanstack/react-query";
import { call, callAll } from "./client";

/** One row of the catalogue. */
export interface ConnectorRow {
  id: number;
  key: string;
  name: string;
  description?: string;
  hub: string;
  logo?: string;
  active?: boolean;
  beta?: boolean;
  private?: boolean;
  authentication?: { type?: string };
}

/** One entry of a connector's configuration: a field of the form, unless hidden or internal. */
export interface ConfigurationEntry {
  key: string;
  name: string;
  description?: string;
  type?: string;
  required?: boolean;
  hideFromConsole?: boolean;
  internal?: boolean;
  displayOrder?: number;
  defaultValue?: string | null;
  options?: { value: string; description?: string }[] | null;
}

export interface ResourceParameter {
  name: string;
  type: string;
  dataType?: string;
  required?: boolean;
  description?: string;
  sampleData?: string;
  source?: string;
}

export interface Resource {
  id?: number;
  method: string;
  path: string;
  type?: string;
  description?: string;
  parameters?: ResourceParameter[] | null;
}

export interface Connector extends ConnectorRow {
  configuration?: ConfigurationEntry[] | null;
  resources?: Resource[] | null;
}

export interface Hub {
  key: string;
  name: string;
}

export const connectorsQuery = queryOptions({
  queryKey: ["connectors"],
  queryFn: () => callAll<ConnectorRow>("/elements?abridged=true&pageSize=200"),
  staleTime: 60_000,
});

export const hubsQuery = queryOptions({
  queryKey: ["hubs"],
  queryFn: () => callAll<Hub>("/hubs"),
  staleTime: 300_000,
});

export function connectorQuery(keyOrId: string) {
  return queryOptions({
    queryKey: ["connector", keyOrId],
    queryFn: () => call<Connector>(`/elements/${encodeURIComponent(keyOrId)}`),
    enabled: keyOrId !== "",
    staleTime: 60_000,
  });
}

/** Authentication types that send the user to the provider's own page. */
export function needsProviderPage(connector: ConnectorRow): boolean {
  return /^oauth/i.test(connector.authentication?.type ?? "");
}

/** What people call a hub: its name on the server, else its key made readable. */
export function hubName(key: string, hubs: Hub[] | undefined): string {
  const name = hubs?.find((hub) => hub.key === key)?.name;
  if (name) return name;
  return key.length <= 3 ? key.toUpperCase() : key.charAt(0).toUpperCase() + key.slice(1);
}
