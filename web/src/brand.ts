// What an organization's branding makes of the tokens in styles.css. Whatever colours are chosen, text can be read: a colour is moved
// towards black or white as far as its ground asks for, and no further.

import type { Branding } from "./api/branding";
import { contrast, groundFor, hex, ink, light, mix, readable } from "./colour";

/** The product's own grounds and texts, as in styles.css. */
const own = {
  light: { page: "#f5f7f7", surface: "#ffffff", raised: "#ffffff", sunken: "#eef2f1", line: "#e1e7e6", text: "#14201e", muted: "#566462", accent: "#0f766e", soft: "#e2f2ef" },
  dark: { page: "#0e1413", surface: "#151d1c", raised: "#1b2524", sunken: "#101716", line: "#25312f", text: "#e7eeec", muted: "#9aa9a6", accent: "#4fd1c1", soft: "#14322f" },
};

/** From here on a colour is too light to be a ground in the dark theme. */
const darkest = 0.2;

const both = (light: string, dark: string) => `light-dark(${light}, ${dark})`;

interface Part {
  ground: string;
  text: string;
  muted: string;
  line: string;
  /** Under the pointer. */
  over: string;
  overText: string;
  /** Chosen. */
  active: string;
  activeText: string;
}

const ownDark: Part = {
  ground: own.dark.surface, text: own.dark.text, muted: own.dark.muted, line: own.dark.line,
  over: own.dark.sunken, overText: own.dark.text, active: own.dark.soft, activeText: own.dark.accent,
};

/** The tokens of a part of the page that has colours of its own; styles.css lays them over the usual ones there. */
function partTokens(name: string, part: Part): Record<string, string> {
  const dark = light(part.ground) < darkest ? part : ownDark;
  const pair = (of: (part: Part) => string) => both(of(part), of(dark));
  return {
    [`--jf-${name}-surface`]: pair((p) => p.ground),
    [`--jf-${name}-text`]: pair((p) => p.text),
    [`--jf-${name}-muted`]: pair((p) => p.muted),
    [`--jf-${name}-line`]: pair((p) => p.line),
    [`--jf-${name}-sunken`]: pair((p) => p.over),
    [`--jf-${name}-over-text`]: pair((p) => p.overText),
    [`--jf-${name}-soft`]: pair((p) => p.active),
    [`--jf-${name}-accent`]: pair((p) => p.activeText),
  };
}

/** A button's ground, text, and ground under the pointer. The ground moves away from its text. */
function buttonTokens(name: string, ground: string, text: string): Record<string, string> {
  const on = readable(text, [ground]);
  const over = mix(ground, light(on) > light(ground) ? "#000000" : "#ffffff", 0.15);
  return { [`--jf-${name}`]: ground, [`--jf-on-${name}`]: on, [`--jf-${name}-over`]: contrast(on, over) >= 4.5 ? over : ground };
}

/** A name of a font that can stand in a style. */
function font(name: string | undefined, fallback: string): string | undefined {
  const clean = name?.replace(/[^\p{L}\p{N} ,-]/gu, "").trim();
  return clean ? `${clean.split(",").map((one) => `"${one.trim()}"`).join(", ")}, ${fallback}` : undefined;
}

/** A size within bounds, in pixels. */
function size(text: string | undefined, least: number, most: number): string | undefined {
  const found = /^\s*(\d{1,4}(?:\.\d+)?)px\s*$/.exec(text ?? "");
  return found ? `${Math.min(most, Math.max(least, Number(found[1])))}px` : undefined;
}

