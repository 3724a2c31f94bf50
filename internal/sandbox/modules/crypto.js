// The part of Node's crypto that scripts sign with.
const { Buffer } = require("buffer");

const NONE = "\u0000";
const bytes = (value, encoding) => {
  if (typeof value === "string") return Buffer.from(value, encoding);
  if (value instanceof Uint8Array) return value;
  throw new TypeError('The "data" argument must be a text, a Buffer or a Uint8Array');
};

class Hash {
  #algorithm; #key; #parts = []; #over = false;
  constructor(algorithm, key) {
    this.#algorithm = String(algorithm);
    this.#key = key === undefined ? NONE : bytes(key).toBase64();
    bridge("mac", this.#algorithm, this.#key, ""); // an unknown algorithm fails here
  }
  update(data, encoding) {
    if (this.#over) throw new Error("Digest already called");
    this.#parts.push(bytes(data, encoding));
    return this;
  }
  digest(encoding) {
    if (this.#over) throw new Error("Digest already called");
    this.#over = true;
    const sum = Buffer.from(bridge("mac", this.#algorithm, this.#key, Buffer.concat(this.#parts).toBase64()), "base64");
    return encoding === undefined || encoding === "buffer" ? sum : sum.toString(encoding);
  }
}

function randomBytes(size, call) {
  const drawn = Buffer.from(bridge("bytes", String(Number(size))), "base64");
  if (!call) return drawn;
  Promise.resolve().then(() => call(null, drawn));
}

module.exports = {
  createHash: (algorithm) => new Hash(algorithm),
  createHmac(algorithm, key) {
    if (key === undefined || key === null) throw new TypeError('The "key" argument must be a text, a Buffer or a Uint8Array');
    return new Hash(algorithm, key);
  },
  getHashes: () => ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"],
  randomBytes,
  randomInt(least, most) {
    if (most === undefined) [least, most] = [0, least];
    return least + (randomBytes(6).reduce((n, b) => n * 256 + b, 0) % (most - least));
  },
  randomUUID() {
    const drawn = randomBytes(16);
    drawn[6] = (drawn[6] & 15) | 64;
    drawn[8] = (drawn[8] & 63) | 128;
    return drawn.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  },
  timingSafeEqual(a, b) {
    if (a.length !== b.length) throw new RangeError("Input buffers must have the same byte length");
    return a.reduce((different, value, i) => different | (value ^ b[i]), 0) === 0;
  },
};
