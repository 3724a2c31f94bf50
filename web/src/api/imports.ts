// What the import of a connector needs to know: what kind of text it is, which connector it makes, and what the
// server says is wrong with it. Pure functions, and the two calls behind them.

import { call } from "./client";
import type { Connector } from "./connectors";

/** The largest body that the server takes, in bytes. */
export const maxImport = 10 * 1024 * 1024;

/** An exported connector, or one of the descriptions that the server converts. */
export type Kind = "json" | "yaml" | "swagger" | "openapi" | "soap" | "odata";

/** The character encoding that a byte order mark announces; UTF-8 without one. */
export function decode(bytes: ArrayBuffer): string {
  const [a, b] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  const encoding = a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

/** What a text is, judged by its outermost members; undefined when it is nothing that can be imported. */
export function detect(text: string): Kind | undefined {
  const start = text.trimStart();
  if (start.startsWith("<")) return detectXML(start);
  if (start.startsWith("{")) {
    const value = parsed(start);
    if (value?.swagger !== undefined) return "swagger";
    if (value?.openapi !== undefined) return "openapi";
    return value && (isText(value.key) || isText(value.name)) ? "json" : undefined;
  }
  if (/^["']?swagger["']?\s*:/m.test(text)) return "swagger";
  if (/^["']?openapi["']?\s*:/m.test(text)) return "openapi";
  return /^["']?(key|name)["']?\s*:/m.test(text) ? "yaml" : undefined;
}

function detectXML(text: string): Kind | undefined {
  const plain = text.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>/g, "");
  const root = /<(?:[\w.-]+:)?([\w.-]+)/.exec(plain)?.[1];
  return root === "definitions" ? "soap" : root === "Edmx" ? "odata" : undefined;
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Why a text that begins like JSON is none; empty when it is. */
export function brokenJson(text: string): string {
  if (!text.trimStart().startsWith("{")) return "";
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

/** True for what the server converts first. */
export function isForeign(kind: Kind): boolean {
  return kind !== "json" && kind !== "yaml";
}

/** A connector that is ready to be stored, as text. */
export interface Draft {
  kind: Kind;
  text: string;
  name: string;
  key: string;
  hub: string;
  /** Number of resources; undefined where only the server can count. */
  resources?: number;
  description: string;
  /** What the conversion mended or left out. */
  notes: Fault[];
  /** Secrets were masked by the export and come without a value. */
  masked: boolean;
}

/** A secret that was masked by the export, as a whole value in JSON or YAML. */
const mask = /(["'])\*{8}\1/;

/** Reads what is in an exported connector. */
export function draftOf(kind: "json" | "yaml", text: string): Draft {
  const masked = mask.test(text);
  if (kind === "yaml") {
    const top = (name: string) => {
      const found = new RegExp(`^["']?${name}["']?\\s*:\\s*(.+?)\\s*$`, "m").exec(text)?.[1] ?? "";
      return found.replace(/\s+#.*$/, "").replace(/^(["'])(.*)\1$/, "$2");
    };
    return { kind, text, name: top("name"), key: top("key"), hub: top("hub"), description: "", notes: [], masked };
  }
  return { ...draftFrom(JSON.parse(text) as Partial<Connector>), kind, text, masked };
}

function draftFrom(definition: Partial<Connector>): Omit<Draft, "kind" | "text" | "masked"> {
  const [description = "", notes = ""] = (definition.description ?? "").split("\n\nNotes of the conversion: ");
  return {
    name: definition.name ?? "",
    key: definition.key ?? "",
    hub: definition.hub ?? "",
    resources: definition.resources?.length ?? 0,
    description,
    notes: notes ? splitFaults(notes) : [],
  };
}

/** The text with another key. All else stays as it was written. */
export function withKey(draft: Draft, key: string): string {
  if (key === draft.key) return draft.text;
  if (draft.kind === "yaml") {
    const line = `key: ${JSON.stringify(key)}`;
    return draft.key ? draft.text.replace(/^["']?key["']?\s*:.*$/m, () => line) : `${line}\n${draft.text}`;
  }
  const definition = JSON.parse(draft.text) as Record<string, unknown>;
  return JSON.stringify({ ...definition, key });
}

/** Why a key cannot stand in addresses, as the server judges it; false when it can. */
export function badKey(key: string): boolean {
  return /[\s/?#%]/.test(key);
}

/** Converts a foreign description. Nothing is stored. */
export async function convert(kind: Kind, source: string | Blob): Promise<Draft> {
  const definition = await call<Partial<Connector>>(`/elements/convert?type=${kind}`, {
    method: "POST",
    rawBody: source,
    contentType: "application/octet-stream",
  });
  return { ...draftFrom(definition), kind: "json", text: JSON.stringify(definition), masked: false };
}

/** Stores a connector. */
export function storeConnector(draft: Draft, key: string): Promise<Connector> {
  return call<Connector>("/elements", {
    method: "POST",
    rawBody: withKey(draft, key),
    contentType: draft.kind === "yaml" ? "application/yaml" : "application/json",
  });
}

/** One thing that is wrong, and where. */
export interface Fault {
  path: string;
  reason: string;
}

export interface Faults {
  /** What was said before the list. */
  lead: string;
  list: Fault[];
  /** How many more the server counted without naming them. */
  more: number;
}

/**
 * Takes a message of the server apart: "the definition has 3 faults: resources[0].path: is missing; …". A message
 * without a list is all lead.
 */
export function faultsOf(message: string): Faults {
  const many = /^(.*?\b\d+ (?:faults?|problems?)): ([\s\S]*)$/.exec(message);
  const text = many?.[2] ?? message;
  const pieces = splitFaults(text);
  const last = /^and (\d+) more$/.exec(pieces.at(-1)?.reason ?? "");
  if (last) pieces.pop();
  if (!many && !(pieces.length === 1 && /[[.]/.test(pieces[0]?.path ?? ""))) return { lead: message, list: [], more: 0 };
  return { lead: many?.[1] ?? "", list: pieces, more: Number(last?.[1] ?? 0) };
}

/** "a.b: wrong; c[0]: wrong too" in its parts. A semicolon within a reason parts nothing: no place follows it. */
function splitFaults(text: string): Fault[] {
  const found: Fault[] = [];
  for (const piece of text.split("; ")) {
    const [, path = "", reason = piece] = /^([^\s:]+(?: ?[^\s:]+)??): ([\s\S]+)$/.exec(piece) ?? [];
    const last = found.at(-1);
    if (path || !last || /^(and \d+ more$|the definition )/.test(piece)) found.push({ path, reason });
    else last.reason += `; ${piece}`;
  }
  return found;
}