/** The tokens that a branding sets. What it leaves open stays the product's own. */
export function tokensOf(branding: Branding): Record<string, string> {
  const colour = (name: keyof Branding) => hex(branding[name]);
  const tokens: Record<string, string | undefined> = {};

  // Grounds of the light theme. Text decides how dark they may be; the dark theme keeps its own.
  const grounds = { ...own.light };
  const text = readable(colour("bodyColor") ?? own.light.text, [own.light.surface, own.light.sunken], 7);
  for (const [name, chosen] of [["page", colour("contextBackgroundColor")], ["surface", colour("cardBackground")], ["raised", colour("cardMenuBackground")]] as const) {
    if (chosen) grounds[name] = groundFor(chosen, "#ffffff", [text, own.light.muted]);
  }
  const all = [grounds.page, grounds.surface, grounds.raised, grounds.sunken];
  tokens["--jf-page"] = both(grounds.page, own.dark.page);
  tokens["--jf-surface"] = both(grounds.surface, own.dark.surface);
  tokens["--jf-raised"] = both(grounds.raised, own.dark.raised);
  tokens["--jf-text"] = both(text, own.dark.text);
  tokens["--jf-muted"] = both(readable(own.light.muted, all), own.dark.muted);
  const heading = colour("headerColor");
  if (heading) tokens["--jf-heading"] = both(readable(heading, all), readable(heading, [own.dark.page, own.dark.surface, own.dark.raised]));
  const menu = colour("cardMenuLinkColor");
  if (menu) tokens["--jf-menu-text"] = both(readable(menu, [mix(grounds.raised, text, 0.08), grounds.raised]), own.dark.text);
  const border = colour("componentsBorderColor");
  if (border) {
    tokens["--jf-line"] = both(border, own.dark.line);
    tokens["--jf-line-strong"] = both(mix(border, text, 0.2), "#394745");
  }

  const primary = colour("themePrimaryColor");
  if (primary) {
    const soft = { light: groundFor(mix(grounds.surface, primary, 0.12), "#ffffff", [text]), dark: mix(own.dark.surface, primary, 0.2) };
    const accent = { light: readable(primary, [...all, soft.light]), dark: readable(primary, [own.dark.raised, own.dark.surface, soft.dark]) };
    const strong = colour("themeSecondaryColor") ?? primary;
    tokens["--jf-accent"] = both(accent.light, accent.dark);
    tokens["--jf-accent-soft"] = both(soft.light, soft.dark);
    tokens["--jf-on-accent"] = both(ink(accent.light), ink(accent.dark));
    tokens["--jf-accent-strong"] = both(readable(strong, all), readable(strong, [own.dark.surface]));
    tokens["--jf-brand"] = primary;
    tokens["--jf-brand-strong"] = primary;
    tokens["--jf-on-brand"] = ink(primary);
  }
  const highlight = colour("themeHighlightColor") ?? primary;
  if (highlight) tokens["--jf-focus"] = both(readable(highlight, all, 3), readable(highlight, [own.dark.surface, own.dark.raised], 3));

  for (const [name, ground, on] of [
    ["button", "buttonPrimaryBackgroundColor", "buttonPrimaryTextColor"],
    ["button-danger", "buttonDeleteBackgroundColor", "buttonDeleteTextColor"],
  ] as const) {
    const chosen = colour(ground);
    if (chosen) Object.assign(tokens, buttonTokens(name, chosen, colour(on) ?? ink(chosen)));
  }
  const second = colour("buttonSecondaryBackgroundColor");
  if (second) {
    const made = buttonTokens("button-second", second, colour("buttonSecondaryTextColor") ?? text);
    const dark: Record<string, string> = { "--jf-button-second": own.dark.surface, "--jf-on-button-second": own.dark.text, "--jf-button-second-over": own.dark.sunken };
    for (const [name, value] of Object.entries(made)) tokens[name] = light(second) < darkest ? value : both(value, dark[name] as string);
  }

  const bar = colour("topBarBackgroundColor");
  if (bar) {
    const title = readable(colour("topBarTitleColor") ?? text, [bar]);
    const links = readable(colour("topBarNavigationColor") ?? title, [bar]);
    Object.assign(tokens, partTokens("bar", {
      ground: bar, text: title, muted: links, line: mix(bar, title, 0.15), over: mix(bar, title, 0.07), overText: title, active: bar, activeText: title,
    }));
  }
  const rail = colour("navigationBackgroundColor");
  if (rail) {
    const links = colour("navigationLinkForeground") ?? text;
    const link = colour("navigationLinkBackground") ?? rail;
    const over = colour("navigationLinkBackgroundHover") ?? mix(rail, ink(rail), 0.08);
    const active = colour("navigationLinkBackgroundActive") ?? mix(rail, ink(rail), 0.12);
    Object.assign(tokens, partTokens("rail", {
      ground: rail,
      text: readable(links, [rail]),
      muted: readable(links, [link]),
      line: colour("navigationItemBorderColor") ?? mix(rail, ink(rail), 0.15),
      over,
      overText: readable(colour("navigationLinkForegroundHover") ?? links, [over]),
      active,
      activeText: readable(colour("navigationLinkForegroundActive") ?? links, [active]),
    }));
    tokens["--jf-rail-link"] = both(link, light(rail) < darkest ? link : own.dark.surface);
  }
  const logo = colour("logoBackgroundColor");
  if (logo) tokens["--jf-logo-ground"] = logo;

  const head = colour("tableHeaderBackground");
  if (head) {
    tokens["--jf-table-head"] = both(head, own.dark.surface);
    tokens["--jf-table-head-text"] = both(readable(colour("tableHeaderForeground") ?? own.light.muted, [head]), own.dark.muted);
  }
  const body = colour("tableBodyBackground");
  if (body) {
    const cell = readable(colour("tableBodyForeground") ?? text, [body]);
    Object.assign(tokens, partTokens("cell", {
      ground: body, text: cell, muted: readable(mix(cell, body, 0.35), [body]), line: mix(body, cell, 0.12), over: mix(body, cell, 0.06), overText: cell,
      active: body, activeText: readable(primary ?? own.light.accent, [body]),
    }));
  }

  tokens["--jf-font"] = font(branding.bodyFont, "var(--font-sans)");
  tokens["--jf-font-heading"] = font(branding.headerFont, "var(--jf-font, var(--font-sans))");
  tokens["--jf-rail-width"] = size(branding.navigationWidth, 176, 288);
  tokens["--jf-rail-icon"] = size(branding.navigationIconSize, 14, 28);
  tokens["--jf-rail-label"] = size(branding.navigationLabelSize, 11, 18);
  return Object.fromEntries(Object.entries(tokens).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The parts with colours of their own, as data-branded names them for styles.css. */
export function partsOf(tokens: Record<string, string>): string {
  return ["bar", "rail", "cell"].filter((part) => `--jf-${part}-surface` in tokens).join(" ");
}

let painted: string[] = [];

/** Paints the whole page with a branding; none gives it the product's own look again. */
export function paint(branding: Branding | null | undefined): void {
  const root = document.documentElement;
  for (const name of painted) root.style.removeProperty(name);
  const tokens = branding ? tokensOf(branding) : {};
  painted = Object.keys(tokens);
  for (const [name, value] of Object.entries(tokens)) root.style.setProperty(name, value);
  if (painted.length) root.dataset.branded = partsOf(tokens);
  else delete root.dataset.branded;
  const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  if (icon) {
    const address = branding?.favicon || "/favicon.svg";
    if (icon.getAttribute("href") !== address) {
      icon.href = address;
      icon.removeAttribute("type");
    }
  }
}
