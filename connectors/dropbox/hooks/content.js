// Files travel on a host of their own, with what is asked in a header.
const api = request_vendor_path.slice(request_vendor_path.indexOf('/files/'));
const argument = { path: request_path_variables.id || request_parameters.path };

if (api === '/files/upload' && request_parameters.overwrite === 'true') {
  argument.mode = 'overwrite';
}
done({
  request_vendor_path: configuration['content.url'] + api,
  request_vendor_headers: { 'Dropbox-API-Arg': JSON.stringify(argument), 'Content-Type': 'application/octet-stream' },
});
