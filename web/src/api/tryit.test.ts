import { describe, expect, it } from "vitest";
import type { Connector, Resource } from "./connectors";
import { callable, columnsOf, curl, firstList, inputsOf, requestPath, rowsOf, shortPath, type Values } from "./tryit";

const resource = (method: string, path: string, more: Partial<Resource> = {}): Resource => ({ method, path, type: "api", ...more });
const connector = (resources: Resource[]): Connector => ({ id: 1, key: "x", name: "X", hub: "crm", resources });
const values = (change: Partial<Values>): Values => ({ path: {}, where: "", pageSize: "", more: {}, body: "", ...change });

describe("callable", () => {
  it("lists plain lists first, then single records, then what writes, and leaves lifecycle resources out", () => {
    const all = connector([
      resource("delete", "/hubs/crm/contacts/{id}"),
      resource("POST", "/hubs/crm/contacts"),
      resource("GET", "/hubs/crm/contacts/{id}"),
      resource("GET", "/hubs/crm/contacts"),
      resource("GET", "/hubs/crm/authentication", { type: "provisionAuthValidation" }),
      resource("GET", "/hubs/crm/activities"),
    ]);
    expect(callable(all).map((r) => `${r.method} ${shortPath(r.path)}`)).toEqual([
      "GET /activities",
      "GET /contacts",
      "GET /contacts/{id}",
      "POST /contacts",
      "DELETE /contacts/{id}",
    ]);
  });

  it("begins with a list that people know", () => {
    const all = connector([resource("GET", "/hubs/crm/activities"), resource("GET", "/hubs/crm/contacts")]);
    expect(firstList(all)?.path).toBe("/hubs/crm/contacts");
    expect(firstList(connector([resource("POST", "/hubs/crm/contacts")]))).toBeUndefined();
  });
});

describe("requestPath", () => {
  const list = resource("GET", "/hubs/crm/contacts", {
    parameters: [
      { name: "where", type: "query" },
      { name: "pageSize", type: "query" },
      { name: "orderBy", type: "query" },
      { name: "groupId", type: "where" },
      { name: "total", type: "query", source: "response" },
    ],
  });

  it("encodes every value and leaves empty ones out", () => {
    const path = requestPath(list, "crm", values({ where: "name='A&B é'", pageSize: "5", more: { orderBy: "name desc" } }), "t+/=");
    expect(path).toBe("/hubs/crm/contacts?where=name%3D'A%26B%20%C3%A9'&pageSize=5&orderBy=name%20desc&nextPage=t%2B%2F%3D");
    expect(requestPath(list, "crm", values({}))).toBe("/hubs/crm/contacts");
  });

  it("keeps a slash in a path value a value", () => {
    const one = resource("GET", "/hubs/crm/contacts/{id}");
    expect(requestPath(one, "crm", values({ path: { id: "../a b" } }))).toBe("/hubs/crm/contacts/..%2Fa%20b");
  });

  it("adds the hub where the definition leaves it out", () => {
    expect(requestPath(resource("GET", "/files"), "documents", values({}))).toBe("/hubs/documents/files");
  });

  it("asks only for what a request can carry", () => {
    expect(inputsOf(list)).toMatchObject({ where: true, paged: true, body: false, form: false });
    expect(inputsOf(list).more.map((p) => p.name)).toEqual(["orderBy"]);
    expect(inputsOf(resource("POST", "/files", { parameters: [{ name: "file", type: "multipart" }] }))).toMatchObject({ body: true, form: true });
  });
});

describe("curl", () => {
  it("survives quotes in the filter", () => {
    const line = curl("http://h", "GET", "/hubs/crm/contacts?where=a%3D'b'", { user: "u", organization: "o", element: "e" });
    expect(line).toBe(
      "curl 'http://h/elements/api-v2/hubs/crm/contacts?where=a%3D'\\''b'\\''' \\\n  -H 'Authorization: User u, Organization o, Element e'",
    );
  });

  it("carries method and body", () => {
    const line = curl("http://h", "POST", "/x", { user: "u", organization: "o", element: "e" }, "{}");
    expect(line).toContain("curl -X POST 'http://h/elements/api-v2/x'");
    expect(line).toContain("-d '{}'");
  });
});

describe("rowsOf", () => {
  it("takes lists of records and a single record, and nothing else", () => {
    expect(rowsOf([{ a: 1 }, { b: 2 }])).toHaveLength(2);
    expect(rowsOf({ a: 1 })).toHaveLength(1);
    expect(rowsOf([])).toEqual([]);
    for (const other of [[1], [null], [[1]], "x", 1, null, undefined]) expect(rowsOf(other)).toBeUndefined();
  });

  it("names columns in order of first appearance, up to the limit", () => {
    expect(columnsOf([{ b: 1, a: 1 }, { c: 1, a: 2 }])).toEqual(["b", "a", "c"]);
    expect(columnsOf([{ a: 1, b: 1, c: 1 }], 2)).toEqual(["a", "b"]);
  });
});
