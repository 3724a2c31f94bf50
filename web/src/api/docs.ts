// The documentation of a connector as the server writes it, a Swagger 2.0 document, in the shape that a page needs.

import { queryOptions } from "@tanstack/react-query";
import { call, errorOf, exchange } from "./client";
import type { Connector } from "./connectors";
import { callable, shortPath } from "./tryit";

/** Whose documentation: a connector's or an instance's. */
export interface DocsOf {
  kind: "elements" | "instances";
  id: string;
}

export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
  enum?: unknown[];
  example?: unknown;
}

export interface DocParameter extends Schema {
  name: string;
  in: string;
  required?: never;
  needed?: boolean;
  default?: unknown;
  schema?: Schema;
}

export interface Operation {
  /** METHOD and path: each stands once in a document. */
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  tag: string;
  parameters: DocParameter[];
  body?: DocParameter;
  consumes: string[];
  produces: string[];
  answer?: Schema;
  sample?: unknown;
  statuses: { status: string; text: string }[];
  /** What the search looks through, in small letters. */
  hay: string;
}

export interface Docs {
  title: string;
  description: string;
  definitions: Record<string, Schema>;
  operations: Operation[];
}

interface RawParameter extends Omit<DocParameter, "required"> {
  required?: boolean;
}

interface RawOperation {
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: RawParameter[];
  consumes?: string[];
  produces?: string[];
  responses?: Record<string, { description?: string; schema?: Schema; examples?: Record<string, unknown> }>;
}

export interface RawDocs {
  info?: { title?: string; description?: string };
  definitions?: Record<string, Schema>;
  paths?: Record<string, Record<string, RawOperation>>;
}

const methods = ["get", "post", "put", "patch", "delete", "head", "options"];

/** As people sort: thing2 before thing10. */
const order = new Intl.Collator("en", { numeric: true });

/** Reads a document: operations by tag, then path, then method. */
export function readDocs(raw: RawDocs): Docs {
  const operations: Operation[] = [];
  for (const [path, item] of Object.entries(raw.paths ?? {})) {
    for (const method of methods) {
      const found = item[method];
      if (found) operations.push(operationOf(method.toUpperCase(), path, found));
    }
  }
  operations.sort(
    (a, b) =>
      order.compare(a.tag, b.tag) ||
      order.compare(a.path, b.path) ||
      methods.indexOf(a.method.toLowerCase()) - methods.indexOf(b.method.toLowerCase()),
  );
  return { title: raw.info?.title ?? "", description: raw.info?.description ?? "", definitions: raw.definitions ?? {}, operations };
}

function operationOf(method: string, path: string, raw: RawOperation): Operation {
  const parameters = (raw.parameters ?? [])
    // Every call has it, so the page says it once.
    .filter((p) => !(p.in === "header" && p.name === "Authorization"))
    .map(({ required, ...rest }): DocParameter => ({ ...rest, needed: required }));
  const responses = Object.entries(raw.responses ?? {});
  const good = responses.find(([status]) => status.startsWith("2"))?.[1];
  const tag = raw.tags?.[0] ?? "";
  return {
    id: `${method} ${path}`,
    method,
    path,
    summary: raw.summary ?? "",
    description: raw.description ?? "",
    tag,
    parameters: parameters.filter((p) => p.in !== "body"),
    body: parameters.find((p) => p.in === "body"),
    consumes: raw.consumes ?? [],
    produces: raw.produces ?? [],
    answer: good?.schema,
    sample: good?.examples ? Object.values(good.examples)[0] : undefined,
    statuses: responses.map(([status, { description = "" }]) => ({ status, text: description })),
    hay: `${method} ${path} ${raw.summary ?? ""} ${tag}`.toLowerCase(),
  };
}

/** Operations by tag that have every word of the text. */
export function grouped(operations: Operation[], text: string): [tag: string, operations: Operation[]][] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (!words.every((word) => operation.hay.includes(word))) continue;
    const group = groups.get(operation.tag);
    if (group) group.push(operation);
    else groups.set(operation.tag, [operation]);
  }
  return [...groups];
}

/** Names a call however its variables are named: the same for a resource and for its documentation. */
export function callName(method: string, path: string): string {
  return `${method.toUpperCase()} ${shortPath(path).replace(/\{[^}]*\}/g, "{}")}`;
}

/** Names of all calls that "Try it" can make. */
export function callNames(connector: Connector | undefined): Set<string> {
  return new Set(connector ? callable(connector).map((resource) => callName(resource.method, resource.path)) : []);
}

/** What a schema is after its reference and its parts were followed. `name` is the definition's, when it has one. */
export interface Resolved extends Schema {
  name?: string;
}

/**
 * Follows references and joins the parts of allOf. The budget is how many steps that may take: a document that
 * goes round ends as an empty schema.
 */
export function resolve(schema: Schema, definitions: Record<string, Schema>, budget = { steps: 500 }): Resolved {
  if (--budget.steps < 0) return {};
  if (schema.$ref) {
    const name = definitionName(schema.$ref);
    const target = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    return target ? { ...resolve(target, definitions, budget), name } : { name };
  }
  if (!schema.allOf) return schema;
  const all: Resolved = { ...schema, type: schema.type ?? "object", allOf: undefined, properties: {}, required: [...(schema.required ?? [])] };
  for (const part of schema.allOf) {
    const { properties, required, name } = resolve(part, definitions, budget);
    all.name ??= name;
    Object.assign(all.properties as object, properties);
    all.required?.push(...(required ?? []));
  }
  Object.assign(all.properties as object, schema.properties);
  return all;
}

function definitionName(ref: string): string {
  const last = ref.slice(ref.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return last;
  }
}

/** The type in words: `Contact[]`, `string (date-time)`. */
export function typeName(schema: Schema, definitions: Record<string, Schema>): string {
  if (schema.$ref) return definitionName(schema.$ref);
  if (schema.type === "array" || schema.items) return `${schema.items ? typeName(schema.items, definitions) : "any"}[]`;
  if (schema.allOf) return resolve(schema, definitions).name ?? "object";
  const type = schema.type ?? (schema.properties ? "object" : "any");
  return schema.format ? `${type} (${schema.format})` : type;
}

/** The properties below a schema, through lists; undefined when it is a plain value. */
export function fieldsOf(schema: Schema, definitions: Record<string, Schema>): Resolved | undefined {
  let now = resolve(schema, definitions);
  for (let depth = 0; now.items && depth < 20; depth++) now = resolve(now.items, definitions);
  return now.properties && Object.keys(now.properties).length ? now : undefined;
}

export function docsQuery(of: DocsOf) {
  return queryOptions({
    queryKey: ["docs", of.kind, of.id],
    queryFn: async () => readDocs(await call<RawDocs>(`/${of.kind}/${encodeURIComponent(of.id)}/docs`)),
    staleTime: 60_000,
  });
}

/** The document as a text to save. */
export async function downloadDocs(of: DocsOf, format: "swagger" | "openapi"): Promise<string> {
  const answer = await exchange(`/${of.kind}/${encodeURIComponent(of.id)}/docs${format === "openapi" ? "?format=openapi" : ""}`);
  if (answer.status >= 400) throw errorOf(answer);
  return answer.text;
}
