// What a script finds besides its own code. It runs in every new machine before the script, and takes the bridge to
// the host away from the global object, so that a script has only what is handed out here.
(function (global) {
  "use strict";
  const bridge = global.__bridge;
  delete global.__bridge;
  const parse = JSON.parse, stringify = JSON.stringify, define = Object.defineProperty, text = String;

  // Variables are parsed when a script first reads them.
  const names = [
    "request_body", "request_body_map", "request_headers", "request_path", "request_path_variables",
    "request_parameters", "request_method", "request_expression", "request_vendor_parameters", "request_vendor_path",
    "request_vendor_method", "request_vendor_headers", "request_vendor_body", "request_vendor_body_map",
    "request_vendor_url", "request_root_key", "request_previous_response", "request_previous_response_headers",
    "object_name", "meta_data", "configuration", "multipart_hook_context_items", "response_body", "response_body_raw",
    "response_headers", "response_status_code", "response_iserror", "response_root_key", "events",
  ];
  for (const name of names) {
    define(global, name, {
      configurable: true,
      enumerable: true,
      get() {
        const raw = bridge("variable", name);
        const value = raw === "" ? null : parse(raw);
        define(global, name, { configurable: true, enumerable: true, writable: true, value });
        return value;
      },
      set(value) {
        define(global, name, { configurable: true, enumerable: true, writable: true, value });
      },
    });
  }

  // The first call of done wins; what it is given is written down at once.
  let finished = false;
  function done(result) {
    if (finished) return;
    finished = true;
    if (result === undefined || result === null) return;
    const json = stringify(result);
    if (json !== undefined) bridge("done", json);
  }
  global.done = done;
  global.getArray = () => [];

  function show(value) {
    if (typeof value === "string") return value;
    if (value instanceof Error) return text(value) + "\n" + value.stack;
    try {
      const json = stringify(value);
      return json === undefined ? text(value) : json;
    } catch (_) {
      return text(value);
    }
  }
  const log = (...values) => bridge("log", values.map(show).join(" "));
  global.console = { log, info: log, warn: log, error: log, debug: log };

  global.Java = {
    type(name) {
      throw new Error("Java classes are not available in scripts (" + name + "): use require('moment') for dates");
    },
    from: (list) => Array.from(list),
  };

  const hash = (algorithm, encoding, secret, value) =>
    bridge("hash", algorithm, encoding, secret === null ? "\u0000" : text(secret), text(value));
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  const CE = {
    randomString: (length) => bridge("random", text(length === undefined ? 10 : length), alphabet),
    randomEmail: () => CE.randomString(10) + "@example.com",
    md5: (value) => hash("md5", "hex", null, value),
    b64: (value) => bridge("encode64", text(value)),
    decode64: (value) => bridge("decode64", text(value)),
    hmac: (algorithm) => (encoding) => (secret, value) => hash(text(algorithm), text(encoding), secret, value),
  };
  for (const algorithm of ["Sha1", "Sha256", "Md5"]) {
    for (const encoding of ["Hex", "Base64"]) {
      CE["hmac" + algorithm + encoding] = (secret, value) =>
        hash(algorithm.toLowerCase(), encoding.toLowerCase(), secret, value);
    }
  }
  global.CE = CE;

  const util = {
    format(pattern, ...values) {
      if (typeof pattern !== "string") return [pattern, ...values].map(show).join(" ");
      let at = 0;
      const out = pattern.replace(/%[sdifjoO%]/g, (found) => {
        if (found === "%%") return "%";
        if (at >= values.length) return found;
        const value = values[at++];
        switch (found) {
          case "%d": return text(Number(value));
          case "%i": return text(parseInt(value, 10));
          case "%f": return text(parseFloat(value));
          case "%s": return show(value);
          default: return stringify(value);
        }
      });
      return [out, ...values.slice(at).map(show)].join(" ");
    },
    inspect: show,
    isArray: Array.isArray,
    isDeepStrictEqual: (a, b) => stringify(a) === stringify(b),
    promisify: (f) => (...values) => new Promise((resolve, reject) =>
      f(...values, (error, value) => (error ? reject(error) : resolve(value)))),
  };

  const loaded = { util };
  function load(name) {
    if (!bridge("module", name)) return undefined;
    const factory = global.__module;
    delete global.__module;
    const module = { exports: {} };
    factory.call(global, module, module.exports, inner);
    return module.exports;
  }
  const inner = (name) => loaded[name] || (loaded[name] = load(name));
  global.require = function (name) {
    name = text(name);
    if (loaded[name]) return loaded[name];
    let module;
    switch (name) {
      case "lodash": case "moment":
        module = load(name);
        break;
      case "lodash/fp": {
        const fresh = global.require("lodash").runInContext();
        module = load("lodash/fp/_baseConvert")(fresh, fresh);
        break;
      }
      default:
        throw new Error("The module '" + name + "' is not available in scripts: there are lodash, lodash/fp, moment and util");
    }
    return (loaded[name] = module);
  };

  function fail(error) {
    const isError = error instanceof Error;
    bridge("error", isError ? text(error.name) + ": " + text(error.message) : "thrown: " + show(error), isError ? text(error.stack) : "");
  }
  define(global, "__run", {
    configurable: true,
    value(script) {
      delete global.__run;
      try {
        const result = script.call(global);
        if (result instanceof Promise) result.then(done, fail);
        else done(result);
      } catch (error) {
        fail(error);
      }
    },
  });
})(globalThis);
