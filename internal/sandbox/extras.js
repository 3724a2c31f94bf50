// What a script finds that mentions it: modules, timers, CE, Java and the helpers of the old style. It runs before the script.
globalThis.__extras = function (global, bridge, show, log, set) {
  "use strict";
  const define = Object.defineProperty, apply = Reflect.apply, text = String, Error = global.Error;
  global.getArray = () => [];
  global.print = log;
  global.notify = {
    email: (to, subject, body) => {
      bridge("mail", to === undefined || to === null ? "" : text(to), subject === undefined ? "" : text(subject), body === undefined ? "" : show(body));
    },
  };

  // Modules are loaded where they are first needed. Only our own that need it get the bridge.
  const loaded = { __proto__: null }, hosted = { __proto__: null, CE: true, waiting: true, buffer: true, crypto: true, url: true, zlib: true };
  function load(name) {
    // An own property of ours, so that a trap which a script set there, or on a prototype, is not what gets called.
    define(global, "__module", { __proto__: null, configurable: true, writable: true, value: undefined });
    if (!bridge("module", name)) return undefined;
    const factory = global.__module;
    delete global.__module;
    const module = { exports: {} };
    apply(factory, global, [module, module.exports, inner, hosted[name] ? bridge : undefined, show]);
    return module.exports;
  }
  const inner = (name) => loaded[name] || (loaded[name] = load(name));
  global.require = function (name) {
    name = text(name);
    if (name.startsWith("node:")) name = name.slice(5);
    switch (name) {
      case "lodash": case "moment": case "util": case "events": case "buffer": case "url": case "querystring": case "crypto":
      case "axios": case "timers": case "zlib": case "jmespath":
        return inner(name);
      case "http": case "https":
        return inner("http")[name];
      case "lodash/fp":
        if (!loaded[name]) {
          const fresh = inner("lodash").runInContext();
          loaded[name] = inner("lodash/fp/_baseConvert")(fresh, fresh);
        }
        return loaded[name];
    }
    throw new Error("The module '" + name + "' is not available in scripts: there are axios, buffer, crypto, events, http, https, jmespath, lodash, lodash/fp, moment, querystring, timers, url, util and zlib");
  };

  // What Node has as globals comes from modules, loaded when it is first read.
  const offer = (module, names) => {
    for (const name of names) {
      define(global, name, { configurable: true, get: () => (module === name ? inner(module) : inner(module)[name]), set(value) { set(name, value); } });
    }
  };
  offer("CE", ["CE"]);
  offer("Java", ["Java"]);
  offer("timers", ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "clearImmediate", "queueMicrotask"]);
  offer("buffer", ["Buffer", "atob", "btoa"]);
  offer("url", ["URL", "URLSearchParams"]);
};
