// Adds up the JavaScript of the first load, as gzip, and fails above the budget: what the login page
// loads, and what the catalogue loads on top of it for somebody already signed in.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const budget = 120 * 1024; // bytes
const assets = fileURLToPath(new URL("../dist/assets/", import.meta.url));
const page = readFileSync(new URL("../dist/index.html", import.meta.url), "utf8");
const chunk = (name) => readdirSync(assets).find((file) => file.startsWith(`${name}-`) && file.endsWith(".js"));

function load(file, seen) {
  if (seen.has(file)) return;
  const source = readFileSync(assets + file, "utf8");
  seen.add(file);
  for (const [, name] of source.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) load(name, seen);
}

const login = new Set();
for (const [, name] of page.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)) load(name, login);
const catalogue = new Set(login);
load(chunk("connectors"), catalogue);

let failed = false;
for (const [name, files] of [["login", login], ["catalogue", catalogue]]) {
  const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(assets + file), { level: 9 }).length, 0);
  console.log(`${name.padEnd(10)} ${(bytes / 1024).toFixed(1)} KB gzip in ${files.size} files (budget ${budget / 1024})`);
  if (process.argv.includes("-v")) for (const file of files) console.log("  ", file, gzipSync(readFileSync(assets + file), { level: 9 }).length);
  failed ||= bytes > budget;
}
process.exit(failed ? 1 : 0);
