// Package connector is the connector as data: the typed model of a definition, its lossless JSON
// and YAML forms, the folder form that shipped connectors are written in, and the rules a
// definition must keep (reference/elements.md §§1-6, 8, 10). It knows no HTTP and no database.
package connector
