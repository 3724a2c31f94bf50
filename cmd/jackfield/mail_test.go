package main

import (
	"strings"
	"testing"
)

func TestFlagsOfMailBelongTogetherAndNeverShowThePassword(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ server, from, want string }{
		{"", "", ""},
		{"smtps://ada:secret@mail.example.org", "Jackfield <jackfield@example.org>", ""},
		{"smtps://ada:secret@mail.example.org", "", "--mail-from"},
		{"", "jackfield@example.org", "--smtp-url"},
		{"ftp://ada:secret@mail.example.org", "jackfield@example.org", "--smtp-url"},
		{"smtps://ada:secret@mail.example.org", "nobody", "--mail-from"},
	} {
		m, err := parseMail(test.server, test.from)
		switch {
		case test.want == "" && (err != nil || (m.server == nil) != (test.server == "")):
			t.Errorf("%s: %v", test.server, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret")):
			t.Errorf("%s, %s: %v", test.server, test.from, err)
		}
	}
}
