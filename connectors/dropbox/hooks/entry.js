// Callers of a documents hub know files and folders by one shape. What is not there is a conflict to Dropbox, and 404 here.
const shape = (entry) => ({
  id: entry.id,
  name: entry.name,
  path: entry.path_display,
  createdDate: entry.client_modified,
  modifiedDate: entry.server_modified,
  size: entry.size,
  directory: entry['.tag'] ? entry['.tag'] === 'folder' : entry.size === undefined,
  properties: { rev: entry.rev, content_hash: entry.content_hash, path_lower: entry.path_lower },
});
const body = response_body || {};

if (response_iserror) {
  const gone = response_status_code === 409 && String(body.error_summary).includes('not_found');
  done(gone ? { response_status_code: 404 } : {});
} else if (body.matches) {
  done({ response_body: { ...body, entries: body.matches.map((match) => shape(match.metadata.metadata)) } });
} else if (body.entries) {
  done({ response_body: { ...body, entries: body.entries.map(shape) } });
} else {
  done({ response_body: shape(body.metadata || body) });
}
