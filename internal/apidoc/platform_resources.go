package apidoc

import "jackfield/internal/connector"

// platformResources are the operations that every connector has besides its own: ping, objects, any object
// by its name, and bulk where something can be loaded in bulk (reference/clients.md §10).
func platformResources(d *connector.Definition) *document {
	fields := d.Default("allow.select.fields") == "true"
	doc := &document{operations: standing(fields), definitions: standingModels()}
	download, upload, jobs := bulkAbilities(d)
	if !download && !upload && !jobs {
		return doc
	}
	doc.operations = append(doc.operations, bulkStanding(fields)...)
	models := bulkModels
	if jobs {
		doc.operations = append(doc.operations, bulkDownload())
		models += bulkDownloadModels
	}
	if download {
		doc.operations = append(doc.operations, bulkQuery())
	}
	if upload {
		doc.operations = append(doc.operations, bulkUpload())
		models += bulkUploadModels
	}
	readModels(models, doc.definitions)
	return doc
}

// bulkAbilities says what can be done in bulk: download by query, upload, and download by a job description.
// The connector's flags count, and those of each of its objects.
func bulkAbilities(d *connector.Definition) (query, upload, download bool) {
	query, upload = d.BulkDownloadEnabled, d.BulkUploadEnabled
	for i := range d.Objects {
		o := &d.Objects[i]
		query = query || o.BulkDownloadEnabled
		upload = upload || o.BulkUploadEnabled
		download = download || o.HulkDownloadEnabled
	}
	return query, upload, download
}

func named(name, description string) parameter {
	return parameter{name: name, in: inPath, kind: "string", required: true, description: description}
}

func asked(name, kind, description string) parameter {
	return parameter{name: name, in: inQuery, kind: kind, description: description}
}

func sent(name string) parameter {
	return parameter{name: name, in: inHeader, kind: "string", description: "Hydrogen (default) for names only, Helium for details"}
}

func whole(model, description string) parameter {
	return parameter{name: "Body", in: inBody, required: true, description: description, schema: refer(model)}
}

func refer(model string) schema { return schema{"$ref": pointer(model)} }

func listOf(items schema) schema { return schema{"type": "array", "items": items} }

// paging are the parameters of every list.
func paging(fields bool, first ...parameter) []parameter {
	size := asked("pageSize", "integer", "How many records a page has at most")
	size.format = "int64"
	return selectable(fields, append(first, size, asked("nextPage", "string", nextPageText))...)
}

func selectable(fields bool, all ...parameter) []parameter {
	if fields {
		all = append(all, asked("fields", "string", fieldsText))
	}
	return all
}

func call(method, path, summary string, answer schema, parameters ...parameter) *operation {
	return &operation{
		method: method, path: path, summary: summary, tag: firstSegment(path), answer: answer,
		parameters: append([]parameter{authorization()}, parameters...),
	}
}

const (
	objectPath      = "/{objectName}"
	recordPath      = objectPath + "/{objectId}"
	childrenPath    = recordPath + "/{childObjectName}"
	childPath       = childrenPath + "/{childObjectId}"
	elementsVersion = "Elements-Version"
)

