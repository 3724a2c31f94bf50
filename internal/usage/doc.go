// Package usage keeps a record of every API call served: taken without making the caller wait, written in
// batches, found again by request id (reference/http-conventions.md §8.2, reference/operations.md §4).
package usage
