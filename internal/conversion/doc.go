// Package conversion turns foreign API descriptions into connector definitions: Swagger 2.0, OpenAPI
// 3.0 and 3.1, WSDL 1.1 and OData $metadata (reference/elements.md §12.4). It reads what it is handed
// and nothing else: no file, no network. References that lead out of a document are refused.
package conversion
