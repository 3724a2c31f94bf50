// Looks at a page as it stands: can everything be reached and named, read, and seen without scrolling
// sideways. Each function returns a list of complaints; an empty list is good.

/** Pages must not be wider than the window. */
export async function tooWide(page) {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1);
    return [`${root.scrollWidth} px wide in a window of ${root.clientWidth}: ${wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" | ")}`];
  });
}

/** Everything one can use has a name in the tree that screen readers get. */
export async function nameless(page) {
  const client = await page.context().newCDPSession(page);
  const { nodes } = await client.send("Accessibility.getFullAXTree");
  await client.detach();
  const usable = new Set(["button", "link", "textbox", "searchbox", "combobox", "switch", "checkbox", "radio", "tab", "menuitem", "menuitemradio", "option", "listbox", "dialog", "alertdialog", "tablist", "radiogroup", "navigation", "table"]);
  return nodes
    .filter((node) => !node.ignored && usable.has(node.role?.value) && !node.name?.value?.trim())
    .filter((node) => node.role.value !== "table")
    .map((node) => `a ${node.role.value} without a name`);
}

/**
 * Walks through the page with Tab and compares with everything that should be reachable. Each stop must
 * look different while it has the focus. The page must be without motion.
 */
export async function unreachable(page) {
  await page.evaluate(() => {
    document.activeElement?.blur();
    window.getSelection()?.removeAllRanges();
    document.body.setAttribute("tabindex", "-1");
    document.body.focus();
    document.body.removeAttribute("tabindex");
  });
  const expected = await page.evaluate(() => {
    const list = [...document.querySelectorAll("a[href], button, input, textarea, select, summary, [tabindex]")].filter((e) => {
      if (e.tabIndex < 0 || e.disabled || e.closest("[inert], [hidden]") || e.getAttribute("aria-hidden") === "true") return false;
      // Of a group that is one stop, the arrow keys reach the rest.
      if (e.getAttribute("role") === "radio" && e.getAttribute("aria-checked") !== "true") return false;
      return e.checkVisibility({ checkVisibilityCSS: true });
    });
    list.forEach((e, i) => (e.dataset.stop = String(i)));
    const look = (e) => {
      const of = (n) => {
        const s = getComputedStyle(n);
        return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.borderColor, s.boxShadow, s.backgroundColor].join();
      };
      // A control may show the focus on the frame around its input or on a drawn part beside it.
      return [e, e.parentElement, e.parentElement?.parentElement, e.closest("label"), e.closest("label")?.querySelector("span[aria-hidden]")].map((n) => (n ? of(n) : "")).join("|");
    };
    window.lookOf = look;
    window.before = list.map(look);
    return list.map((e) => `${e.tagName.toLowerCase()} ${e.getAttribute("aria-label") ?? e.name ?? ""} ${e.textContent.trim().slice(0, 40)}`.replace(/\s+/g, " "));
  });
  const reached = new Set();
  const dull = new Set();
  let last = -1;
  const backwards = [];
  for (let i = 0; i < expected.length + 12 && reached.size < expected.length; i++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(async () => {
      await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
      const e = document.activeElement;
      const at = e?.dataset?.stop;
      if (at === undefined) return undefined;
      return { at: Number(at), seen: window.lookOf(e) !== window.before[Number(at)] };
    });
    if (!stop) continue;
    if (stop.at < last && !reached.has(stop.at)) backwards.push(expected[stop.at]);
    last = stop.at;
    reached.add(stop.at);
    if (!stop.seen) dull.add(stop.at);
  }
  await page.evaluate(() => document.querySelectorAll("[data-stop]").forEach((e) => delete e.dataset.stop));
  return [
    ...expected.filter((_, i) => !reached.has(i)).map((what) => `Tab does not reach: ${what}`),
    ...[...dull].map((i) => `does not show that it has the focus: ${expected[i]}`),
    ...backwards.map((what) => `Tab goes backwards to: ${what}`),
  ];
}

/** Text stands out from what is behind it: 4.5 to 1, large text 3 to 1 (WCAG AA). */
export async function faint(page) {
  await page.evaluate(() => Promise.all(document.getAnimations().filter((a) => a.effect?.getComputedTiming().iterations !== Infinity).map((a) => a.finished.catch(() => undefined))));
  return page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
    const behind = (element) => {
      const layers = [];
      for (let e = element; e; e = e.parentElement) {
        const layer = rgba(getComputedStyle(e).backgroundColor);
        if (layer[3] > 0) layers.push(layer);
        if (layer[3] === 1) break;
      }
      return layers.reduceRight((under, top) => over(top, under), rgba(getComputedStyle(document.documentElement).backgroundColor));
    };
    const light = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((v) => ((v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const e = node.parentElement;
      if (!node.data.trim() || !e || !e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) || e.closest(".sr-only, :disabled, noscript")) continue;
      const style = getComputedStyle(e);
      const back = behind(e);
      const [a, b] = [light(over(rgba(style.color), back)), light(back)];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) found.add(`"${node.data.trim().slice(0, 40)}" has ${ratio.toFixed(2)} to 1`);
    }
    return [...found];
  });
}

/** How far things moved by themselves since the page was opened (0.1 is the usual limit; ours is a fifth). */
export async function jumpy(page) {
  const shifts = await page.evaluate(() => window.shifts);
  const sum = shifts.reduce((all, { value }) => all + value, 0);
  return sum > 0.02 ? [`the layout moved by ${sum.toFixed(3)}: ${shifts.map((s) => `${s.value.toFixed(3)} ${s.what}`).join(" | ").slice(0, 400)}`] : [];
}
