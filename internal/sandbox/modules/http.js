// Node's http and https. A request leaves when end is called; its answer comes whole.
const EventEmitter = require("events"), { Buffer } = require("buffer"), waiting = require("waiting"), timers = require("timers");

const MAX_REASON = 100; // characters of what a provider calls its status
const later = (call) => Promise.resolve().then(call);

const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

class IncomingMessage extends EventEmitter {
  #take; #length; #encoding; #chunk; #flowing = false; #ended = false; #taken = false;
  constructor(req, head, take) {
    super();
    this.req = req;
    this.statusCode = head.status;
    this.statusMessage = String(head.reason).slice(0, MAX_REASON);
    this.httpVersion = "1.1";
    this.aborted = false;
    this.complete = true;
    this.headers = {};
    this.rawHeaders = [];
    for (const [name, value] of head.headers || []) {
      const lower = name.toLowerCase();
      this.rawHeaders.push(name, value);
      if (lower === "set-cookie") (this.headers[lower] = this.headers[lower] || []).push(value);
      else this.headers[lower] = lower in this.headers ? this.headers[lower] + ", " + value : value;
    }
    this.#take = take;
    this.#length = head.length;
  }
  setEncoding(encoding) { this.#encoding = encoding === undefined || encoding === null ? "utf8" : encoding; return this; }
  #body() {
    if (this.#taken) return null;
    this.#taken = true;
    if (this.#length === 0) return null;
    if (this.#encoding && /^utf-?8$/i.test(this.#encoding)) return this.#take("text");
    const bytes = Buffer.from(this.#take("base64"), "base64");
    return this.#encoding ? bytes.toString(this.#encoding) : bytes;
  }
  on(event, listener) {
    super.on(event, listener);
    if (event === "data") this.resume();
    if (event === "readable") later(() => { if (!this.#flowing && !this.#ended) this.emit("readable"); });
    return this;
  }
  // As in Node, nothing flows before the script's own turn is over.
  resume() {
    if (this.#flowing || this.#ended) return this;
    this.#flowing = true;
    later(() => {
      if (!this.#flowing || this.#ended) return;
      const chunk = this.#body();
      if (chunk !== null) this.emit("data", chunk);
      this.#end();
    });
    return this;
  }
  pause() { this.#flowing = false; return this; }
  read() {
    const chunk = this.#body();
    if (chunk === null) later(() => this.#end());
    else later(() => { if (!this.#ended) this.emit("readable"); });
    return chunk;
  }
  #end() {
    if (this.#ended) return;
    this.#ended = true;
    this.emit("end");
    this.emit("close");
  }
  pipe(to) {
    this.on("data", (chunk) => to.write(chunk));
    this.on("end", () => to.end());
    return to;
  }
  destroy(error) {
    if (this.#ended) return this;
    this.#ended = true;
    later(() => { if (error) this.emit("error", error); this.emit("close"); });
    return this;
  }
  async *[Symbol.asyncIterator]() {
    const chunk = this.#body();
    if (chunk !== null) yield chunk;
    this.#end();
  }
}

class ClientRequest extends EventEmitter {
  #headers = new Map(); #parts = []; #url; #forget; #timer; #over = false;
  constructor(scheme, options, call) {
    super();
    const protocol = options.protocol || scheme + ":";
    if (protocol !== scheme + ":") throw Object.assign(new TypeError('Protocol "' + protocol + '" not supported. Expected "' + scheme + ':"'), { code: "ERR_INVALID_PROTOCOL" });
    this.method = String(options.method || "GET").toUpperCase();
    this.path = String(options.path || "/");
    if (/[\u0000-\u0020]/.test(this.path)) throw Object.assign(new TypeError("Request path contains unescaped characters"), { code: "ERR_UNESCAPED_CHARACTERS" });
    this.protocol = protocol;
    this.host = String(options.hostname || options.host || "localhost");
    const port = options.port || options.defaultPort;
    this.#url = protocol + "//" + this.host + (port ? ":" + port : "") + this.path.replace(/^(?!\/)/, "/");
    for (const [name, value] of headerList(options.headers)) this.#set(name, value);
    if (options.auth && !this.hasHeader("Authorization")) this.setHeader("Authorization", "Basic " + Buffer.from(String(options.auth)).toString("base64"));
    if (call) this.once("response", call);
    if (options.timeout) this.setTimeout(options.timeout);
    this.aborted = this.destroyed = this.writableEnded = false;
  }
  #set(name, value) {
    const lower = String(name).toLowerCase(), before = this.#headers.get(lower), list = Array.isArray(value) ? value.map(String) : [String(value)];
    this.#headers.set(lower, { name: String(name), list: before && before.fresh ? [...before.list, ...list] : list, fresh: true });
  }
  setHeader(name, value) {
    if (value === undefined) throw Object.assign(new TypeError('Invalid value "undefined" for header "' + name + '"'), { code: "ERR_HTTP_INVALID_HEADER_VALUE" });
    this.#headers.delete(String(name).toLowerCase());
    this.#set(name, value);
    return this;
  }
  getHeader(name) { const found = this.#headers.get(String(name).toLowerCase()); return found && (found.list.length === 1 ? found.list[0] : found.list); }
  getHeaders() { return Object.fromEntries([...this.#headers].map(([name, { list }]) => [name, list.length === 1 ? list[0] : list])); }
  getHeaderNames() { return [...this.#headers.keys()]; }
  hasHeader(name) { return this.#headers.has(String(name).toLowerCase()); }
  removeHeader(name) { this.#headers.delete(String(name).toLowerCase()); }
  flushHeaders() {}
  setNoDelay() {}
  setSocketKeepAlive() {}
  cork() {}
  uncork() {}
  setTimeout(milliseconds, call) {
    if (call) this.once("timeout", call);
    timers.clearTimeout(this.#timer);
    if (milliseconds > 0 && !this.#over) this.#timer = timers.setTimeout(() => { if (!this.#over) this.emit("timeout"); }, milliseconds);
    return this;
  }
  write(chunk, encoding, call) {
    if (typeof encoding === "function") [encoding, call] = [undefined, encoding];
    if (this.writableEnded) {
      this.#fail(Object.assign(new Error("write after end"), { code: "ERR_STREAM_WRITE_AFTER_END" }));
      return false;
    }
    if (typeof chunk !== "string" && !(chunk instanceof Uint8Array)) throw Object.assign(new TypeError('The "chunk" argument must be of type string or an instance of Buffer or Uint8Array'), { code: "ERR_INVALID_ARG_TYPE" });
    this.#parts.push(typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk);
    if (call) later(call);
    return true;
  }
  end(chunk, encoding, call) {
    if (typeof chunk === "function") [chunk, call] = [undefined, chunk];
    else if (typeof encoding === "function") [encoding, call] = [undefined, encoding];
    if (this.writableEnded) return this;
    if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    this.writableEnded = true;
    if (this.destroyed) return this;
    const headers = [...this.#headers.values()].flatMap(({ name, list }) => list.map((value) => [name, value]));
    try {
      this.#forget = waiting.ask(this.method, this.#url, headers, Buffer.concat(this.#parts).toBase64(), (head, take) => this.#answered(head, take));
    } catch (error) {
      this.#fail(error);
      return this;
    }
    later(() => { if (call) call(); this.emit("finish"); });
    return this;
  }
  #answered(head, take) {
    if (this.#over) return;
    timers.clearTimeout(this.#timer); // the answer is here as a whole
    if (head.code) {
      this.#close(Object.assign(new Error(head.message), { code: head.code }));
      return;
    }
    const res = new IncomingMessage(this, head, take);
    this.res = res;
    res.once("end", () => this.#close());
    if (this.emit("response", res) === false) res.resume(); // nobody listens
  }
  #fail(error) { later(() => this.#close(error)); }
  #close(error) {
    if (this.#over) return;
    this.#over = true;
    timers.clearTimeout(this.#timer);
    if (error) this.emit("error", error);
    this.emit("close");
  }
  abort() {
    if (this.aborted) return;
    this.aborted = true;
    later(() => this.emit("abort"));
    this.destroy();
  }
  destroy(error) {
    if (this.destroyed) return this;
    this.destroyed = true;
    if (this.#forget) this.#forget();
    this.#fail(error || (this.res ? undefined : Object.assign(new Error("socket hang up"), { code: "ECONNRESET" })));
    return this;
  }
}

function headerList(headers) {
  if (!headers) return [];
  if (Array.isArray(headers)) {
    if (Array.isArray(headers[0])) return headers;
    return headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1]]] : []));
  }
  return Object.entries(headers).filter(([, value]) => value !== undefined && value !== null);
}

// An address as options: those of an URL object, or of a text.
function optionsOf(value) {
  const { URL } = require("url");
  if (typeof value === "string") value = new URL(value);
  if (!(value instanceof URL)) return { ...value, ...hostOf(value) };
  const auth = value.username || value.password ? { auth: value.username + ":" + value.password } : {};
  return { protocol: value.protocol, hostname: value.hostname, port: value.port, path: value.pathname + value.search, ...auth };
}

// Options may come from url.parse, whose host has the port in it.
function hostOf(options) {
  const found = options.hostname ? null : /^([^:]*|\[.*\]):(\d+)$/.exec(options.host || "");
  return found ? { hostname: found[1], port: options.port || found[2] } : {};
}

function moduleOf(scheme) {
  function request(first, second, third) {
    let options = optionsOf(first === undefined || first === null ? {} : first), call = third;
    if (typeof second === "function") call = second;
    else if (second) options = { ...options, ...second, ...hostOf(second) };
    return new ClientRequest(scheme, options, call);
  }
  class Agent { constructor(options) { this.options = options || {}; } destroy() {} }
  return {
    request,
    get: (...values) => request(...values).end(),
    Agent, ClientRequest, IncomingMessage, METHODS, globalAgent: new Agent(),
    STATUS_CODES: { 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout" },
  };
}

module.exports = { http: moduleOf("http"), https: moduleOf("https") };
