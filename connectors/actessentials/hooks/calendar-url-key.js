// The key may come as bare text. Callers get an object in either case.
if (!response_iserror && typeof response_body === 'string' && response_body !== '') {
  done({ response_body: { urlKey: response_body } });
} else {
  done({});
}
