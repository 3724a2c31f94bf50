// A list is one text at Salesforce: SELECT … FROM … WHERE … ORDER BY … LIMIT …. Names are checked here, since they cannot be
// quoted there; values come quoted out of the converter.
const given = request_vendor_parameters;
const name = /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$/;
const recordId = /^[A-Za-z0-9]{15,18}$/;

function refuse(message, status = 400) {
  done({ continue: false, response_status_code: status, response_error_message: message });
}

function select(text) {
  const fields = (text || '').split(',').map((f) => f.trim()).filter((f) => f !== '' && f !== '*');
  if (fields.length === 0) {
    return 'FIELDS(ALL)';
  }
  return [...new Set(['Id', ...fields.filter((f) => f !== 'id')])].join(', ');
}

function orderBy(text) {
  return text.split(',').map((part) => part.trim().replace(/\s+/g, ' ')).join(', ');
}

// Without an order of the caller's, pages follow each other by id, however deep. With one, or by number, they are
// counted, which ends at row 2,000.
const cursor = given.nextPage || '';
const counted = request_parameters.orderBy || given.page || cursor.startsWith('offset-');
const offset = cursor.startsWith('offset-') ? cursor.slice('offset-'.length) : given.page || '0';
const fields = select(request_parameters.fields);
const order = request_parameters.orderBy ? orderBy(request_parameters.orderBy) : 'Id ASC';
const conditions = [given.where ? '(' + given.where + ')' : ''];

if (given.parentField) {
  conditions.push(given.parentField + " = '" + given.parent + "'");
}
if (cursor && !counted) {
  conditions.push("Id > '" + cursor + "'");
}
const where = conditions.filter((c) => c !== '').join(' AND ');

if (!name.test(given.object)) {
  refuse('The object ' + given.object + ' is not a name', 404);
} else if (fields !== 'FIELDS(ALL)' && !fields.split(', ').every((f) => name.test(f))) {
  refuse('fields must be names with commas between them');
} else if (!order.split(', ').every((f) => /^[A-Za-z][A-Za-z0-9_.]*( (ASC|DESC))?( NULLS (FIRST|LAST))?$/i.test(f))) {
  refuse('orderBy must be names with commas between them, with ASC or DESC behind them');
} else if (given.parentField && !recordId.test(given.parent)) {
  refuse('There is no record with the id ' + given.parent, 404);
} else if (cursor && !recordId.test(cursor) && !/^offset-\d{1,9}$/.test(cursor)) {
  refuse('The nextPage token is not valid: send the value of Elements-Next-Page-Token unchanged');
} else {
  const q = 'SELECT ' + fields + ' FROM ' + given.object + (where && ' WHERE ' + where) + ' ORDER BY ' + order +
    ' LIMIT ' + given.pageSize + (counted ? ' OFFSET ' + offset : '');
  done({
    request_vendor_parameters: {
      q, object: null, parent: null, parentField: null, where: null, pageSize: null, page: null, nextPage: null,
    },
  });
}
