// Freshdesk's lists take a few conditions as parameters. Everything else goes to its search, which has pages of 30 and
// takes no other parameter.
const query = request_vendor_parameters.query;

if (query === undefined) {
  done({});
} else {
  const beside = Object.keys(request_vendor_parameters).filter((name) => !['query', 'page', 'per_page', 'order_by', 'order_type'].includes(name));
  if (beside.length > 0) {
    done({ response_error_message: 'where cannot join ' + beside.join(', ') + ' with other conditions on this resource: ask for one or the other' });
  } else {
    done({
      request_vendor_path: '/search' + request_vendor_path,
      request_root_key: 'results',
      request_vendor_parameters: { per_page: null, order_by: null, order_type: null },
    });
  }
}
