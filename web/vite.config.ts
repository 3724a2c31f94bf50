import react from "@vitejs/plugin-react";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig, type Plugin } from "vite";

// preloadFont asks for the text font together with the style sheet, so that the first paint has it.
function preloadFont(): Plugin {
  return {
    name: "preload-font",
    transformIndexHtml: {
      order: "post",
      handler(_html, context) {
        return Object.keys(context.bundle ?? {})
          .filter((name) => /inter-latin-wght-normal-.*\.woff2$/.test(name))
          .map((name) => ({
            tag: "link",
            attrs: { rel: "preload", as: "font", type: "font/woff2", href: `/${name}`, crossorigin: "" },
            injectTo: "head" as const,
          }));
      },
    },
  };
}

// englishOnly gives every language of the widget library the English words: the console speaks English,
// and the other thirty would be a third of the widgets' size.
function englishOnly(): Plugin {
  return {
    name: "english-only",
    enforce: "pre",
    resolveId(source, importer) {
      const other = /^(.*\/)(?!en-US)[a-z]{2}-[A-Z]{2}\.mjs$/.exec(source);
      if (!other || !importer || !/react-(aria|stately)/.test(importer)) return null;
      return this.resolve(`${other[1]}en-US.mjs`, importer, { skipSelf: true });
    },
  };
}

// What the first screens need comes in a few files instead of fifteen: each costs half a kilobyte of headers and of words that
// compression sees for the first time. The page of connect links loads the first two only. Earlier groups take first.
const groups = [
  { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
  { name: "base", test: /lucide-react\/dist\/esm\/(?!icons\/)|src\/(strings|colour)\.ts$|src\/ui\/(button|field|logo|mark)\.tsx$/ },
  { name: "start", test: /node_modules\/(react-router|@tanstack\/(query-core|react-query))\/|src\/(api\/(connectors|instances|session)\.ts|filters\.ts|ui\/search\.tsx)$|icons\/(ellipsis-vertical|search|x|upload)\.mjs$/ },
].map((group, i) => ({ ...group, priority: 9 - i }));

export default defineConfig({
  plugins: [englishOnly(), react(), tailwindcss(), preloadFont()],
  build: {
    target: "es2022",
    // The policy of the served page allows no data: fonts or scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    // Only older browsers need the helper, and it would have to be an inline script.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 400,
    // The console, and the page of connect links, which is small and stands alone.
    rolldownOptions: { input: ["index.html", "connect.html"], output: { codeSplitting: { groups } } },
  },
  server: {
    // `npm run mock` answers these during development.
    proxy: {
      "/elements": "http://127.0.0.1:4180",
      "/console": "http://127.0.0.1:4180",
      "^/connect/": "http://127.0.0.1:4180",
    },
  },
});
