// A list takes some conditions as parameters, and knows a record at once. Everything else goes to Stripe's search, which
// is up to a minute behind, and whose cursor has another name.
const parameters = {
  '/charges': ['customer', 'payment_intent'],
  '/customers': ['email'],
  '/invoices': ['customer', 'status', 'subscription'],
  '/payment_intents': ['customer'],
  '/products': ['active'],
  '/subscriptions': ['customer', 'price'],
};
const comparisons = { '>': 'created[gt]', '>=': 'created[gte]', '<': 'created[lt]', '<=': 'created[lte]' };
const { query, starting_after: cursor } = request_vendor_parameters;

const listed = {};
const all = request_expression || [];
const simple = query === undefined || (!query.includes(' OR ') && all.every(({ attribute, operator, value }) => {
  const name = operator === '=' ? attribute : comparisons[attribute === 'created' ? operator : ''];
  const known = operator === '=' ? parameters[request_vendor_path].includes(name) : name !== undefined;
  const first = listed[name] === undefined;
  listed[name] = value;
  return known && first;
}));

if (simple) {
  done({ request_vendor_parameters: { ...listed, query: null } });
} else {
  done({
    request_vendor_path: request_vendor_path + '/search',
    request_vendor_parameters: { starting_after: null, page: cursor === undefined ? null : cursor },
  });
}
