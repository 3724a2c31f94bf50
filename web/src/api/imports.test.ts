import { describe, expect, it } from "vitest";
import { badKey, brokenJson, decode, detect, draftOf, faultsOf, withKey } from "./imports";

describe("detect", () => {
  it.each([
    ["an exported connector", '{"key":"a","resources":[]}', "json"],
    ["one without a key", ' {"name":"A"}', "json"],
    ["an exported connector in YAML", "# note\nname: A\nkey: a\n", "yaml"],
    ["Swagger 2.0", '{"swagger":"2.0","info":{}}', "swagger"],
    ["Swagger 2.0 in YAML", "swagger: '2.0'\ninfo: {}\n", "swagger"],
    ["OpenAPI 3", '{"openapi":"3.1.0"}', "openapi"],
    ["OpenAPI 3 in YAML", 'info: {title: key}\n"openapi": 3.0.1\n', "openapi"],
    ["a WSDL", '<?xml version="1.0"?>\n<!-- <edmx:Edmx> -->\n<wsdl:definitions xmlns:wsdl="x">', "soap"],
    ["OData metadata", '<edmx:Edmx Version="4.0">', "odata"],
    ["a page", "<!DOCTYPE html><html>", undefined],
    ["a list", "[1]", undefined],
    ["other JSON", '{"a":1}', undefined],
    ["broken JSON", '{"key":', undefined],
    ["nothing", "", undefined],
  ])("knows %s", (_, text, kind) => expect(detect(text)).toBe(kind));

  it("says where JSON breaks", () => {
    expect(brokenJson('{"key":')).not.toBe("");
    expect(brokenJson('{"key":1}')).toBe("");
    expect(brokenJson("key: {")).toBe("");
  });

  it("reads what Windows writes", () => {
    const bytes = new Uint8Array([0xff, 0xfe, ..."<a>".split("").flatMap((c) => [c.charCodeAt(0), 0])]);
    expect(decode(bytes.buffer)).toBe("<a>");
    expect(decode(new Uint8Array([0x61]).buffer)).toBe("a");
    expect(decode(new ArrayBuffer(0))).toBe("");
  });
});

describe("a draft", () => {
  const json = draftOf("json", '{"key":"a","name":"A","hub":"crm","resources":[{},{}],"big":12,"configuration":[{"defaultValue":"********"}]}');
  const yaml = draftOf("yaml", 'name: "A: one"\nkey: a # old\nresources:\n  - key: inner\n');

  it("shows what the connector is", () => {
    expect(json).toMatchObject({ key: "a", name: "A", hub: "crm", resources: 2, masked: true });
    expect(yaml).toMatchObject({ key: "a", name: "A: one", masked: false });
    expect(yaml.resources).toBeUndefined();
  });

  it("gets another key and nothing else", () => {
    expect(JSON.parse(withKey(json, "b"))).toEqual({ ...JSON.parse(json.text), key: "b" });
    expect(withKey(yaml, "$&")).toBe('name: "A: one"\nkey: "$&"\nresources:\n  - key: inner\n');
    expect(withKey(draftOf("yaml", "name: A\n"), "b")).toBe('key: "b"\nname: A\n');
    expect(withKey(json, "a")).toBe(json.text);
  });

  it("refuses keys that break addresses", () => {
    expect(["a/b", "a b", "a?", "50%"].every(badKey)).toBe(true);
    expect(badKey("a-b_c.d")).toBe(false);
  });
});

describe("faultsOf", () => {
  it("lists every fault with its place", () => {
    expect(faultsOf('the definition has 52 faults: name: is missing: a name; resources[0].path: must begin with /; not "x"; the definition is odd; and 2 more')).toEqual({
      lead: "the definition has 52 faults",
      list: [
        { path: "name", reason: "is missing: a name" },
        { path: "resources[0].path", reason: 'must begin with /; not "x"' },
        { path: "", reason: "the definition is odd" },
      ],
      more: 2,
    });
  });

  it("lists a single one", () => {
    expect(faultsOf("resources[0].method: is not known")).toMatchObject({ lead: "", list: [{ path: "resources[0].method", reason: "is not known" }] });
    expect(faultsOf("The swagger description cannot be converted, 1 problem: paths: there are none")).toMatchObject({
      lead: "The swagger description cannot be converted, 1 problem",
      list: [{ path: "paths", reason: "there are none" }],
    });
  });

  it("leaves a plain message whole", () => {
    const message = "The key a is taken: choose another";
    expect(faultsOf(message)).toEqual({ lead: message, list: [], more: 0 });
  });
});
