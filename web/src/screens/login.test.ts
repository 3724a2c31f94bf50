import { describe, expect, it } from "vitest";
import { addTags } from "../ui/tags";
import { monogram } from "../ui/logo";
import { problemText, safeNext } from "./login";

describe("safeNext", () => {
  it.each([
    ["/instances/7?x=1", "/instances/7?x=1"],
    ["//evil.example", "/connectors"],
    ["/\\evil.example", "/connectors"],
    ["https://evil.example", "/connectors"],
    ["javascript:alert(1)", "/connectors"],
    ["", "/connectors"],
    [null, "/connectors"],
  ])("%s leads to %s", (next, expected) => {
    expect(safeNext(next)).toBe(expected);
  });
});

describe("tags and monograms", () => {
  it("parts typed tags at commas and drops doubles", () => {
    expect(addTags(["a"], " b, a ,,c ")).toEqual(["a", "b", "c"]);
  });
  it("makes one or two letters", () => {
    expect(["Act! 365", "Paper Shelf", "hubspot", "Ünal", "x"].map(monogram)).toEqual(["A3", "PS", "Hu", "Ün", "X"]);
  });
});

it("a problem of another login is said in words, whatever its code", () => {
  expect(problemText("no-user")).toMatch(/administrator/);
  expect(problemText("constructor")).toBe(problemText("something new"));
});
