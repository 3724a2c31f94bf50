// Package metadata reads facts off a connector's definition: the names of its objects, their fields,
// and what the connector can do (reference/hub-api.md §§5.1, 5.2, 5.5). It does no I/O.
package metadata
