//go:build !unix

package storetest

import (
	"os"
	"testing"
)

// PostgresURL is the database that JACKFIELD_TEST_POSTGRES names: here no cluster of our own can be started.
func PostgresURL(t testing.TB) string {
	t.Helper()
	address := os.Getenv("JACKFIELD_TEST_POSTGRES")
	if address == "" {
		t.Skip("NOT TESTED ON POSTGRESQL: set JACKFIELD_TEST_POSTGRES")
	}
	return address
}
