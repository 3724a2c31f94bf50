// Package apidoc writes the documentation of connectors: Swagger 2.0 as the original generates it
// (reference/clients.md §10) and OpenAPI 3.1 with the same operations. It reads definitions only: no
// values of instances and no configuration ever reach a document. Every document is valid, also when
// the definition is not; see docs/decisions/0311-documents-are-always-valid.md.
package apidoc
