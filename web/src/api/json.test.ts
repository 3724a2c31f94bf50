import { describe, expect, it } from "vitest";
import { indentJson } from "./json";

describe("indentJson", () => {
  it("agrees with the language's own printer", () => {
    const value = { a: [1, { b: "x,\"y\": {" }, []], c: {}, d: null, e: [[], [true]] };
    expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
    expect(indentJson('[ ]')).toBe("[]");
    expect(indentJson('"x"')).toBe('"x"');
  });

  it("keeps every digit of a number", () => {
    expect(indentJson('{"id":12345678901234567890,"rate":1.10}')).toBe('{\n  "id": 12345678901234567890,\n  "rate": 1.10\n}');
  });
});
