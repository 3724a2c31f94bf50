// The names of the objects that can be asked for.
if (response_iserror || response_body === null || !Array.isArray(response_body.sobjects)) {
  done({});
} else {
  done({ response_body: response_body.sobjects.filter((o) => o.queryable !== false).map((o) => o.name) });
}
