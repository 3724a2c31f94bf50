// Act! 365 has no address for updating one record: it updates what a filter finds. The id is in our
// path, so it becomes the filter. A where expression of the caller gives way to it.
//
// The hidden key update.strategy sends the change another way, in case the provider wants it so:
//   patch-filter  PATCH /Contacts?$filter=id eq '…'   (default)
//   patch-path    PATCH /Contacts/{id}
//   put           PUT /Contacts/{id}, which replaces the record: send all of it
const id = String(request_path_variables.id);
const strategy = configuration['update.strategy'] || 'patch-filter';
const address = request_vendor_path.replace(/\/+$/, '') + '/' + encodeURIComponent(id);

// Unquoted, an odd id could widen the filter to other records, so only plain ids go unquoted.
const bare = configuration['odata.literal.style'] === 'bare' && /^[A-Za-z0-9]+$/.test(id);
const literal = bare ? id : "'" + id.replace(/'/g, "''") + "'";

if (strategy === 'patch-filter') {
  done({ request_vendor_parameters: { $filter: 'id eq ' + literal } });
} else if (strategy === 'patch-path') {
  done({ request_vendor_path: address, request_vendor_parameters: { $filter: null } });
} else if (strategy === 'put') {
  done({ request_vendor_path: address, request_vendor_method: 'PUT', request_vendor_parameters: { $filter: null } });
} else {
  throw new Error('update.strategy is "' + strategy + '": use patch-filter, patch-path or put');
}
