// A description of Salesforce as ours: one entry for each field.
const types = { boolean: 'boolean', int: 'number', long: 'number', double: 'number', currency: 'number', percent: 'number' };
const masks = { date: 'yyyy-MM-dd', datetime: "yyyy-MM-dd'T'HH:mm:ss.SSSZ" };

function field(f) {
  const entry = {
    vendorPath: f.name, type: types[f.type] || 'string', vendorNativeType: f.type, vendorDisplayName: f.label, custom: f.custom === true,
    vendorReadOnly: f.createable === false && f.updateable === false,
    vendorRequired: f.createable === true && f.nillable === false && f.defaultedOnCreate !== true,
  };
  if (masks[f.type]) {
    Object.assign(entry, { type: 'date', mask: masks[f.type] });
  }
  if (f.length > 0) {
    entry.vendorMaxLength = f.length;
  }
  const picks = (f.picklistValues || []).filter((p) => p.active !== false);
  return picks.length === 0 ? entry : { ...entry, picklist: picks.map((p) => ({ displayName: p.label, value: p.value })) };
}

if (response_iserror || response_body === null || !Array.isArray(response_body.fields)) {
  done({});
} else {
  const fields = response_body.fields.map(field);
  done({ response_body: { fields: request_parameters.customFieldsOnly === 'true' ? fields.filter((f) => f.custom) : fields } });
}
