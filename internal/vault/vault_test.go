package vault_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"jackfield/internal/vault"
)

var place = vault.Place{Table: "instances", Row: "7", Column: "token", Account: 3}

func open(t *testing.T, o vault.Options) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func seal(t *testing.T, v *vault.Vault, plain string) []byte {
	t.Helper()
	sealed, err := v.Seal([]byte(plain), place)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func wantOpen(t *testing.T, v *vault.Vault, sealed []byte, want string) {
	t.Helper()
	if got, err := v.Open(sealed, place); err != nil || string(got) != want {
		t.Errorf("opened %q, %v; want %q", got, err, want)
	}
}

func TestTheKeyFileIsMadeOnceAndForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "folder", "key")
	vaults := make([]*vault.Vault, 8)
	var wait sync.WaitGroup
	for n := range vaults {
		wait.Go(func() {
			var err error
			if vaults[n], err = vault.Open(t.Context(), vault.Options{Path: path}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if t.Failed() {
		return
	}
	sealed := seal(t, vaults[0], "secret")
	for _, v := range vaults {
		wantOpen(t, v, sealed, "secret")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("files were left behind: %v %v", entries, err)
	}
}

func TestAKeyThatCannotBeUsedIsRefusedInOneLine(t *testing.T) {
	t.Parallel()
	key, err := vault.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	prefix, body, _ := strings.Cut(key, ":")
	for name, c := range map[string]struct {
		text string
		mode fs.FileMode
		want string
	}{
		"readable by the group": {key, 0o640, "chmod 600"},
		"readable by all":       {key, 0o604, "chmod 600"},
		"empty":                 {"", 0o600, "not one of Jackfield's"},
		"another program's":     {"-----BEGIN PRIVATE KEY-----", 0o600, "not one of Jackfield's"},
		"cut off":               {key[:len(key)/2], 0o600, "damaged"},
		"no base64":             {prefix + ":%%%", 0o600, "no base64"},
		"no key set":            {prefix + ":" + base64.StdEncoding.EncodeToString([]byte(`{"version":1,"keyset":"AAAA","lookup":"`+strings.Repeat("A", 44)+`"}`)), 0o600, "damaged"},
		"a newer form":          {prefix + ":" + base64.StdEncoding.EncodeToString([]byte(`{"version":2}`)), 0o600, "newer version"},
		"a short lookup key":    {prefix + ":" + base64.StdEncoding.EncodeToString([]byte(`{"version":1,"keyset":"","lookup":"AAAA"}`)), 0o600, "damaged"},
		"wrapped":               {"jackfield-wrapped-key-1:" + body, 0o600, "--key-uri"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "key")
			if err := errors.Join(os.WriteFile(path, []byte(c.text), 0o600), os.Chmod(path, c.mode)); err != nil {
				t.Fatal(err)
			}
			_, err := vault.Open(t.Context(), vault.Options{Path: path})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("the error is %v", err)
			}
			if len(body) > 20 && strings.Contains(err.Error(), body[:20]) {
				t.Error("the error repeats the key")
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != c.text {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

func TestAKeyIsTakenFromTheEnvironmentInTheFormOfTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	fromFile := open(t, vault.Options{Path: path})
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fromText := open(t, vault.Options{Key: string(text)})
	wantOpen(t, fromText, seal(t, fromFile, "secret"), "secret")
	if !bytes.Equal(fromFile.Hash("user", "x"), fromText.Hash("user", "x")) {
		t.Error("the hashes differ")
	}
	if err := fromText.Rotate(t.Context()); err == nil || !strings.Contains(err.Error(), "JACKFIELD_KEY") {
		t.Errorf("a key from the environment was rotated: %v", err)
	}
	if _, err := vault.Open(t.Context(), vault.Options{Key: "x"}); err == nil || !strings.Contains(err.Error(), "JACKFIELD_KEY") {
		t.Errorf("the error is %v", err)
	}
	if _, err := vault.Open(t.Context(), vault.Options{}); err == nil {
		t.Error("a vault opened without any key")
	}
}

func TestASealedValueOpensInItsPlaceAlone(t *testing.T) {
	t.Parallel()
	v := open(t, vault.Options{Path: filepath.Join(t.TempDir(), "key")})
	sealed := seal(t, v, "planted-secret")
	wantOpen(t, v, sealed, "planted-secret")
	if bytes.Equal(sealed, seal(t, v, "planted-secret")) {
		t.Error("two seals of one value are the same")
	}
	table, row, column, account := place, place, place, place
	table.Table, row.Row, column.Column, account.Account = "users", "8", "secret", 4
	for _, other := range []vault.Place{table, row, column, account, {}, {Table: place.Table + "\x007", Column: place.Column, Account: 3}} {
		if plain, err := v.Open(sealed, other); err == nil || plain != nil {
			t.Errorf("it opened as %+v", other)
		} else if strings.Contains(err.Error(), "planted") {
			t.Errorf("the error repeats the secret: %v", err)
		}
	}
	for n := range sealed {
		changed := bytes.Clone(sealed)
		changed[n] ^= 1
		if _, err := v.Open(changed, place); err == nil {
			t.Fatalf("it opened with byte %d changed", n)
		}
	}
	for _, short := range [][]byte{nil, {}, sealed[:5], sealed[:len(sealed)-1]} {
		if _, err := v.Open(short, place); err == nil {
			t.Errorf("%d bytes opened", len(short))
		}
	}
	wantOpen(t, v, seal(t, v, ""), "")
}

func TestHashesDifferByKindSecretAndKey(t *testing.T) {
	t.Parallel()
	one, other := open(t, vault.Options{Path: filepath.Join(t.TempDir(), "key")}), open(t, vault.Options{Path: filepath.Join(t.TempDir(), "key")})
	seen := map[string]string{}
	for name, hash := range map[string][]byte{
		"user a": one.Hash("user", "a"), "user b": one.Hash("user", "b"), "session a": one.Hash("session", "a"), "joined": one.Hash("usera", ""), "other key": other.Hash("user", "a"),
	} {
		if len(hash) != 32 || seen[string(hash)] != "" {
			t.Errorf("%s: %d bytes, the same as %q", name, len(hash), seen[string(hash)])
		}
		seen[string(hash)] = name
	}
	if !bytes.Equal(one.Hash("user", "a"), one.Hash("user", "a")) {
		t.Error("a hash is not stable")
	}
}

func TestOldSecretsOpenAfterRotationsAndNewOnesInRunningServers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	running, tool := open(t, vault.Options{Path: path}), open(t, vault.Options{Path: path})
	hash := running.Hash("user", "x")
	var all [][]byte
	for n := range 3 {
		all = append(all, seal(t, tool, fmt.Sprint(n)))
		if err := tool.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	all = append(all, seal(t, tool, "3"))
	for name, v := range map[string]*vault.Vault{"the tool": tool, "a running server": running, "a new server": open(t, vault.Options{Path: path})} {
		for n, sealed := range all {
			wantOpen(t, v, sealed, fmt.Sprint(n))
		}
		if !bytes.Equal(v.Hash("user", "x"), hash) {
			t.Errorf("%s finds no rows any more", name)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestNoRotationIsLostWhenServersRotateAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	open(t, vault.Options{Path: path})
	var mu sync.Mutex
	var sealed [][]byte
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			v, err := vault.Open(t.Context(), vault.Options{Path: path})
			if err != nil {
				t.Error(err)
				return
			}
			for range 5 {
				if err := v.Rotate(t.Context()); err != nil {
					if !strings.Contains(err.Error(), "another rotation") {
						t.Error(err)
					}
					continue
				}
				one, err := v.Seal([]byte("secret"), place)
				if err != nil {
					t.Error(err)
				}
				v.Hash("user", "x")
				mu.Lock()
				sealed = append(sealed, one)
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if len(sealed) == 0 {
		t.Fatal("nobody rotated")
	}
	v := open(t, vault.Options{Path: path})
	for _, one := range sealed {
		wantOpen(t, v, one, "secret")
	}
}

func TestARotationThatWasCutOffSaysHowToGoOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	v := open(t, vault.Options{Path: path})
	if err := os.WriteFile(path+".rotating", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := v.Rotate(t.Context()); err == nil || !strings.Contains(err.Error(), path+".rotating") {
		t.Errorf("the error is %v", err)
	}
	if err := errors.Join(os.Remove(path+".rotating"), v.Rotate(t.Context())); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path + ".rotating"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock is left behind: %v", err)
	}
}

func TestAKeyFileOfAnotherDatabaseIsNotTakenIntoUse(t *testing.T) {
	t.Parallel()
	path, otherPath := filepath.Join(t.TempDir(), "key"), filepath.Join(t.TempDir(), "key")
	v, other := open(t, vault.Options{Path: path}), open(t, vault.Options{Path: otherPath})
	mine, theirs := seal(t, v, "mine"), seal(t, other, "theirs")
	if err := os.Rename(otherPath, path); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Open(theirs, place); err == nil {
		t.Error("it opened")
	}
	wantOpen(t, v, mine, "mine")
}

func BenchmarkSealAndOpen(b *testing.B) {
	v, err := vault.Open(b.Context(), vault.Options{Path: filepath.Join(b.TempDir(), "key")})
	if err != nil {
		b.Fatal(err)
	}
	plain := bytes.Repeat([]byte("x"), 500)
	b.ReportAllocs()
	for b.Loop() {
		sealed, err := v.Seal(plain, place)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := v.Open(sealed, place); err != nil {
			b.Fatal(err)
		}
	}
}
