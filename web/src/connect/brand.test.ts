import { expect, test } from "vitest";
import { ink } from "../colour";
import { gaps, typed, visits } from "./facts";

test("text on a colour is black or white, whichever can be read", () => {
  expect(["#000000", "#0f766e", "#ffcc00", "#ffffff", "#7f7f7f"].map(ink)).toEqual(["#ffffff", "#ffffff", "#000000", "#000000", "#000000"]);
});

test("a choice of authentication decides whether the provider's page is next", () => {
  expect(visits({ visits: true }, {})).toBe(true);
  expect(visits({ visits: true }, { "authentication.type": "apiKey" })).toBe(false);
  expect(visits({}, { "authentication.type": "oauth2" })).toBe(true);
  expect(visits({}, { "authentication.type": "oauth2Password" })).toBe(false);
});

test("only what was changed is sent, and what is required and empty is named", () => {
  const entries = [{ key: "a", name: "A", defaultValue: "x" }, { key: "b", name: "B", required: true }];
  expect(typed(entries, { a: "x", b: "y" })).toEqual({ b: "y" });
  expect(gaps(entries, { a: "", b: " " }).map((entry) => entry.key)).toEqual(["b"]);
});
