// Objects of ours have another name at Salesforce.
const names = {
  accounts: 'Account', contacts: 'Contact', leads: 'Lead', opportunities: 'Opportunity', campaigns: 'Campaign', activities: 'Event',
  tasks: 'Task', notes: 'Note', attachments: 'Attachment', documents: 'Document', users: 'User',
};
const asked = request_path_variables.objectName;

if (/^[A-Za-z][A-Za-z0-9_]*$/.test(asked)) {
  done({ request_vendor_path: '/sobjects/' + (Object.hasOwn(names, asked) ? names[asked] : asked) + '/describe' });
} else {
  done({ continue: false, response_status_code: 404, response_error_message: 'There is no object ' + asked });
}
