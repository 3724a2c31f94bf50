// A search tells how many records there are, and no more: the number of the next page is worked out here. It ends at
// page 10.
const page = Number(request_vendor_parameters.page || 1);

if (!response_iserror && request_vendor_path.startsWith('/search/') && page < 10 && response_body.total > page * 30) {
  done({ response_headers: { 'elements-next-page-token': String(page + 1) } });
} else {
  done({});
}
