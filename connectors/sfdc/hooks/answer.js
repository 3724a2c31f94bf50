// Records come with attributes, which callers never saw, and without the id in lower case, which they did. Lists tell
// where they go on. Two errors have a status that says something else than Salesforce means.
const errors = { REQUEST_LIMIT_EXCEEDED: 429, DUPLICATES_DETECTED: 409, DUPLICATE_VALUE: 409, ENTITY_IS_DELETED: 404 };

function strip(record) {
  const { attributes, ...rest } = record;
  for (const [key, value] of Object.entries(rest)) {
    if (value !== null && typeof value === 'object' && value.attributes) {
      rest[key] = strip(value);
    }
  }
  return rest.Id === undefined ? rest : { id: rest.Id, ...rest };
}

function list(answer) {
  const records = answer.records.map(strip);
  const [, limit, offset] = /LIMIT (\d+)(?: OFFSET (\d+))?$/.exec(request_vendor_parameters.q);
  if (records.length < Number(limit)) {
    return { response_body: records };
  }
  const next = offset === undefined ? records[records.length - 1].Id : 'offset-' + (Number(offset) + records.length);
  return { response_body: records, response_headers: { 'Elements-Next-Page-Token': next } };
}

if (response_iserror) {
  const code = Array.isArray(response_body) && response_body.length > 0 ? response_body[0].errorCode : '';
  done(errors[code] ? { response_status_code: errors[code] } : {});
} else if (response_body !== null && Array.isArray(response_body.records)) {
  done(list(response_body));
} else if (response_body !== null && response_body.attributes) {
  done({ response_body: strip(response_body) });
} else {
  done({});
}
