// Callers of the original sent email1 to email3 and phone1 to phone3. Pipedrive takes lists, whose first item is the
// primary one.
const body = request_vendor_body_map;

function gather(name) {
  const values = [1, 2, 3].map((n) => body[name + n]).filter((v) => v !== undefined && v !== null && v !== '');
  return values.map((v, i) => ({ primary: i === 0, ...(typeof v === 'object' ? v : { value: String(v) }) }));
}

if (body === null || typeof body !== 'object' || Array.isArray(body) || !Object.keys(body).some((k) => /^(email|phone)[123]$/.test(k))) {
  done({});
} else {
  const changed = Object.fromEntries(Object.entries(body).filter(([k]) => !/^(email|phone)[123]$/.test(k)));
  for (const name of ['email', 'phone']) {
    const values = gather(name);
    if (values.length > 0) {
      changed[name + 's'] = values;
    }
  }
  done({ request_vendor_body: changed });
}
