// Zendesk's lists take no conditions. What is searched for goes to its search instead, which pages by cursor too.
const kinds = { tickets: 'ticket', users: 'user', organizations: 'organization', groups: 'group' };
const list = request_vendor_path.replace(/^\/|\.json$/g, '');

if (request_expression === null) {
  done({ request_vendor_parameters: { query: null } });
} else {
  done({
    request_vendor_path: '/search/export.json',
    request_root_key: 'results',
    request_vendor_parameters: { 'filter[type]': kinds[list], role: null, 'role[]': null, sort: null },
  });
}
