// A server for work on the console alone: serves dist with the policy of the real server and answers
// the calls of the wire API from memory. Nothing of it is shipped.
//   npm run build && npm run mock      then http://127.0.0.1:4180  (any email, password "jack")
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { access, rights } from "./access.mjs";

const dist = process.env.DIST ?? fileURLToPath(new URL("../dist", import.meta.url));
const port = Number(process.env.PORT ?? 4180);
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const act = {
  id: 7213, key: "actessentials", name: "Act! 365", hub: "crm", logo: "actessentials", active: true, beta: false, private: false,
  description: "Contacts, opportunities, activities and campaigns of Act! 365, the cloud edition of the contact manager.",
  authentication: { type: "basic" },
};
const rows = [
  act,
  { id: 1201, key: "parcelpost", name: "Parcel Post", hub: "fulfillment", active: true, beta: true, private: false, description: "Labels, shipments and tracking of a parcel carrier.", authentication: { type: "apiKey" } },
  { id: 1202, key: "ledgerline", name: "Ledger Line", hub: "finance", active: true, beta: false, private: true, description: "Invoices, bills, payments and the chart of accounts of a small company's books.", authentication: { type: "oauth2" } },
  { id: 1203, key: "papershelf", name: "Paper Shelf", hub: "documents", active: true, beta: false, private: false, description: "Files and folders.", authentication: { type: "custom" } },
  { id: 1204, key: "helpbell", name: "Help Bell", hub: "helpdesk", active: true, beta: false, private: false, description: "Incidents, agents and comments of a help desk.", authentication: { type: "basic" } },
];
const entry = (key, name, type, more = {}) => ({ key, name, type, description: "", required: false, hideFromConsole: false, internal: false, displayOrder: 50, defaultValue: "", ...more });
const configuration = [
  entry("base.url", "Base URL", "TEXTFIELD_1000", { hideFromConsole: true, defaultValue: "http://127.0.0.1:4181/act/api", displayOrder: 1 }),
  entry("pagination.max", "Largest page", "TEXTFIELD_32", { hideFromConsole: true, defaultValue: "150", displayOrder: 1 }),
  entry("username", "API Key", "TEXTFIELD_32", { required: true, displayOrder: 2, description: "From Act! under Settings, Connect, API." }),
  entry("password", "Developer Key", "PASSWORD", { required: true, displayOrder: 3, description: "The key your developer account was given." }),
  entry("filter.response.nulls", "Filter null values", "BOOLEAN", { defaultValue: "true", displayOrder: 51, description: "Leaves properties without a value out of answers." }),
  entry("event.poller.refresh_interval", "Refresh interval in minutes", "TEXTFIELD_128", { defaultValue: "15", displayOrder: 101 }),
  entry("event.notification.enabled", "Events enabled", "BOOLEAN", { defaultValue: "false", displayOrder: 102 }),
  entry("event.notification.callback.url", "Notification callback URL", "TEXTFIELD_1000", { displayOrder: 103 }),
  entry("event.poller.configuration", "Objects to poll", "TEXTAREA", { defaultValue: '{"contacts":{"url":"/hubs/crm/contacts","idField":"id"}}', displayOrder: 104 }),
];
const p = (name, type = "query", more = {}) => ({ name, type, source: "request", required: type === "path", ...more });
const resource = (method, path, description, parameters = [], type = "api") => ({ method, path: `/hubs/crm${path}`, description, parameters, type });
const list = [p("where"), p("pageSize"), p("page"), p("orderBy", "query", { description: "Field to sort by, with desc for the other way." })];
const resources = [
  resource("GET", "/authentication", "", [], "provisionAuthValidation"),
  ...["activities", "campaigns", "contacts", "lists", "opportunities", "products", "todos"].flatMap((name) => [
    resource("GET", `/${name}`, `Searches ${name}.`, list),
    resource("POST", `/${name}`, `Creates one of the ${name}.`, [p("body", "body")]),
    resource("GET", `/${name}/{id}`, `Reads one of the ${name} by its id.`, [p("id", "path")]),
    resource("PATCH", `/${name}/{id}`, `Changes one of the ${name}.`, [p("id", "path"), p("body", "body")]),
    resource("DELETE", `/${name}/{id}`, `Deletes one of the ${name}.`, [p("id", "path")]),
  ]),
];
const first = ["Ada", "Charles", "Mary", "Grace", "Alan", "Hedy", "Edsger", "Barbara", "Donald", "Radia"];
const last = ["Byron", "Babbage", "Somerville", "Hopper", "Turing", "Lamarr", "Dijkstra", "Liskov", "Knuth", "Perlman"];
const contacts = Array.from({ length: 57 }, (_, i) => ({
  id: `${(i + 1).toString(16).padStart(8, "0")}-53f1-4c0e-9a70-3d2b1c5e8f00`,
  firstName: first[i % 10], lastName: last[(i * 7 + Math.floor(i / 10)) % 10], fullName: `${first[i % 10]} ${last[(i * 7) % 10]}`,
  company: ["Analytical Engines", "Socket & Sons", "Patch Bay Ltd"][i % 3], emailAddress: `${first[i % 10].toLowerCase()}${i}@example.org`,
  businessPhone: `+44 20 7946 0${String(100 + i)}`, isFavorite: i % 4 === 0, created: `2026-0${(i % 9) + 1}-11T09:${String(i).padStart(2, "0")}:00Z`,
  businessAddress: { line1: `${i + 1} Cable Street`, city: ["London", "Leeds", "York"][i % 3], country: "United Kingdom" }, customFields: i % 5 ? {} : { tier: "gold" },
}));

