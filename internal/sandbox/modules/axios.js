// The part of axios that scripts use: requests that are promises of their answers.
const { http, https } = require("http"), { URL, URLSearchParams } = require("url"), { Buffer } = require("buffer");

const MAX_REDIRECTS = 5;

class AxiosError extends Error {
  constructor(message, code, config, request, response) {
    super(message);
    Object.assign(this, { name: "AxiosError", isAxiosError: true, code, config, request, response });
  }
}

const merge = (a, b) => ({ ...a, ...b, headers: { ...(a.headers || {}), ...(b.headers || {}) }, params: a.params || b.params ? { ...(a.params || {}), ...(b.params || {}) } : undefined });

function addressOf(config) {
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(config.url || "") || !config.baseURL;
  const url = new URL(absolute ? config.url : config.baseURL.replace(/\/+$/, "") + (config.url ? "/" + config.url.replace(/^\/+/, "") : ""));
  const pairs = config.params instanceof URLSearchParams ? [...config.params] : Object.entries(config.params || {}).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : Array.isArray(value) ? value.map((v) => [name + "[]", v]) : [[name, value instanceof Date ? value.toISOString() : typeof value === "object" ? JSON.stringify(value) : value]]);
  for (const [name, value] of pairs) url.search += (url.search ? "&" : "?") + encodeURIComponent(name) + "=" + encodeURIComponent(value);
  return url;
}

function bodyOf(config, headers) {
  const named = Object.keys(headers).find((name) => name.toLowerCase() === "content-type"), is = (type) => { if (!named) headers["Content-Type"] = type; };
  const data = config.data;
  if (data === undefined || data === null || typeof data === "string" || data instanceof Uint8Array) {
    if (typeof data === "string") is("application/x-www-form-urlencoded");
    return data;
  }
  if (data instanceof URLSearchParams) { is("application/x-www-form-urlencoded;charset=utf-8"); return String(data); }
  if (named && /urlencoded/i.test(headers[named])) return String(new URLSearchParams(data));
  is("application/json");
  return JSON.stringify(data);
}

function send(config, url, method, headers, body, left) {
  return new Promise((resolve, reject) => {
    const module = url.protocol === "http:" ? http : https;
    const request = module.request(url, { method, headers, auth: config.auth ? config.auth.username + ":" + config.auth.password : undefined }, (res) => {
      const chunks = [];
      res.on("data", (chunk) => chunks.push(chunk));
      res.on("end", () => {
        const to = res.headers.location;
        if (left > 0 && to && [301, 302, 303, 307, 308].includes(res.statusCode)) {
          const next = new URL(to, url.href), keeps = [307, 308].includes(res.statusCode) || method === "GET" || method === "HEAD";
          let kept = Object.entries(headers);
          // What authenticates belongs to the party that it was given for; a body's description goes with the body.
          if (next.origin !== url.origin) kept = kept.filter(([name]) => !/auth|token|secret|cookie|key/i.test(name));
          if (!keeps) kept = kept.filter(([name]) => !/^content-/i.test(name));
          resolve(send(next.origin === url.origin ? config : { ...config, auth: undefined }, next, keeps ? method : "GET", Object.fromEntries(kept), keeps ? body : undefined, left - 1));
          return;
        }
        const bytes = Buffer.concat(chunks);
        let data = config.responseType === "arraybuffer" ? bytes : bytes.toString();
        if (typeof data === "string" && data && config.responseType !== "text") {
          try { data = JSON.parse(data); } catch (_) { /* it stays a text */ }
        }
        const response = { data, status: res.statusCode, statusText: res.statusMessage, headers: res.headers, config, request };
        const fine = config.validateStatus === undefined ? res.statusCode >= 200 && res.statusCode < 300 : !config.validateStatus || config.validateStatus(res.statusCode);
        if (fine) resolve(response);
        else reject(new AxiosError("Request failed with status code " + res.statusCode, res.statusCode < 500 ? "ERR_BAD_REQUEST" : "ERR_BAD_RESPONSE", config, request, response));
      });
    });
    request.on("error", (error) => reject(new AxiosError(error.message, error.code, config, request)));
    if (config.timeout > 0) {
      request.setTimeout(config.timeout, () => {
        reject(new AxiosError("timeout of " + config.timeout + "ms exceeded", "ECONNABORTED", config, request));
        request.destroy();
      });
    }
    request.end(body);
  });
}

function create(defaults) {
  async function axios(first, second) {
    const config = merge(defaults, typeof first === "string" ? { ...second, url: first } : first || {});
    const headers = { Accept: "application/json, text/plain, */*", ...config.headers }, method = String(config.method || "GET").toUpperCase();
    const body = bodyOf(config, headers);
    return send(config, addressOf(config), method, headers, body, config.maxRedirects === undefined ? MAX_REDIRECTS : Math.min(config.maxRedirects, MAX_REDIRECTS));
  }
  axios.request = (config) => axios(config);
  for (const method of ["get", "delete", "head", "options"]) axios[method] = (url, config) => axios({ ...config, url, method });
  for (const method of ["post", "put", "patch"]) axios[method] = (url, data, config) => axios({ ...config, url, data, method });
  axios.create = (more) => create(merge(axios.defaults, more || {}));
  axios.isAxiosError = (error) => error instanceof AxiosError;
  axios.all = (list) => Promise.all(list);
  axios.AxiosError = AxiosError;
  axios.defaults = defaults;
  axios.default = axios;
  return axios;
}
module.exports = create({ headers: {} });
