package access

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"math/big"
)

// NewSecret makes a user secret, an instance token or a login token: 32 random bytes in standard base64,
// 44 characters (reference/http-conventions.md §2.1).
func NewSecret() string {
	return base64.StdEncoding.EncodeToString(randomBytes(32))
}

// NewOrganizationSecret makes an organization secret: 32 hex digits (reference/http-conventions.md §2.1).
func NewOrganizationSecret() string {
	return hex.EncodeToString(randomBytes(16))
}

// generatedPasswordLength gives about 120 bits.
const generatedPasswordLength = 20

// Alphabets of generated passwords, without letters that look like others and with symbols that need
// no quoting in a shell, in JSON or in a URL.
var passwordClasses = [...]string{
	"ABCDEFGHJKLMNPQRSTUVWXYZ",
	"abcdefghijkmnopqrstuvwxyz",
	"23456789",
	"-_.",
}

// NewPassword makes a strong password that DefaultPolicy accepts.
func NewPassword() string {
	all := ""
	for _, class := range passwordClasses {
		all += class
	}
	password := make([]byte, generatedPasswordLength)
	for {
		for i := range password {
			password[i] = all[randomBelow(len(all))]
		}
		if DefaultPolicy().Check(string(password), Person{}) == nil && password[0] != '-' {
			return string(password) // a leading dash would read as a flag on a command line
		}
	}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return b
}

func randomBelow(n int) int {
	v, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil { // the system's random source is gone: nothing that we make would be secret
		panic("access: no random numbers: " + err.Error())
	}
	return int(v.Int64())
}
