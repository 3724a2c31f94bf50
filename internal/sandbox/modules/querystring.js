// Node's querystring.
const escape = (value) => encodeURIComponent(String(value));
function unescape(text) {
  try {
    return decodeURIComponent(text);
  } catch (_) {
    return text;
  }
}
const primitive = (value) => (["string", "boolean", "bigint"].includes(typeof value) || Number.isFinite(value) ? String(value) : "");

function stringify(object, separator = "&", equals = "=", options = {}) {
  const encode = options.encodeURIComponent || escape, out = [];
  for (const name of Object.keys(object || {})) {
    for (const value of Array.isArray(object[name]) ? object[name] : [object[name]]) out.push(encode(name) + equals + encode(primitive(value)));
  }
  return out.join(separator);
}
function parse(text, separator = "&", equals = "=", options = {}) {
  const decode = options.decodeURIComponent || unescape, out = { __proto__: null };
  for (const part of typeof text === "string" && text ? text.split(separator) : []) {
    if (!part) continue;
    const at = part.indexOf(equals), plain = (s) => decode(s.replace(/\+/g, " "));
    const name = plain(at < 0 ? part : part.slice(0, at)), value = at < 0 ? "" : plain(part.slice(at + equals.length));
    if (!(name in out)) out[name] = value;
    else if (Array.isArray(out[name])) out[name].push(value);
    else out[name] = [out[name], value];
  }
  return out;
}
module.exports = { escape, unescape, stringify, parse, encode: stringify, decode: parse };
