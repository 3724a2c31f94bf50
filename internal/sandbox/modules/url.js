// Addresses: the URL of browsers, and Node's older functions.
const querystring = require("querystring");

class URLSearchParams {
  #pairs = [];
  #changed;
  constructor(init, changed) {
    this.#changed = changed || (() => {});
    if (typeof init === "string") this.#read(init);
    else if (init && typeof init === "object") {
      for (const [name, value] of typeof init[Symbol.iterator] === "function" ? init : Object.entries(init)) this.#pairs.push([String(name), String(value)]);
    }
  }
  #read(text) {
    for (const part of text.replace(/^\?/, "").split("&")) {
      if (!part) continue;
      const at = part.indexOf("="), plain = (s) => querystring.unescape(s.replace(/\+/g, " "));
      this.#pairs.push(at < 0 ? [plain(part), ""] : [plain(part.slice(0, at)), plain(part.slice(at + 1))]);
    }
  }
  append(name, value) { this.#pairs.push([String(name), String(value)]); this.#changed(); }
  delete(name) { this.#pairs = this.#pairs.filter((p) => p[0] !== String(name)); this.#changed(); }
  get(name) { const found = this.#pairs.find((p) => p[0] === String(name)); return found ? found[1] : null; }
  getAll(name) { return this.#pairs.filter((p) => p[0] === String(name)).map((p) => p[1]); }
  has(name) { return this.#pairs.some((p) => p[0] === String(name)); }
  set(name, value) {
    const at = this.#pairs.findIndex((p) => p[0] === String(name));
    if (at < 0) return this.append(name, value);
    this.#pairs = this.#pairs.filter((p, i) => i <= at || p[0] !== String(name));
    this.#pairs[at][1] = String(value);
    this.#changed();
  }
  sort() { this.#pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)); this.#changed(); }
  forEach(call, self) { for (const [name, value] of this.#pairs) call.call(self, value, name, this); }
  *entries() { for (const [name, value] of this.#pairs) yield [name, value]; }
  *keys() { for (const [name] of this.#pairs) yield name; }
  *values() { for (const [, value] of this.#pairs) yield value; }
  [Symbol.iterator]() { return this.entries(); }
  get size() { return this.#pairs.length; }
  toString() {
    const form = (s) => encodeURIComponent(s).replace(/%20/g, "+").replace(/[!'()~]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());
    return this.#pairs.map(([name, value]) => form(name) + "=" + form(value)).join("&");
  }
}

const read = (text, base) => {
  try {
    return JSON.parse(bridge("url", String(text), base === undefined ? "" : String(base)));
  } catch (_) {
    throw Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL", input: String(text) });
  }
};

class URL {
  #parts;
  #params;
  constructor(text, base) { this.#parts = read(text, base); }
  static canParse(text, base) { try { read(text, base); return true; } catch (_) { return false; } }
  #part(name) { return this.#parts[name] || ""; }
  get href() {
    const p = (name) => this.#part(name);
    const user = p("username") ? encodeURIComponent(p("username")) + (p("password") ? ":" + encodeURIComponent(p("password")) : "") + "@" : "";
    return p("protocol") + (p("hostname") ? "//" + user + this.host : "") + p("pathname") + p("search") + p("hash");
  }
  set href(text) { this.#parts = read(text); this.#params = undefined; }
  get origin() { return this.#part("protocol") + "//" + this.host; }
  get protocol() { return this.#part("protocol"); }
  set protocol(text) { this.#parts.protocol = String(text).replace(/:?$/, ":"); }
  get username() { return this.#part("username"); }
  set username(text) { this.#parts.username = String(text); }
  get password() { return this.#part("password"); }
  set password(text) { this.#parts.password = String(text); }
  get host() { return this.#part("hostname") + (this.#part("port") ? ":" + this.#part("port") : ""); }
  set host(text) { [this.#parts.hostname, this.#parts.port] = String(text).split(":"); }
  get hostname() { return this.#part("hostname"); }
  set hostname(text) { this.#parts.hostname = String(text); }
  get port() { return this.#part("port"); }
  set port(text) { this.#parts.port = String(text); }
  get pathname() { return this.#part("pathname"); }
  set pathname(text) { this.#parts.pathname = String(text).replace(/^(?!\/)/, "/"); }
  get search() { return this.#part("search"); }
  set search(text) { this.#parts.search = String(text).replace(/^\??(?=.)/, "?"); this.#params = undefined; }
  get hash() { return this.#part("hash"); }
  set hash(text) { this.#parts.hash = String(text).replace(/^#?(?=.)/, "#"); }
  get searchParams() {
    if (!this.#params) {
      const params = new URLSearchParams(this.search, () => {
        const text = params.toString();
        this.#parts.search = text && "?" + text;
      });
      this.#params = params;
    }
    return this.#params;
  }
  toString() { return this.href; }
  toJSON() { return this.href; }
}

function parse(text, query, slashesDenoteHost) {
  const found = /^([a-zA-Z][a-zA-Z0-9+.-]*:)?(\/\/)?(.*)$/.exec(String(text).trim());
  const out = { protocol: null, slashes: null, auth: null, host: null, port: null, hostname: null, hash: null, search: null, query: null, pathname: null, path: null };
  let rest = found[3];
  if (found[1]) out.protocol = found[1].toLowerCase();
  if (found[2] && (found[1] || slashesDenoteHost)) {
    out.slashes = true;
    const [, authority, after] = /^([^/?#]*)([^]*)$/.exec(rest), at = authority.lastIndexOf("@");
    rest = after;
    if (at >= 0) out.auth = querystring.unescape(authority.slice(0, at));
    const [, hostname, , port] = /^(\[[^\]]*\]|[^:]*)(:(\d*))?$/.exec(authority.slice(at + 1)) || [null, authority.slice(at + 1)];
    out.hostname = hostname.toLowerCase();
    out.port = port || null;
    out.host = out.hostname + (port ? ":" + port : "");
  } else if (found[2]) rest = "//" + rest;
  const [, pathname, search, hash] = /^([^?#]*)(\?[^#]*)?(#[^]*)?$/.exec(rest);
  out.pathname = pathname || (out.slashes ? "/" : null);
  out.search = search || null;
  out.hash = hash || null;
  out.query = search ? search.slice(1) : null;
  if (query) out.query = querystring.parse(out.query || "");
  if (out.pathname !== null || out.search) out.path = (out.pathname || "") + (out.search || "");
  out.href = format(out);
  return out;
}

function format(value) {
  if (typeof value === "string" || value instanceof URL) return String(value);
  const protocol = value.protocol ? value.protocol.replace(/:?$/, ":") : "";
  const host = value.host || (value.hostname ? value.hostname + (value.port ? ":" + value.port : "") : "");
  const auth = value.auth ? encodeURIComponent(value.auth).replace(/%3A/i, ":") + "@" : "";
  const query = value.query && typeof value.query === "object" ? querystring.stringify(value.query) : "";
  const search = value.search ? value.search.replace(/^\??/, "?") : query ? "?" + query : "";
  const slashes = value.slashes || /^(https?|ftp|wss?):$/.test(protocol) ? "//" : "";
  return protocol + (host ? slashes + auth + host : "") + (value.pathname || "") + search + (value.hash ? value.hash.replace(/^#?/, "#") : "");
}

module.exports = {
  URL, URLSearchParams, parse, format,
  resolve: (from, to) => new URL(to, from).href,
};
