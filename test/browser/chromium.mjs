// Starts the Chromium of the machine, and keeps account of everything a page must not do.
import { chromium } from "playwright-core";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the browser. CHROMIUM is its path. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, args: flags });
}

/**
 * Opens a page in a context of its own and records what went wrong in it: breaches of the content security
 * policy, errors on the console, uncaught exceptions, and requests that leave the server.
 */
export async function open(browser, { base, width = 1440, height = 900, scheme = "light", ...more }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000); // for machines with much else to do
  const faults = [];
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const shift of list.getEntries()) {
        if (shift.hadRecentInput) continue;
        const what = shift.sources?.map(({ node }) => node?.nodeName + "." + (node?.className ?? "")).join(" ");
        window.shifts.push({ value: shift.value, what });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    // The browser itself reports every answer of 400 and above. The API's refusals are its answers; that
    // the page shows them is checked where they are caused.
    const url = message.location().url;
    if (/^Failed to load resource/.test(message.text()) && /\/(elements\/api-v2|console\/session)(\/|\?|$)/.test(url)) return;
    faults.push(`console ${message.type()}: ${message.text()} (${url})`);
  });
  page.on("pageerror", (error) => faults.push(`uncaught: ${error.stack ?? error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith("data:")) faults.push(`leaves the server: ${request.url()}`);
  });
  return { context, page, faults };
}
