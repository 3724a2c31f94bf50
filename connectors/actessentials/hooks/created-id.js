// A creation answers the record. Should the answer have no id, the Location header has it.
const body = response_body;
const empty = body === null || body === undefined || body === '';
const record = typeof body === 'object' && body !== null && !Array.isArray(body);

function location() {
  const headers = response_headers || {};
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'location');
  return name ? String(headers[name]) : '';
}

const found = /\/([A-Za-z0-9-]+)\/?(\?.*)?$/.exec(location());

if (response_iserror || !found || !(empty || (record && (body.id === undefined || body.id === null)))) {
  done({});
} else {
  done({ response_body: Object.assign({}, record ? body : {}, { id: found[1] }) });
}