let nextId = 512;
const instances = [];
const make = (name, connector, tags, more = {}) =>
  instances.push({
    id: nextId++, name, createdDate: `2026-11-${String(10 + instances.length).padStart(2, "0")}T09:00:00Z`, token: Buffer.from(`${name}-token-0123456789abcdefghijk`.slice(0, 32).padEnd(32, "x")).toString("base64"),
    element: { id: connector.id, key: connector.key, name: connector.name, hub: connector.hub }, elementId: connector.id, tags, valid: true, disabled: false,
    user: { id: 2, emailAddress: "ada@example.org", firstName: "Ada", lastName: "Byron" }, configuration: {}, ...more,
  }) && instances.at(-1);
make("Demo", act, ["demo"]);
if (!process.env.EMPTY) {
  make("API Instance", act, ["Docs"]);
  make("Northwind sales", act, ["production", "sales", "emea", "key account"]);
  make("Warehouse Leeds", rows[1], ["production"], { disabled: true });
  make("Books 2026", rows[2], ["production", "finance"], { valid: false });
  make("Contracts", rows[3], ["legal"]);
}
let signedIn = process.env.SIGNED_IN === "1";
const csrf = "mock-csrf";
const session = () =>
  signedIn
    ? {
        authenticated: true, csrf, user: { id: 2, email: "ada@example.org", firstName: "Ada", lastName: "Byron" }, account: { id: 2, name: "Default" }, organization: { id: 2, name: "Analytical Engines" },
        ...rights,
        notices: ["Demo: Act! 365 instances that name no address of their own reach the simulator at http://127.0.0.1:4181 instead of the real service."],
      }
    : { authenticated: false };

createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", `http://127.0.0.1:${port}`);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const send = (status, body, headers = {}) => {
    response.writeHead(status, { "Content-Type": "application/json", "Elements-Request-Id": "5b1f9c0be4b0c1d2a3f4e5d6", ...headers });
    response.end(body === undefined ? "" : JSON.stringify(body));
  };
  const refuse = (status, message, providerMessage, headers) => send(status, { requestId: "5b1f9c0be4b0c1d2a3f4e5d6", message, providerMessage }, headers);
  const path = url.pathname;

  if (path === "/console/session") {
    if (request.method === "POST") {
      const { password } = JSON.parse(text);
      if (password === "many") return refuse(429, "Too many attempts", undefined, { "Retry-After": "30" });
      if (password !== "jack") return refuse(401, "Email or password is wrong");
      signedIn = true;
    } else if (request.method === "DELETE") signedIn = false;
    return send(200, session());
  }
  if (path === "/console/session/secrets") return send(200, { userSecret: "dXNlci1zZWNyZXQtb2YtdGhlLW1vY2stc2VydmVyISE=", organizationSecret: "0123456789abcdef0123456789abcdef" });
  if (path.startsWith("/console/logos/")) {
    response.writeHead(204);
    return response.end();
  }
  if (path.startsWith("/elements/api-v2/")) {
    if (!signedIn || request.headers["x-jackfield-csrf"] !== csrf) return refuse(401, "No credentials");
    const known = access(request.method, path.slice("/elements/api-v2".length), /^[[{]/.test(text) ? JSON.parse(text) : undefined, instances);
    if (known) return send(...known);
    return api(path.slice("/elements/api-v2".length), url.searchParams, request, text, send, refuse);
  }
  const file = normalize(join(dist, path));
  try {
    if (!file.startsWith(dist) || path === "/") throw new Error("page");
    const body = await readFile(file);
    response.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream" });
    response.end(body);
  } catch {
    response.writeHead(200, { "Content-Type": types[".html"], "Content-Security-Policy": policy });
    response.end(await readFile(join(dist, "index.html")));
  }
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}`));

function api(path, query, request, text, send, refuse) {
  const method = request.method;
  let match;
  if (path === "/elements") return send(200, rows);
  if (path === "/hubs") return send(200, [{ key: "crm", name: "CRM" }, { key: "helpdesk", name: "Help desk" }]);
  if ((match = /^\/elements\/([^/]+)$/.exec(path))) {
    const row = rows.find((r) => r.key === match[1]);
    return row ? send(200, { ...row, configuration: row === act ? configuration : configuration.slice(2, 4), resources: row === act ? resources : [] }) : refuse(404, `No element found with key ${match[1]}`);
  }
  if (path === "/instances/count") return send(200, { totalInstances: instances.length, elementInstances: instances.reduce((n, i) => ({ ...n, [i.element.key]: (n[i.element.key] ?? 0) + 1 }), {}) });
  if (path === "/instances" && method === "POST") {
    const body = JSON.parse(text);
    const row = rows.find((r) => r.key === body.element.key);
    if (body.configuration.username === "missing") return refuse(400, "Required configuration is missing: username");
    if (body.configuration.password !== "right") return refuse(401, "The provider did not accept the credentials", "Authorization has been denied for this request.");
    return send(200, make(body.name, row, body.tags.length ? body.tags : [body.name]));
  }
  if (path === "/instances" || (match = /^\/elements\/([^/]+)\/instances$/.exec(path))) {
    const search = (query.get("searchText") ?? "").toLowerCase();
    const tags = query.getAll("tags[]");
    const found = instances.filter((i) => (!match || i.element.key === match[1]) && i.name.toLowerCase().includes(search) && tags.every((tag) => i.tags.includes(tag)));
    return found.length ? send(200, found) : refuse(404, "No instances found");
  }
  if ((match = /^\/instances\/(\d+)(\/\w+)?$/.exec(path))) {
    const instance = instances.find((i) => i.id === Number(match[1]));
    if (!instance) return refuse(404, `No instance found with id ${match[1]}`);
    if (match[2] === "/enabled") {
      instance.disabled = method === "DELETE";
      return send(200, instance);
    }
    if (match[2] === "/configuration") {
      return send(200, configuration.map((c, i) => ({ ...c, id: 900 + i, active: true, propertyValue: c.type === "PASSWORD" ? "********" : c.key === "username" ? "demo-api-key" : c.defaultValue || null })));
    }
    if (method === "DELETE") instances.splice(instances.indexOf(instance), 1);
    if (method === "PATCH") Object.assign(instance, JSON.parse(text));
    return method === "DELETE" ? send(200, undefined) : send(200, instance);
  }
  if ((match = /^\/hubs\/[^/]+\/(\w+)$/.exec(path))) {
    const token = /Element (\S+)/.exec(request.headers.authorization ?? "")?.[1];
    const instance = instances.find((i) => i.token === token);
    if (!instance) return refuse(401, "No such instance");
    if (instance.disabled) return refuse(403, "The instance is disabled");
    const where = query.get("where") ?? "";
    if (where && !/=/.test(where)) return refuse(400, `Error parsing query: unexpected end after '${where}' at position ${where.length}`);
    const [, name, value] = /(\w+)\s*=\s*'([^']*)'/.exec(where) ?? [];
    const found = contacts.filter((c) => !name || c[name] === value);
    const size = Number(query.get("pageSize") ?? 10);
    const from = Number(query.get("nextPage") || 0);
    const page = found.slice(from, from + size);
    const headers = { "Elements-Returned-Count": String(page.length) };
    if (from + size < found.length) headers["Elements-Next-Page-Token"] = String(from + size);
    if (size > 50) headers["Elements-Error"] = "pageSize lowered to 50, the connector's maximum";
    return setTimeout(() => send(200, page, headers), 150);
  }
  return refuse(404, `No resource at ${path}`);
}
