// HubSpot's lists take no conditions and no order. Both go to its search, which takes everything in its body. A list
// without them stays a list: the search finds changes late, and ends after 10,000 records.
const kinds = { accounts: 'company', contacts: 'contact', opportunities: 'deal' };
const child = /\/(accounts|contacts|opportunities)\/[^/]+\/activities$/.exec(request_path);
const order = request_parameters.orderBy;
const groups = request_vendor_body_map === null ? [] : request_vendor_body_map.filterGroups;

// Records have their fields below properties, filters name them alone.
function property(name) {
  const own = name.replace(/^properties\./, '');
  return own === 'id' ? 'hs_object_id' : own;
}

function sorts(text) {
  const [name, direction] = text.trim().split(/\s+/);
  return [{ propertyName: property(name), direction: /^desc/i.test(direction || '') ? 'DESCENDING' : 'ASCENDING' }];
}

if (!child && !order && groups.length === 0) {
  done({});
} else {
  const query = request_vendor_parameters;
  const body = {
    filterGroups: groups.map((g) => ({ filters: g.filters.map((f) => ({ ...f, propertyName: property(f.propertyName) })) })),
    properties: [].concat(query.properties || []).join(',').split(','),
    limit: Number(query.limit),
  };
  if (query.after) {
    body.after = query.after;
  }
  if (order) {
    body.sorts = sorts(order);
  }
  if (child) {
    const owner = { propertyName: 'associations.' + kinds[child[1]], operator: 'EQ', value: request_path_variables.id };
    body.filterGroups = (body.filterGroups.length ? body.filterGroups : [{ filters: [] }]).map((g) => ({ filters: [...g.filters, owner] }));
  }
  done({
    request_vendor_method: 'POST',
    request_vendor_path: request_vendor_path + '/search',
    request_vendor_parameters: { limit: null, after: null, properties: null, associations: null, archived: null },
    request_vendor_body: body,
  });
}
