// Colours as #rrggbb, and how well one stands out from another (WCAG 2).

/** A colour as #rrggbb in lower case; undefined when it is neither #rgb nor #rrggbb. */
export function hex(colour: string | undefined | null): string | undefined {
  const found = /^#(?:([0-9a-f]{3})|([0-9a-f]{6}))$/i.exec(colour?.trim() ?? "");
  if (!found) return undefined;
  const digits = found[2] ?? [...(found[1] as string)].map((digit) => digit + digit).join("");
  return `#${digits.toLowerCase()}`;
}

function parts(colour: string): [number, number, number] {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as [number, number, number];
}

/** Relative luminance, 0 to 1. */
export function light(colour: string): number {
  const [r, g, b] = parts(colour).map((part) => {
    const v = part / 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** How well two colours stand out from each other, 1 to 21. Text needs 4.5. */
export function contrast(one: string, other: string): number {
  const [a, b] = [light(one), light(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** A colour with so much (0 to 1) of another in it. */
export function mix(colour: string, other: string, share: number): string {
  const [a, b] = [parts(colour), parts(other)];
  return `#${a.map((part, i) => Math.round(part + ((b[i] as number) - part) * share).toString(16).padStart(2, "0")).join("")}`;
}

/** Black or white, whichever stands out more. */
export function ink(colour: string): string {
  return contrast("#ffffff", colour) >= contrast("#000000", colour) ? "#ffffff" : "#000000";
}

const steps = 20;

/**
 * The colour, changed as little as is needed to be read on every one of the grounds: towards the end of the scale that stands out
 * from all of them more.
 */
export function readable(colour: string, grounds: string[], ratio = 4.5): string {
  const worst = (text: string) => Math.min(...grounds.map((ground) => contrast(text, ground)));
  const end = worst("#000000") >= worst("#ffffff") ? "#000000" : "#ffffff";
  for (let step = 0; step <= steps; step++) {
    const now = mix(colour, end, step / steps);
    if (worst(now) >= ratio) return now;
  }
  return end;
}

/** A ground, changed towards white or black as little as is needed for all of the texts to be read on it. */
export function groundFor(colour: string, end: "#ffffff" | "#000000", texts: string[], ratio = 4.5): string {
  for (let step = 0; step <= steps; step++) {
    const now = mix(colour, end, step / steps);
    if (texts.every((text) => contrast(text, now) >= ratio)) return now;
  }
  return end;
}
