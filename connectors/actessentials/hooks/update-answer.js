// An update by filter may answer a list of what it changed, or only how many records that were. The
// caller asked for one record by its id: it gets that record, or 404 when the filter found none.
const id = String(request_path_variables.id);
const body = response_body;
const list = Array.isArray(body);
const count = typeof body === 'number';

if (response_iserror || !(list || count)) {
  done({});
} else if (list ? body.length === 0 : body === 0) {
  done({ response_status_code: 404, response_error_message: 'There is no record with the id ' + id });
} else {
  done({ response_body: list ? body[0] : { id: id } });
}
