// The root has no name at Dropbox. A list goes on at an address of its own, with the cursor alone.
const body = request_vendor_body_map || {};

if (body.cursor !== undefined) {
  const next = request_vendor_path === '/files/search_v2' ? '/files/search/continue_v2' : request_vendor_path + '/continue';
  done({ request_vendor_path: next, request_vendor_body: { cursor: body.cursor } });
} else if (body.path === '/') {
  done({ request_vendor_body: { ...body, path: '' } });
} else {
  done({});
}
