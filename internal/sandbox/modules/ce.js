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
// Countries by their codes and English names, currencies by their codes, symbols and countries; undefined when there is none.
const usual = { "united states of america": "us", america: "us", "great britain": "gb", uk: "gb", england: "gb", korea: "kr", holland: "nl", "north macedonia": "mk", eswatini: "sz", "türkiye": "tr", "czech republic": "cz" };
let found;
function tables() {
  if (found) return found;
  const iso = require("iso"), countries = new Map(), symbols = new Map(), codes = new Map();
  for (const line of iso.countries.split("\n")) {
    const [, iso2, iso3, money, name] = /^(..) (...) (\S+) (.+)$/.exec(line), country = { iso2, iso3, money: money === "-" ? undefined : money };
    for (const key of [iso2, iso3, name]) countries.set(key.toLowerCase(), country);
  }
  for (const line of iso.symbols.split("\n")) {
    const [code, symbol] = line.split(" ");
    symbols.set(code, symbol);
    codes.set(code, code);
  }
  // Many currencies share a symbol: the best known ones have it.
  for (const code of ["USD", "EUR", "GBP", "JPY", "INR", "KRW", "RUB", "TRY", "UAH", "VND", "ILS", "PHP", "NGN", "PLN"]) codes.set(symbols.get(code), code);
  return (found = { countries, symbols, codes });
}
function country(text) {
  if (typeof text !== "string") return undefined;
  const key = text.trim().toLowerCase(), { countries } = tables();
  return countries.get(Object.hasOwn(usual, key) ? usual[key] : key);
}
CE.iso2CountryCode = (text) => country(text)?.iso2;
CE.iso3CountryCode = (text) => country(text)?.iso3;
CE.currencyCode = (text) => (typeof text === "string" ? tables().codes.get(text.trim().toUpperCase()) || country(text)?.money : undefined);
CE.currencySymbol = (text) => tables().symbols.get(CE.currencyCode(text));
module.exports = CE;
