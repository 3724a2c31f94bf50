package apidoc

import "strings"

// The models of the platform's own operations, a line each: the name, then the properties as name:type.
// A type is a type of Swagger, one with its format after a slash, @name of another model, or a list of
// one of these in brackets. An exclamation mark says that a property is required. Names and properties
// are those of the original's documents.

const everyModels = `
Pong: dateTime:string/date-time endpoint:string valid:boolean
Object: objectField:string
objectsMetadata: fields:[@objectsMetadataFields]
objectsMetadataFields: mask:string type:string vendorDisplayName:string vendorPath:string vendorReadOnly:boolean vendorRequired:boolean
`

// docsModels describe the answer of /objects/{objectName}/docs, which is a Swagger document itself.
const docsModels = `
swaggerDocs: basePath:string paths:@swaggerpaths host:string schemes:[string] definitions:@swaggerdefinitions swagger:string info:@swaggerinfo tags:[@swaggertags]
swaggerinfo: contact:@swaggercontact title:string version:string
swaggercontact: email:string
swaggertags: name:string
swaggerpaths: /contacts:@swagger-contacts-path
swagger-contacts-path: post:@swaggerpost
swaggerpost: summary:string operationId:string responses:@swaggerresponses parameters:[@swaggerparameters] tags:[string]
swaggerparameters: schema:@swaggerparametersschema in:string name:string description:string type:string required:boolean
swaggerparametersschema: $ref:string
swaggerresponses: 200:@swagger200 400:@swagger400 401:@swagger401 403:@swagger403 404:@swagger404 405:@swagger405 406:@swagger406 409:@swagger409 415:@swagger415 500:@swagger500 502:@swagger502
swagger200: schema:@swaggerschema description:string
swagger400: description:string
swagger401: description:string
swagger403: description:string
swagger404: description:string
swagger405: description:string
swagger406: description:string
swagger409: description:string
swagger415: description:string
swagger500: description:string
swagger502: description:string
swaggerschema: $ref:string
swaggerdefinitions: definition-name:@swaggerdefinition-name
swaggerdefinition-name: properties:@swaggerproperties
swaggerproperties: definition-property:@swaggerdefinition-property
swaggerdefinition-property: type:string
`

const bulkModels = `
BulkJobList: id:integer/int32 instanceId:integer/int32 object_name:string job_query:string job_direction:string job_state:string status:string record_count:integer/int32 error_count:integer/int32 job_reset_attempt:integer/int32 createdDate:integer/int64 completion_time:integer/int64 fileFormat:string notification_url:string
BulkQuery: id:string status:string instance_id:number
BulkStatus: batchId:number message:string numOfLeadsProcessed:number numOfRowsFailed:number numOfRowsWithWarning:number status:string
`

const bulkDownloadModels = `
bulkDownloadRequest: objectName:string! format:string! apiLimit:integer/int32 continueFromJobId:integer/int32 docsHubDetails:@bulkDownloadRequestDocsHubDetails filterDateField:string filterNulls:boolean from:string/date-time to:string/date-time limit:integer/int32 notificationUrl:string pageSize:integer/int32 query:@bulkDownloadRequestQuery selectFields:string where:string
bulkDownloadRequestDocsHubDetails: instanceId:string path:string
bulkDownloadRequestQuery: anyKey:string
`

const bulkUploadModels = `
BulkUploadResponse: id:string instanceId:integer/int64 status:string
`

// standingModels are the definitions of every document of a connector.
func standingModels() map[string]schema {
	definitions := map[string]schema{}
	readModels(everyModels+docsModels, definitions)
	return definitions
}

// readModels adds the models of a table.
func readModels(table string, to map[string]schema) {
	for line := range strings.Lines(table) {
		name, rest, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		properties, s := schema{}, schema{"type": "object"}
		var required []any
		for word := range strings.FieldsSeq(rest) {
			property, kind, _ := strings.Cut(word, ":")
			if short, must := strings.CutSuffix(kind, "!"); must {
				kind = short
				required = append(required, property)
			}
			properties[property] = readType(kind)
		}
		s["properties"] = properties
		if required != nil {
			s["required"] = required
		}
		to[name] = s
	}
}

func readType(kind string) schema {
	if inner, ok := strings.CutPrefix(kind, "["); ok {
		return listOf(readType(strings.TrimSuffix(inner, "]")))
	}
	if model, ok := strings.CutPrefix(kind, "@"); ok {
		return refer(model)
	}
	name, format, has := strings.Cut(kind, "/")
	if has {
		return schema{"type": name, "format": format}
	}
	return schema{"type": name}
}
