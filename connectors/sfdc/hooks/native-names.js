// Callers of the original sent firstName as well as FirstName. What only Salesforce sets is left out, so that a record that
// was read can be sent back.
const own = ['id', 'Id', 'attributes', 'CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp', 'IsDeleted'];
const body = request_vendor_body_map;

if (body === null || typeof body !== 'object' || Array.isArray(body)) {
  done({});
} else {
  const entries = Object.entries(body).filter(([key]) => !own.includes(key));
  done({ request_vendor_body: Object.fromEntries(entries.map(([key, v]) => [key.charAt(0).toUpperCase() + key.slice(1), v])) });
}
