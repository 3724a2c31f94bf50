import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { call, callAll, errorOf, exchange } from "./client";

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
  /** Belongs to an account, not to the catalogue that comes with the server. */
  private?: boolean;
  /** The account added resources of its own to a connector of the catalogue. */
  extended?: boolean;
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

/** Whether a type of authentication sends the user to the provider's own page. */
export function visitsProvider(type: string | undefined): boolean {
  return /^oauth(1|2|1plaintext)$/i.test(type ?? "");
}

/** Key of the logo to show. A private connector has none of its own, but a clone knows its model's. */
export function logoOf(connector: ConnectorRow): string {
  return (connector.private && connector.logo) || connector.key;
}

/** What people call a hub: its name on the server, else its key made readable. */
export function hubName(key: string, hubs: Hub[] | undefined): string {
  const name = hubs?.find((hub) => hub.key === key)?.name;
  if (name) return name;
  return key.length <= 3 ? key.toUpperCase() : key.charAt(0).toUpperCase() + key.slice(1);
}

/** Where the pages of a connector are. They go by the id: an account may have a connector of a key that the catalogue has too. */
export function connectorPath(connector: Pick<ConnectorRow, "id">): string {
  return `/connectors/${connector.id}`;
}

/** The definition as the server exports it: without ids of parts, secrets masked. */
export async function exportConnector(connector: Pick<ConnectorRow, "id">): Promise<string> {
  const answer = await exchange(`/elements/${connector.id}/export`);
  if (answer.status >= 400) throw errorOf(answer);
  return answer.text;
}

export function setConnectorActive(connector: Pick<ConnectorRow, "id">, active: boolean): Promise<Connector> {
  return call(`/elements/${connector.id}/active`, { method: active ? "PUT" : "DELETE" });
}

export function cloneConnector(connector: Pick<ConnectorRow, "id">): Promise<Connector> {
  return call(`/elements/${connector.id}/clone`, { method: "POST" });
}

export function deleteConnector(connector: Pick<ConnectorRow, "id">): Promise<void> {
  return call(`/elements/${connector.id}`, { method: "DELETE" });
}

/** Forgets what is known about connectors after one of them changed. */
export function forgetConnectors(client: QueryClient): Promise<unknown> {
  return Promise.all([
    client.invalidateQueries({ queryKey: ["connectors"] }),
    client.invalidateQueries({ queryKey: ["connector"] }),
    client.invalidateQueries({ queryKey: ["hubs"] }),
  ]);
}
