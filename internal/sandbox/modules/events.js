// Node's EventEmitter, as far as scripts use it.
class EventEmitter {
  #heard = new Map();
  #add(event, listener, first) {
    if (typeof listener !== "function") throw new TypeError('The "listener" argument must be of type function');
    const all = this.#heard.get(event) || [];
    this.#heard.set(event, first ? [listener, ...all] : [...all, listener]);
    return this;
  }
  on(event, listener) { return this.#add(event, listener, false); }
  addListener(event, listener) { return this.on(event, listener); }
  prependListener(event, listener) { return this.#add(event, listener, true); }
  once(event, listener) {
    const once = (...values) => { this.removeListener(event, once); listener.apply(this, values); };
    once.listener = listener;
    return this.on(event, once);
  }
  off(event, listener) {
    const all = this.#heard.get(event) || [];
    const at = all.findLastIndex((l) => l === listener || l.listener === listener);
    if (at >= 0) this.#heard.set(event, all.filter((_, i) => i !== at));
    return this;
  }
  removeListener(event, listener) { return this.off(event, listener); }
  removeAllListeners(event) {
    if (event === undefined) this.#heard.clear(); else this.#heard.delete(event);
    return this;
  }
  emit(event, ...values) {
    const all = this.#heard.get(event) || [];
    if (all.length === 0) {
      if (event === "error") throw values[0] instanceof Error ? values[0] : new Error("Unhandled error. (" + values[0] + ")");
      return false;
    }
    for (const listener of all) listener.apply(this, values);
    return true;
  }
  listenerCount(event) { return (this.#heard.get(event) || []).length; }
  listeners(event) { return (this.#heard.get(event) || []).map((l) => l.listener || l); }
  setMaxListeners() { return this; }
}
EventEmitter.EventEmitter = EventEmitter;
EventEmitter.once = (emitter, event) => new Promise((resolve, reject) => {
  emitter.once(event, (...values) => resolve(values));
  if (event !== "error") emitter.once("error", reject);
});
module.exports = EventEmitter;
