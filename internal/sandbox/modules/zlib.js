// Node's zlib, for texts and bytes that are there as a whole. The host does the work.
const { Buffer } = require("buffer");

const bytes = (value) => (typeof value === "string" ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength));

for (const name of ["gzip", "gunzip", "deflate", "inflate", "deflateRaw", "inflateRaw"]) {
  const sync = (value) => Buffer.from(bridge("zlib", name, bytes(value).toBase64()), "base64");
  exports[name + "Sync"] = sync;
  exports[name] = (value, options, call) => {
    if (typeof options === "function") call = options;
    Promise.resolve().then(() => {
      let result;
      try {
        result = sync(value);
      } catch (error) {
        call(error);
        return;
      }
      call(null, result);
    });
  };
}
exports.unzipSync = exports.gunzipSync;
exports.unzip = exports.gunzip;
