import { describe, expect, it } from "vitest";
import { callName, fieldsOf, grouped, readDocs, resolve, typeName, type Schema } from "./docs";

const docs = readDocs({
  info: { title: "Board" },
  paths: {
    "/lines/{id}": {
      delete: { tags: ["lines"], summary: "Cut a line", responses: { 200: { description: "OK" } } },
      get: { tags: ["lines"], parameters: [{ name: "id", in: "path", required: true, type: "string" }] },
    },
    "/calls": {
      post: {
        tags: ["calls"],
        parameters: [
          { name: "Authorization", in: "header", required: true, type: "string" },
          { name: "body", in: "body", required: true, schema: { $ref: "#/definitions/call" } },
        ],
        responses: { 400: { description: "Bad" }, 200: { description: "OK", schema: { $ref: "#/definitions/call" }, examples: { "application/json": { id: 1 } } } },
      },
    },
  },
});

describe("readDocs", () => {
  it("sorts by tag, path and method, and parts the body from the parameters", () => {
    expect(docs.operations.map((operation) => operation.id)).toEqual(["POST /calls", "GET /lines/{id}", "DELETE /lines/{id}"]);
    const [post, get] = docs.operations;
    expect(post).toMatchObject({ parameters: [], body: { needed: true }, answer: { $ref: "#/definitions/call" }, sample: { id: 1 } });
    expect(get?.parameters).toEqual([{ name: "id", in: "path", type: "string", needed: true }]);
  });

  it("makes of an empty document an empty page", () => expect(readDocs({}).operations).toEqual([]));
});

it("finds operations by all words, in any order", () => {
  const found = (text: string) => grouped(docs.operations, text).map(([tag, list]) => [tag, list.length]);
  expect(found("")).toEqual([["calls", 1], ["lines", 2]]);
  expect(found("lines DELETE")).toEqual([["lines", 1]]);
  expect(found("cut post")).toEqual([]);
});

it("names a call alike in a connector and in its documentation", () => {
  expect(callName("get", "/hubs/crm/contacts/{contactId}")).toBe(callName("GET", "/contacts/{id}"));
});

describe("schemas", () => {
  const definitions: Record<string, Schema> = {
    call: { type: "object", properties: { line: { $ref: "#/definitions/a~1b" }, next: { $ref: "#/definitions/call" } } },
    "a/b": { properties: { id: { type: "integer", format: "int64" } } },
    wide: { allOf: Array.from({ length: 50 }, () => ({ $ref: "#/definitions/wide" })) },
    round: { $ref: "#/definitions/round" },
    both: { allOf: [{ $ref: "#/definitions/call" }, { properties: { extra: { type: "string" } }, required: ["extra"] }] },
  };
  it.each<[string, Schema]>([
    ["call", { $ref: "#/definitions/call" }],
    ["a/b[]", { type: "array", items: { $ref: "#/definitions/a~1b" } }],
    ["integer (int64)", { type: "integer", format: "int64" }],
    ["any[]", { type: "array" }],
    ["object", { properties: {} }],
    ["any", {}],
    ["call", { allOf: [{ $ref: "#/definitions/call" }] }],
  ])("are called %s", (name, schema) => expect(typeName(schema, definitions)).toBe(name));

  it("follow references, parts and lists, and end where they go round", () => {
    expect(Object.keys(fieldsOf({ items: { items: { $ref: "#/definitions/both" } } }, definitions)?.properties ?? {})).toEqual(["line", "next", "extra"]);
    expect(resolve({ $ref: "#/definitions/both" }, definitions).required).toEqual(["extra"]);
    expect(fieldsOf({ $ref: "#/definitions/round" }, definitions)).toBeUndefined();
    expect(fieldsOf({ $ref: "#/definitions/wide" }, definitions)).toBeUndefined();
    expect(fieldsOf({ $ref: "#/definitions/toString" }, definitions)).toBeUndefined();
    expect(fieldsOf({ type: "string" }, definitions)).toBeUndefined();
  });
});