// standing are the operations of every connector.
func standing(fields bool) []*operation {
	object := named("objectName", "Name of the object, such as contacts")
	id := named("objectId", "Id of the record")
	children := named("childObjectName", "Name of the objects below the record")
	childID := named("childObjectId", "Id of the record below")
	where := asked("where", "string", "Which records, as a CEQL expression such as lastName='Byron'")
	body := whole("Object", "The record")
	version := asked("version", "string", "Version of the connector, -1 for the newest")
	version.preset = "-1"

	ops := []*operation{
		call("GET", "/ping", "Ask whether the provider can be reached with this instance", refer("Pong")),
		call("GET", "/objects", "List the objects", listOf(schema{"type": "string"}), sent(elementsVersion)),
		call("GET", "/objects/{objectName}/metadata", "Describe the fields of an object", refer("objectsMetadata"), object, sent(elementsVersion)),
		call("GET", "/objects/{objectName}/docs", "Document one object as Swagger", refer("swaggerDocs"), object,
			asked("discovery", "boolean", "Add the fields that only this instance has"),
			asked("resolveReferences", "boolean", "Write nested definitions out where they are used"),
			asked("basic", "boolean", "Show what is part of Swagger only"), version),

		call("GET", objectPath, "Search for records of an object", listOf(refer("Object")), paging(fields, object, where)...),
		call("POST", objectPath, "Create a record", nil, object, body),
		call("GET", recordPath, "Retrieve a record", refer("Object"), object, id),
		call("PATCH", recordPath, "Update a record", refer("Object"), object, id, body),
		call("PUT", recordPath, "Replace a record", refer("Object"), object, id, body),
		call("DELETE", recordPath, "Delete a record", nil, object, id),

		call("GET", childrenPath, "Search for records below a record", listOf(refer("Object")), paging(fields, object, id, children, where)...),
		call("POST", childrenPath, "Create a record below a record", nil, object, id, children, body),
		call("GET", childPath, "Retrieve a record below a record", refer("Object"), object, children, id, childID),
		call("PATCH", childPath, "Update a record below a record", refer("Object"), object, children, id, childID, body),
		call("PUT", childPath, "Replace a record below a record", refer("Object"), object, children, id, childID, body),
		call("DELETE", childPath, "Delete a record below a record", nil, object, children, id, childID),
	}
	for _, op := range ops {
		if op.method == "GET" && op.path == recordPath {
			op.produces = []string{"application/json", "application/pdf"}
		}
	}
	return ops
}

// bulkStanding are the operations on bulk jobs, whatever made them.
func bulkStanding(fields bool) []*operation {
	id := named("id", "Id of the bulk job")
	size := asked("pageSize", "integer", "How many jobs a page has at most")
	size.format = "int64"
	next := asked("nextPage", "string", nextPageText)
	results := call("GET", "/bulk/{id}/{objectName}", "Retrieve what a bulk job brought", schema{"type": "file"},
		id, named("objectName", "Name of the object"))
	results.produces = []string{"text/csv", "application/json", "application/jsonl"}
	return []*operation{
		call("GET", "/bulk/jobs", "List the bulk jobs of the instance", refer("BulkJobList"), selectable(fields,
			asked("where", "string", "Which jobs, as a CEQL expression over object_name, job_status, job_direction and record_count"), next, size)...),
		call("GET", "/bulk/{id}/status", "Retrieve the state of a bulk job", refer("BulkStatus"), id),
		call("GET", "/bulk/{id}/errors", "List the errors of a bulk job", listOf(schema{"type": "string"}), selectable(fields, id, size, next)...),
		call("PUT", "/bulk/{id}/cancel", "Cancel a bulk job", refer("BulkStatus"), id),
		results,
	}
}

func bulkDownload() *operation {
	body := whole("bulkDownloadRequest", "What to download, and in which form")
	body.name = "body"
	return call("POST", "/bulk/download", "Start a download of many records", refer("BulkQuery"), body)
}

func bulkQuery() *operation {
	op := call("POST", "/bulk/query", "Start a query for many records", refer("BulkQuery"), callback(),
		asked("q", "string", "Which records, as a CEQL query; all when it is left out"),
		asked("lastRunDate", "string", "When the query ran before, such as 2014-10-06T13:22:17-08:00"),
		asked("from", "string", "First date of change, such as 2014-10-06T13:22:17-08:00"),
		asked("to", "string", "Last date of change, such as 2014-10-06T13:22:17-08:00"),
		metaData())
	op.consumes = []string{"multipart/form-data"}
	return op
}

func bulkUpload() *operation {
	op := call("POST", "/bulk/{objectName}", "Upload a file of records", refer("BulkUploadResponse"), callback(),
		named("objectName", "Name of the object that the records are of"), metaData(),
		parameter{name: "file", in: inForm, kind: "file", description: "The records: CSV, or JSON with one record a line"})
	op.consumes = []string{"multipart/form-data"}
	return op
}

func callback() parameter {
	return parameter{name: "Elements-Async-Callback-Url", in: inHeader, kind: "string", description: "URL that is told when the job has ended"}
}

func metaData() parameter {
	return parameter{name: "metaData", in: inForm, kind: "string", description: "Options of the job as a JSON object"}
}
