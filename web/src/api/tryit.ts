// What "Try it" needs to know: which resources can be called, what they ask for, and the request that
// follows. Pure functions: the screen only draws.

import type { Connector, Resource, ResourceParameter } from "./connectors";

export const apiPath = "/elements/api-v2";

const methodOrder = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Resources a caller may use, lists first, then single records, then everything that writes. */
export function callable(connector: Connector): Resource[] {
  return (connector.resources ?? [])
    .filter((resource) => resource.method && resource.path && (resource.type ?? "api") === "api")
    .map((resource) => ({ ...resource, method: resource.method.toUpperCase() }))
    .sort(
      (a, b) =>
        rank(a) - rank(b) || a.path.localeCompare(b.path, "en") || a.method.localeCompare(b.method, "en"),
    );
}

function rank(resource: Resource): number {
  if (resource.method === "GET") return pathNames(resource.path).length ? 1 : 0;
  return 2 + methodOrder.indexOf(resource.method);
}

/** Identifies a resource within its connector. */
export function resourceId(resource: Resource): string {
  return `${resource.method} ${resource.path}`;
}

/** The path as people read it: without the hub, which every connector path repeats. */
export function shortPath(path: string): string {
  return path.replace(/^\/hubs\/[^/]+/, "") || path;
}

/** Names between braces, in order. */
export function pathNames(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
}

export interface Inputs {
  path: string[];
  where: boolean;
  paged: boolean;
  /** Query and header parameters that are not part of filtering and paging. */
  more: ResourceParameter[];
  body: boolean;
  /** Takes a form or a file, which this page cannot send. */
  form: boolean;
}

/** What a resource asks for. */
export function inputsOf(resource: Resource): Inputs {
  const declared = (resource.parameters ?? []).filter((p) => (p.source ?? "request") === "request");
  const path = pathNames(resource.path);
  const list = resource.method === "GET" && path.length === 0;
  const own = new Set(["where", "pageSize", "nextPage", "page"]);
  return {
    path,
    where: declared.some((p) => p.type === "query" && p.name === "where"),
    paged: list || declared.some((p) => p.type === "query" && p.name === "pageSize"),
    more: declared.filter((p) => (p.type === "query" || p.type === "header") && !own.has(p.name)),
    body: ["POST", "PUT", "PATCH"].includes(resource.method),
    form: declared.some((p) => ["form", "multipart", "file"].includes(p.type)),
  };
}

export interface Values {
  path: Record<string, string>;
  where: string;
  pageSize: string;
  more: Record<string, string>;
  body: string;
}

/** The request path below the API's base, with every value encoded. */
export function requestPath(resource: Resource, hub: string, values: Values, nextPage = ""): string {
  const inputs = inputsOf(resource);
  let path = resource.path.replace(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(values.path[name] ?? ""),
  );
  if (!path.startsWith("/hubs/")) path = `/hubs/${encodeURIComponent(hub)}${path}`;
  const query: string[] = [];
  const add = (name: string, value: string | undefined) => {
    if (value) query.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  };
  if (inputs.where) add("where", values.where.trim());
  if (inputs.paged) add("pageSize", values.pageSize.trim());
  for (const parameter of inputs.more) {
    if (parameter.type === "query") add(parameter.name, values.more[parameter.name]);
  }
  add("nextPage", nextPage);
  return query.length ? `${path}?${query.join("&")}` : path;
}

/** The first list of a connector: what a newcomer should call first. */
export function firstList(connector: Connector): Resource | undefined {
  const lists = callable(connector).filter((r) => r.method === "GET" && pathNames(r.path).length === 0);
  return (
    lists.find((r) => /\/(contacts|customers|accounts|files)$/.test(r.path)) ??
    lists.find((r) => !(r.parameters ?? []).some((p) => p.required)) ??
    lists[0]
  );
}

export interface CurlSecrets {
  user: string;
  organization: string;
  element: string;
}

/** A command line that makes the same call from anywhere. */
export function curl(origin: string, method: string, path: string, secrets: CurlSecrets, body = ""): string {
  const lines = [
    `curl${method === "GET" ? "" : ` -X ${method}`} ${quote(origin + apiPath + path)}`,
    `-H ${quote(`Authorization: User ${secrets.user}, Organization ${secrets.organization}, Element ${secrets.element}`)}`,
  ];
  if (body) lines.push(`-H ${quote("Content-Type: application/json")}`, `-d ${quote(body)}`);
  return lines.join(" \\\n  ");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export type Row = Record<string, unknown>;

/** The rows of an answer that can stand in a table, or undefined. A single record is one row. */
export function rowsOf(value: unknown): Row[] | undefined {
  if (Array.isArray(value)) {
    if (!value.every((item) => item !== null && typeof item === "object" && !Array.isArray(item))) return undefined;
    return value as Row[];
  }
  if (value !== null && typeof value === "object") return [value as Row];
  return undefined;
}

/** Column names in order of first appearance. `limit` keeps a table from growing without end. */
export function columnsOf(rows: Row[], limit = 80): string[] {
  const names = new Set<string>();
  for (const row of rows) {
    for (const name of Object.keys(row)) {
      if (names.size >= limit) return [...names];
      names.add(name);
    }
  }
  return [...names];
}
