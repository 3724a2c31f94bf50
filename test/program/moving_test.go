package program_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// outcome runs a command to its end and returns what it printed.
func outcome(t *testing.T, wantCode int, arguments ...string) (out, errors string) {
	t.Helper()
	p := run(t, arguments...)
	text, err := io.ReadAll(p.lines)
	if err != nil {
		t.Fatal(err)
	}
	if code := p.end(); code != wantCode {
		t.Fatalf("%v ends with %d: %s%s", arguments, code, text, p.errors)
	}
	return string(text), p.errors.String()
}

func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in %s", part, text)
		}
	}
}

func TestABackupOfARunningServerIsRestoredAndServes(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	data, archive, other := filepath.Join(folder, "data"), filepath.Join(folder, "archive.tar.gz"), filepath.Join(folder, "other")
	p, before := demo(t, data)
	out, _ := outcome(t, 0, "backup", "--data", data, archive)
	wants(t, out, "instances", "The key is not in it")
	_, errors := outcome(t, 1, "backup", "--data", data, archive)
	wants(t, errors, "is there already")
	_, errors = outcome(t, 1, "restore", "--data", data, "--replace", archive)
	wants(t, errors, "stop the server")
	_, errors = outcome(t, 1, "restore", "--data", other, archive)
	wants(t, errors, "The key is missing")

	withKey := filepath.Join(folder, "with-key.tar.gz")
	_, errors = outcome(t, 0, "backup", "--data", data, "--with-key", "--without-usage", withKey)
	wants(t, errors, "WARNING: the key is in")
	out, _ = outcome(t, 0, "restore", "--data", other, "--dry-run", withKey)
	wants(t, out, "is sound", "Nothing was changed")
	out, _ = outcome(t, 0, "restore", "--data", other, withKey)
	wants(t, out, "The key of the archive is in", "Usage records and traces are not in the archive")
	_, errors = outcome(t, 1, "restore", "--data", other, archive)
	wants(t, errors, "is not empty")
	out, _ = outcome(t, 0, "restore", "--data", other, "--replace", archive)
	wants(t, out, "What was there before is in")

	_, after := demo(t, other)
	if after.Login != before.Login || after.UserSecret != before.UserSecret || after.Instance != before.Instance {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if status, body := after.call(t, "GET", "/hubs/crm/contacts?pageSize=1", ""); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	p.signal(os.Interrupt)
	p.end()
	third := filepath.Join(folder, "third")
	out, _ = outcome(t, 0, "copy", "--data", data, "--to", third)
	wants(t, out, "compared by count and checksum")
	_, errors = outcome(t, 1, "copy", "--data", data, "--to", third)
	wants(t, errors, "is not empty")
	_, errors = outcome(t, 2, "copy", "--data", data, "--to", "mysql://x")
	wants(t, errors, "--to")
	_, again := demo(t, third)
	if again.UserSecret != before.UserSecret {
		t.Error("the copy has another secret")
	}
}

func TestTenantsMoveInWhileAServerRunsAndAgainAfterKill9(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	data, file := filepath.Join(folder, "data"), filepath.Join(folder, "tenants.jsonl")
	_, f := demo(t, data)
	const secret, organization, token, many = "secret-of-the-old-system-000000000000000000=", "00112233445566778899aabbccddeeff", "token-of-the-old-system-0000000000000000000=", 4000
	var lines strings.Builder
	lines.WriteString(`{"type":"organization","ref":819,"name":"Acme","secret":"` + organization + `"}
{"type":"account","ref":4030,"organization":819,"default":true}
{"type":"user","ref":41,"account":4030,"email":"charles@example.org","firstName":"Charles","lastName":"Babbage","secret":"` + secret + `"}
{"type":"instance","id":700000,"user":41,"connector":"actessentials","name":"Old","token":"` + token + `","configuration":{"username":"` + f.Simulator.APIKey + `","password":"` + f.Simulator.DeveloperKey + `"}}
`)
	for n := range many {
		fmt.Fprintf(&lines, `{"type":"instance","id":%d,"user":41,"connector":"actessentials","name":"n%d","token":"a-token-of-the-old-system-%d","tags":["a","b"],"configuration":{"username":"u","password":"p"}}`+"\n", 800000+n, n, n)
	}
	if err := os.WriteFile(file, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ := outcome(t, 0, "import-tenants", "--data", data, "--dry-run", file)
	wants(t, out, "4001 to be made", "Nothing was changed")
	if status, _ := f.call(t, "GET", "/instances/700000", ""); status != 404 {
		t.Errorf("a dry run made something: %d", status)
	}
	stored := f
	stored.UserSecret, stored.OrganizationSecret, stored.Instance.Token = secret, organization, token
	killed := run(t, "import-tenants", "--data", data, file)
	for status := 0; status != 200; { // until the first batch is there
		status, _ = stored.call(t, "GET", "/instances/700000", "")
	}
	killed.signal(syscall.SIGKILL)
	killed.end()
	out, _ = outcome(t, 0, "import-tenants", "--data", data, file)
	wants(t, out, "1 there already") // the organization, the account and the user at least
	out, _ = outcome(t, 0, "import-tenants", "--data", data, file)
	wants(t, out, "0 made,     4001 there already")

	if status, body := stored.call(t, "GET", "/hubs/crm/contacts?pageSize=1", ""); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	broken := filepath.Join(folder, "broken.jsonl")
	if err := os.WriteFile(broken, []byte(lines.String()+`{"type":"instance","id":700000,"user":41,"connector":"nothing","name":"x","token":"short"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errors := outcome(t, 1, "import-tenants", "--data", data, broken)
	wants(t, out, "line 4005: conflict")
	wants(t, errors, "nothing was changed")
}
