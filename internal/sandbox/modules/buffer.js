// Node's Buffer, as far as scripts use it. Bytes go to the host and come from there as base64, which the engine does itself.
const INVALID = "The value must be a text, an array, a Buffer or an ArrayBuffer";

function encodingOf(name) {
  const encoding = name === undefined || name === null ? "utf8" : String(name).toLowerCase();
  switch (encoding) {
    case "utf8": case "utf-8": return "utf8";
    case "latin1": case "binary": case "ascii": case "hex": case "base64": case "base64url": return encoding;
    case "utf16le": case "utf-16le": case "ucs2": case "ucs-2": return "utf16le";
  }
  throw new TypeError("Unknown encoding: " + name);
}

function bytesOf(text, name) {
  const encoding = encodingOf(name);
  switch (encoding) {
    case "utf8": return Uint8Array.fromBase64(bridge("encode64", text));
    case "base64": case "base64url": {
      const plain = text.replace(/=[^]*$/, "").replace(/[^A-Za-z0-9+/_-]/g, "").replace(/-/g, "+").replace(/_/g, "/");
      return Uint8Array.fromBase64(plain.length % 4 === 1 ? plain.slice(0, -1) : plain);
    }
    case "hex": {
      const plain = /^(?:[0-9a-fA-F]{2})*/.exec(text)[0];
      return Uint8Array.fromHex(plain);
    }
    case "utf16le": {
      const bytes = new Uint8Array(2 * text.length), view = new DataView(bytes.buffer);
      for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
      return bytes;
    }
  }
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const share = (bytes) => new Buffer(bytes.buffer, bytes.byteOffset, bytes.byteLength);

class Buffer extends Uint8Array {
  // Old scripts say new Buffer(text, encoding).
  constructor(value, second, third) {
    if (typeof value === "string") super(bytesOf(value, second).buffer);
    else if (second === undefined) super(value);
    else if (third === undefined) super(value, second);
    else super(value, second, third);
  }
  static from(value, second, third) {
    if (typeof value === "string") return share(bytesOf(value, second));
    if (value instanceof ArrayBuffer) return new Buffer(value, second, third);
    if (value && value.type === "Buffer" && Array.isArray(value.data)) value = value.data;
    if (value && typeof value === "object" && typeof value.length === "number") return share(Uint8Array.from(value));
    throw new TypeError(INVALID);
  }
  static of(...values) { return Buffer.from(values); }
  static alloc(size, fill, encoding) {
    const buffer = new Buffer(Number(size));
    return fill === undefined ? buffer : buffer.fill(fill, 0, buffer.length, encoding);
  }
  static allocUnsafe(size) { return new Buffer(Number(size)); }
  static isBuffer(value) { return value instanceof Buffer; }
  static isEncoding(name) { try { encodingOf(name); return typeof name === "string"; } catch (_) { return false; } }
  static byteLength(value, encoding) { return typeof value === "string" ? bytesOf(value, encoding).length : value.byteLength; }
  static concat(list, total) {
    if (total === undefined) total = list.reduce((sum, b) => sum + b.length, 0);
    const all = Buffer.alloc(total);
    let at = 0;
    for (const one of list) {
      if (at >= total) break;
      all.set(one.subarray(0, total - at), at);
      at += one.length;
    }
    return all;
  }
  static compare(a, b) {
    for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
    return Math.sign(a.length - b.length);
  }
  toString(name, start = 0, end = this.length) {
    const encoding = encodingOf(name), part = start === 0 && end >= this.length ? this : this.subarray(start, end);
    switch (encoding) {
      case "utf8": return part.length === 0 ? "" : bridge("text", part.toBase64());
      case "base64": return part.toBase64();
      case "base64url": return part.toBase64({ alphabet: "base64url", omitPadding: true });
      case "hex": return part.toHex();
    }
    let out = "";
    if (encoding === "utf16le") {
      const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
      for (let i = 0; i + 1 < part.length; i += 2) out += String.fromCharCode(view.getUint16(i, true));
      return out;
    }
    const codes = encoding === "ascii" ? part.map((c) => c & 127) : part;
    for (let i = 0; i < codes.length; i += 4096) out += String.fromCharCode.apply(null, codes.subarray(i, i + 4096));
    return out;
  }
  toLocaleString(name) { return this.toString(name); }
  toJSON() { return { type: "Buffer", data: Array.from(this) }; }
  equals(other) { return Buffer.compare(this, other) === 0; }
  compare(other) { return Buffer.compare(this, other); }
  slice(start, end) { return this.subarray(start, end); }
  copy(target, at = 0, start = 0, end = this.length) {
    const part = this.subarray(start, Math.min(end, start + target.length - at));
    target.set(part, at);
    return part.length;
  }
  write(text, at = 0, length, encoding) {
    if (typeof at === "string") [at, encoding] = [0, at];
    else if (typeof length === "string") [length, encoding] = [undefined, length];
    const bytes = bytesOf(String(text), encoding).subarray(0, Math.min(length === undefined ? this.length : length, this.length - at));
    this.set(bytes, at);
    return bytes.length;
  }
  fill(value, start = 0, end = this.length, encoding) {
    if (typeof value === "number") return super.fill(value, start, end);
    const bytes = typeof value === "string" ? bytesOf(value, encoding) : value;
    for (let i = start; i < end; i++) this[i] = bytes.length ? bytes[(i - start) % bytes.length] : 0;
    return this;
  }
  indexOf(value, from = 0, encoding) {
    if (typeof value === "number") return super.indexOf(value, from);
    const bytes = typeof value === "string" ? bytesOf(value, encoding) : value;
    for (let i = Math.max(from < 0 ? from + this.length : from, 0); i + bytes.length <= this.length; i++) {
      let j = 0;
      while (j < bytes.length && this[i + j] === bytes[j]) j++;
      if (j === bytes.length) return i;
    }
    return -1;
  }
  includes(value, from, encoding) { return this.indexOf(value, from, encoding) >= 0; }
}
for (const [name, method, size] of [["Int8", "Int8", 1], ["UInt8", "Uint8", 1], ["Int16", "Int16", 2], ["UInt16", "Uint16", 2],
  ["Int32", "Int32", 4], ["UInt32", "Uint32", 4], ["Float", "Float32", 4], ["Double", "Float64", 8]]) {
  for (const order of size === 1 ? [""] : ["BE", "LE"]) {
    const view = (b) => new DataView(b.buffer, b.byteOffset, b.byteLength);
    Buffer.prototype["read" + name + order] = function (at = 0) { return view(this)["get" + method](at, order === "LE"); };
    Buffer.prototype["write" + name + order] = function (value, at = 0) { view(this)["set" + method](at, value, order === "LE"); return at + size; };
  }
}

module.exports = {
  Buffer,
  // atob and btoa know texts of Latin-1 only, as in browsers.
  atob: (text) => Buffer.from(String(text), "base64").toString("latin1"),
  btoa(text) {
    text = String(text);
    if (/[^\u0000-\u00ff]/.test(text)) throw new Error("Invalid character");
    return Buffer.from(text, "latin1").toString("base64");
  },
};
