import { ink } from "../colour";

// The operator's colour, on what one presses and on the edge of the page. Text keeps the colours that can be read.

/** Paints the page with a colour; none keeps the product's own. */
export function paint(colour: string | undefined): void {
  if (!colour || !/^#[0-9a-f]{6}$/i.test(colour)) return;
  const style = document.documentElement.style;
  style.setProperty("--jf-brand", colour);
  style.setProperty("--jf-brand-strong", colour);
  style.setProperty("--jf-on-brand", ink(colour));
}
