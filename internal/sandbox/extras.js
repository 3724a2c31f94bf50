// What a script finds that mentions it: modules, CE, Java and the helpers of the old style. It runs before the script.
globalThis.__extras = function (global, bridge, show, log, set) {
  "use strict";
  const define = Object.defineProperty, apply = Reflect.apply, text = String, Error = global.Error;
  global.getArray = () => [];
  global.print = log;

  // Modules are loaded where they are first needed. Only our own get the bridge.
  const loaded = { __proto__: null };
  function load(name) {
    // An own property of ours, so that a trap which a script set there, or on a prototype, is not what gets called.
    define(global, "__module", { __proto__: null, configurable: true, writable: true, value: undefined });
    if (!bridge("module", name)) return undefined;
    const factory = global.__module;
    delete global.__module;
    const module = { exports: {} };
    apply(factory, global, [module, module.exports, inner, name === "CE" ? bridge : undefined, show]);
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
};
