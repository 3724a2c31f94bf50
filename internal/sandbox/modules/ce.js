// The functions that the original hands to scripts as CE.
const hash = (algorithm, encoding, secret, value) =>
  bridge("hash", String(algorithm), String(encoding), secret === null ? "\u0000" : String(secret), String(value));

const CE = {
  randomString: (length) => bridge("random", String(length === undefined ? 10 : length), "abcdefghijklmnopqrstuvwxyz0123456789"),
  randomEmail: () => CE.randomString(10) + "@example.com",
  md5: (value) => hash("md5", "hex", null, value),
  b64: (value) => bridge("encode64", String(value)),
  decode64: (value) => bridge("decode64", String(value)),
  hmac: (algorithm) => (encoding) => (secret, value) => hash(algorithm, encoding, secret, value),
};
for (const algorithm of ["Sha1", "Sha256", "Md5"]) {
  for (const encoding of ["Hex", "Base64"]) {
    CE["hmac" + algorithm + encoding] = (secret, value) => hash(algorithm, encoding, secret, value);
  }
}
module.exports = CE;
