// Node's timers.
const after = (milliseconds, call) => require("waiting").after(milliseconds, call);

class Timeout {
  #forget = null;
  #start;
  constructor(start) { this.#start = start; this.refresh(); }
  refresh() { this.close(); this.#forget = this.#start(() => { this.#forget = null; }); return this; }
  close() { if (this.#forget) this.#forget(); this.#forget = null; return this; }
  ref() { return this; }
  unref() { return this; }
  hasRef() { return true; }
}

function callable(f) {
  if (typeof f !== "function") throw new TypeError('The "callback" argument must be of type function');
}

function setTimeout(f, milliseconds, ...values) {
  callable(f);
  return new Timeout((over) => after(milliseconds, () => { over(); f(...values); }));
}
function setInterval(f, milliseconds, ...values) {
  callable(f);
  const timer = new Timeout((over) => after(milliseconds, () => { over(); timer.refresh(); f(...values); }));
  return timer;
}
const setImmediate = (f, ...values) => setTimeout(f, 1, ...values);
const clear = (timer) => { if (timer instanceof Timeout) timer.close(); };
const queueMicrotask = (f) => { callable(f); Promise.resolve().then(() => f()); };

module.exports = {
  setTimeout, setInterval, setImmediate, queueMicrotask, clearTimeout: clear, clearInterval: clear, clearImmediate: clear,
};
