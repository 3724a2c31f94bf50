// A link that Dropbox gives holds for four hours.
const body = response_body || {};

if (response_iserror) {
  const gone = response_status_code === 409 && String(body.error_summary).includes('not_found');
  done(gone ? { response_status_code: 404 } : {});
} else {
  done({ response_body: { providerLink: body.link, name: body.metadata && body.metadata.name, expires: true } });
}
