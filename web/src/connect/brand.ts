// The operator's colour, on what one presses and on the edge of the page. Text keeps the colours that can be read.

/** Relative luminance of #rrggbb (WCAG 2). */
function light(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const v = parseInt(colour.slice(at, at + 2), 16) / 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Black or white, whichever stands out more. */
export function ink(colour: string): string {
  const l = light(colour);
  return (1 + 0.05) / (l + 0.05) >= (l + 0.05) / 0.05 ? "#ffffff" : "#000000";
}

/** Paints the page with a colour; none keeps the product's own. */
export function paint(colour: string | undefined): void {
  if (!colour || !/^#[0-9a-f]{6}$/i.test(colour)) return;
  const style = document.documentElement.style;
  style.setProperty("--jf-brand", colour);
  style.setProperty("--jf-brand-strong", colour);
  style.setProperty("--jf-on-brand", ink(colour));
}
