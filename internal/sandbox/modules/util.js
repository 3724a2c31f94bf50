// The part of Node's util that scripts use.
module.exports = {
  format(pattern, ...values) {
    if (typeof pattern !== "string") return [pattern, ...values].map(show).join(" ");
    let at = 0;
    const out = pattern.replace(/%[sdifjoO%]/g, (found) => {
      if (found === "%%") return "%";
      if (at >= values.length) return found;
      const value = values[at++];
      switch (found) {
        case "%d": return String(Number(value));
        case "%i": return String(parseInt(value, 10));
        case "%f": return String(parseFloat(value));
        case "%s": return show(value);
        default: return JSON.stringify(value);
      }
    });
    return [out, ...values.slice(at).map(show)].join(" ");
  },
  inspect: show,
  isArray: Array.isArray,
  promisify: (f) => (...values) => new Promise((resolve, reject) =>
    f(...values, (error, value) => (error ? reject(error) : resolve(value)))),
};
