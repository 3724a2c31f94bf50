// Package transfer moves tenants and whole databases in and out: archives, copies from one kind of database to the other, and
// files of tenants of another system.
package transfer
