import { expect, test } from "vitest";
import { brandGroups, type Branding } from "./api/branding";
import { partsOf, tokensOf } from "./brand";
import { contrast, groundFor, hex, readable } from "./colour";

const fields = brandGroups.flatMap(({ fields }) => [...fields]);
const isColour = (name: string) => !/Font|Size|Width|Url/.test(name);

/** Brandings of chance, the same each time. */
function* brandings(count: number): Generator<Branding> {
  let seed = 20261124;
  const next = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  for (let i = 0; i < count; i++) {
    yield Object.fromEntries(fields.map((name) => [name, isColour(name) ? `#${Math.floor(next() * 2 ** 24).toString(16).padStart(6, "0")}` : "13px"]));
  }
}

/** The two colours of a token. */
function pair(value: string): [string, string] {
  const found = /^light-dark\((#\w+), (#\w+)\)$/.exec(value);
  return found ? [found[1] as string, found[2] as string] : [value, value];
}

const pairs: [string, string, number][] = [
  ["--jf-text", "--jf-page", 4.5], ["--jf-text", "--jf-surface", 4.5], ["--jf-text", "--jf-raised", 4.5], ["--jf-text", "--jf-accent-soft", 4.5],
  ["--jf-muted", "--jf-page", 4.5], ["--jf-muted", "--jf-surface", 4.5], ["--jf-heading", "--jf-surface", 4.5], ["--jf-heading", "--jf-page", 4.5],
  ["--jf-accent", "--jf-surface", 4.5], ["--jf-accent", "--jf-page", 4.5], ["--jf-accent", "--jf-accent-soft", 4.5], ["--jf-on-accent", "--jf-accent", 4.5],
  ["--jf-menu-text", "--jf-raised", 4.5], ["--jf-focus", "--jf-surface", 3], ["--jf-on-brand", "--jf-brand", 4.5],
  ["--jf-on-button", "--jf-button", 4.5], ["--jf-on-button", "--jf-button-over", 4.5], ["--jf-on-button-second", "--jf-button-second", 4.5],
  ["--jf-on-button-second", "--jf-button-second-over", 4.5], ["--jf-on-button-danger", "--jf-button-danger", 4.5],
  ["--jf-bar-text", "--jf-bar-surface", 4.5], ["--jf-bar-muted", "--jf-bar-surface", 4.5],
  ["--jf-rail-text", "--jf-rail-surface", 4.5], ["--jf-rail-muted", "--jf-rail-link", 4.5], ["--jf-rail-over-text", "--jf-rail-sunken", 4.5], ["--jf-rail-accent", "--jf-rail-soft", 4.5],
  ["--jf-table-head-text", "--jf-table-head", 4.5], ["--jf-cell-text", "--jf-cell-surface", 4.5], ["--jf-cell-muted", "--jf-cell-surface", 4.5],
];

test("whatever colours are chosen, text can be read in both themes", () => {
  const faint = new Set<string>();
  for (const branding of brandings(150)) {
    const tokens = tokensOf(branding);
    for (const [text, ground, least] of pairs) {
      if (!tokens[text] || !tokens[ground]) throw new Error(`${text} or ${ground} is not set`);
      const [texts, grounds] = [pair(tokens[text]), pair(tokens[ground])];
      for (const i of [0, 1] as const) {
        const ratio = contrast(texts[i], grounds[i]);
        if (ratio < least) faint.add(`${text} on ${ground}, ${i ? "dark" : "light"}: ${ratio.toFixed(2)}`);
      }
    }
  }
  expect([...faint].slice(0, 10)).toEqual([]);
});

test("a colour that can be read stays as it was chosen", () => {
  expect(readable("#0f766e", ["#ffffff"])).toBe("#0f766e");
  expect(contrast(readable("#ffe000", ["#ffffff"]), "#ffffff")).toBeGreaterThanOrEqual(4.5);
  expect(groundFor("#fafafa", "#ffffff", ["#14201e"])).toBe("#fafafa");
  expect(tokensOf({ buttonPrimaryBackgroundColor: "#003366", buttonPrimaryTextColor: "#ffffff" })["--jf-on-button"]).toBe("#ffffff");
});

test("short colours are taken, what is none is not", () => {
  expect(hex("#0aF")).toBe("#00aaff");
  expect([hex("red"), hex("#12345"), hex("url(x)"), hex(null)]).toEqual([undefined, undefined, undefined, undefined]);
  expect(tokensOf({ themePrimaryColor: "red;}" })["--jf-accent"]).toBeUndefined();
});

test("names of fonts and sizes cannot carry anything else", () => {
  const tokens = tokensOf({ bodyFont: 'Arial"; } body{x', navigationWidth: "9999px", navigationIconSize: "calc(1px)" });
  expect(tokens["--jf-font"]).toBe('"Arial  bodyx", var(--font-sans)');
  expect(tokens["--jf-rail-width"]).toBe("288px");
  expect(tokens["--jf-rail-icon"]).toBeUndefined();
});

test("a branding of pictures alone changes no colour, and a part is named when it has all of its own", () => {
  expect(tokensOf({ logo: "/logo" })["--jf-accent"]).toBeUndefined();
  expect(partsOf(tokensOf({ logo: "/logo" }))).toBe("");
  expect(partsOf(tokensOf({ topBarBackgroundColor: "#123456", tableBodyBackground: "#fff" }))).toBe("bar cell");
});
