// What every script finds besides its own code. It runs in each new machine before the script, so it does little, and it
// takes the bridge to the host away from the global object: a script has only what is handed out here.
(function (global) {
  "use strict";
  const bridge = global.__bridge;
  delete global.__bridge;
  const { parse, stringify } = JSON, define = Object.defineProperty, apply = Reflect.apply;
  const text = String, Error = global.Error, Promise = global.Promise, then = Promise.prototype.then;

  // The first call of done wins; what it is given is written down at once.
  let finished = false;
  function done(result) {
    if (finished) return;
    finished = true;
    const json = result === undefined || result === null ? "" : stringify(result);
    bridge("done", json === undefined ? "" : json);
  }

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
  function log(...values) {
    let line = "";
    for (let i = 0; i < values.length; i++) line += (i > 0 ? " " : "") + show(values[i]);
    bridge("log", line);
  }

  // Large variables are parsed when a script first reads them.
  function set(name, value) {
    define(global, name, { configurable: true, enumerable: true, writable: true, value });
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

  global.done = done;
  global.console = { log, info: log, warn: log, error: log, debug: log };
  global.__run = function (script) {
    delete global.__run;
    const setup = bridge("setup", "").split("\0");
    for (let i = 1; i + 1 < setup.length; i += 2) {
      if (setup[i + 1] === "") offer(setup[i]);
      else global[setup[i]] = parse(setup[i + 1]);
    }
    if (setup[0] === "extras") {
      const extras = global.__extras;
      delete global.__extras;
      extras(global, bridge, show, log, set);
    }
    try {
      const result = apply(script, global, []);
      if (result instanceof Promise) apply(then, result, [finish, fail]);
      else finish(result);
    } catch (error) {
      fail(error);
    }
  };
})(globalThis);
