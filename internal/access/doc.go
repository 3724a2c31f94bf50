// Package access knows who is calling: it reads the Authorization header, finds the user behind it,
// says what that user may do, and keeps logins, roles and passwords
// (reference/accounts-and-access.md, reference/http-conventions.md §2).
package access
