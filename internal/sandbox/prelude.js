// What a script finds besides its own code. It runs in every new machine before the script, so it does little, and it
// takes the bridge to the host away from the global object: a script has only what is handed out here.
(function (global) {
  "use strict";
  const bridge = global.__bridge;
  delete global.__bridge;
  const parse = JSON.parse, stringify = JSON.stringify, define = Object.defineProperty, text = String;
  const Promise = global.Promise, Error = global.Error, apply = Reflect.apply, then = Promise.prototype.then;

  // Variables that were given are parsed when a script first reads them; all others are null.
  const set = (name, value) => define(global, name, { configurable: true, enumerable: true, writable: true, value });
  for (const name of ["request_body", "request_body_map", "request_headers", "request_path", "request_path_variables",
    "request_parameters", "request_method", "request_expression", "request_vendor_parameters", "request_vendor_path",
    "request_vendor_method", "request_vendor_headers", "request_vendor_body", "request_vendor_body_map",
    "request_vendor_url", "request_root_key", "request_previous_response", "request_previous_response_headers",
    "object_name", "meta_data", "configuration", "multipart_hook_context_items", "response_body", "response_body_map",
    "response_body_raw", "response_headers", "response_status_code", "response_iserror", "response_error",
    "response_root_key", "events", "eventHeaders"]) {
    global[name] = null;
  }
  function offer(name) {
    define(global, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = parse(bridge("variable", name));
        set(name, value);
        return value;
      },
      set(value) { set(name, value); },
    });
  }

  // The first call of done wins; what it is given is written down at once.
  let finished = false;
  function done(result) {
    if (finished) return;
    finished = true;
    const json = result === undefined || result === null ? "" : stringify(result);
    bridge("done", json === undefined ? "" : json);
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
  const log = (...values) => {
    let line = "";
    for (let i = 0; i < values.length; i++) line += (i > 0 ? " " : "") + show(values[i]);
    bridge("log", line);
  };
  global.console = { log, info: log, warn: log, error: log, debug: log };
  global.print = log; // as scripts of the old style do

  // Modules are loaded where they are first needed. Only our own get the bridge.
  const loaded = {};
  function load(name) {
    if (!bridge("module", name)) return undefined;
    const factory = global.__module;
    delete global.__module;
    const module = { exports: {} };
    const own = name === "CE";
    apply(factory, global, [module, module.exports, inner, own ? bridge : undefined, show]);
    return module.exports;
  }
  const inner = (name) => loaded[name] || (loaded[name] = load(name));
  global.require = function (name) {
    name = text(name);
    switch (name) {
      case "lodash": case "moment": case "util":
        return inner(name);
      case "lodash/fp":
        if (!loaded[name]) {
          const fresh = inner("lodash").runInContext();
          loaded[name] = inner("lodash/fp/_baseConvert")(fresh, fresh);
        }
        return loaded[name];
    }
    throw new Error("The module '" + name + "' is not available in scripts: there are lodash, lodash/fp, moment and util");
  };
  for (const name of ["CE", "Java"]) {
    define(global, name, { configurable: true, get: () => inner(name), set(value) { set(name, value); } });
  }

  function fail(error) {
    let message = "thrown: something that cannot be shown", stack = "";
    try {
      if (error instanceof Error) {
        stack = text(error.stack);
        message = text(error.name) + ": " + text(error.message);
      } else {
        message = "thrown: " + show(error);
      }
    } catch (_) { /* an error whose parts throw */ }
    bridge("error", message, stack);
  }
  // What a script returns counts as its result when it did not call done.
  function finish(result) {
    if (result === undefined || result === null) return;
    try {
      done(result);
    } catch (error) {
      fail(error);
    }
  }
  define(global, "__run", {
    configurable: true,
    value(script) {
      delete global.__run;
      const given = bridge("names", "");
      if (given !== "") given.split(",").forEach(offer);
      try {
        const result = apply(script, global, []);
        if (result instanceof Promise) apply(then, result, [finish, fail]);
        else finish(result);
      } catch (error) {
        fail(error);
      }
    },
  });
})(globalThis);
