// Package audit keeps who changed what, from where, and what it was before and after (reference/http-conventions.md §8.3). A row is in
// the database before the change is made and is ended after it: what a crash interrupted is there without an end. The database itself
// refuses to change or delete rows.
package audit
