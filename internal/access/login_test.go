package access

import (
	"strings"
	"testing"

	"jackfield/internal/vault"
)

func TestAnUnknownEmailCostsAsMuchAsAWrongPassword(t *testing.T) {
	t.Parallel()
	parameters := func(hash string) string { return strings.Join(strings.Split(hash, "$")[:4], "$") }
	if a, b := parameters(NoPasswordYet), parameters(vault.HashPassword("x")); a != b {
		t.Errorf("nobody's hash costs %s, a user's %s", a, b)
	}
	if len(NoPasswordYet) != len(vault.HashPassword("x")) {
		t.Error("nobody's hash has other lengths than a user's")
	}
	if vault.VerifyPassword(NoPasswordYet, "") {
		t.Error("the empty password is nobody's")
	}
}
