// What a script waits for: the host tells of one event after another, here it finds who waits for it.
const { Promise, Map } = globalThis, then = Promise.prototype.then, apply = Reflect.apply;
const waiting = new Map();

function listen() {
  apply(then, bridge("listen", "")[0], [(event) => {
    listen(); // before the script has its turn, which may throw
    const heard = waiting.get(event);
    if (heard) heard();
  }]);
}
listen();

module.exports = {
  // What is done after so many milliseconds; it gives back how to forget it.
  after(milliseconds, call) {
    const id = bridge("timer", String(Number(milliseconds) || 0)), event = "timer " + id;
    waiting.set(event, () => { waiting.delete(event); call(); });
    return () => { if (waiting.delete(event)) bridge("untimer", id); };
  },
  // What is done with the answer to a request: its head, and a function that takes its body. It gives back how to end it.
  ask(method, url, headers, body, call) {
    const id = bridge("ask", method, url, JSON.stringify(headers), body), event = "reply " + id;
    waiting.set(event, () => { waiting.delete(event); call(JSON.parse(bridge("reply", id)), (form) => bridge("body", id, form)); });
    return () => { if (waiting.delete(event)) bridge("abort", id); };
  },
};
