package vault_test

import (
	"strings"
	"testing"

	"jackfield/internal/vault"
)

func TestAPasswordMatchesItsOwnHashAlone(t *testing.T) {
	t.Parallel()
	hash := vault.HashPassword("correct horse")
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash is %s", hash)
	}
	if hash == vault.HashPassword("correct horse") {
		t.Error("two hashes of one password are the same")
	}
	for password, want := range map[string]bool{"correct horse": true, "correct horse ": false, "Correct horse": false, "": false} {
		if vault.VerifyPassword(hash, password) != want {
			t.Errorf("%q: %t", password, !want)
		}
	}
}

func TestAHashOfOtherCostsStillMatches(t *testing.T) {
	t.Parallel()
	// Made by the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -e
	const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if !vault.VerifyPassword(hash, "password") {
		t.Error("the reference hash does not match")
	}
}

func TestADamagedHashMatchesNothing(t *testing.T) {
	t.Parallel()
	const salt, sum = "c29tZXNhbHRzb21lc2FsdA", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, hash := range []string{
		"", "x", "$", "$argon2id", "$argon2i$v=19$m=19456,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=16$m=19456,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=19456,t=0,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=19456,t=2,p=0$" + salt + "$" + sum,
		"$argon2id$v=19$m=4000000000,t=2,p=1$" + salt + "$" + sum, // would take 4 TB
		"$argon2id$v=19$m=19456,t=4000000,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=19456,t=2,p=1$%$" + sum,
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$%",
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$",
		"$argon2id$v=19$m=x$" + salt + "$" + sum,
	} {
		if vault.VerifyPassword(hash, "password") || vault.VerifyPassword(hash, "") {
			t.Errorf("%s matches", hash)
		}
	}
}
