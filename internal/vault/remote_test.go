package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/tink-crypto/tink-go/v2/tink"
)

// wraps is the heart of every KMS here: it gives a handle for a plain value and takes it back.
type wraps struct {
	mu    sync.Mutex
	plain map[string][]byte
	calls []string
}

func (w *wraps) wrap(plain []byte) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	var handle [16]byte
	_, _ = rand.Read(handle[:]) // never fails
	text := hex.EncodeToString(handle[:])
	if w.plain == nil {
		w.plain = map[string][]byte{}
	}
	w.plain[text] = bytes.Clone(plain)
	return []byte(text)
}

func (w *wraps) unwrap(handle []byte) ([]byte, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	plain, ok := w.plain[string(handle)]
	return plain, ok
}

func (w *wraps) called(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, fmt.Sprintf(format, args...))
}

// Encrypt and Decrypt make it a KMS without a network.
func (w *wraps) Encrypt(plain, _ []byte) ([]byte, error) { return w.wrap(plain), nil }

func (w *wraps) Decrypt(sealed, _ []byte) ([]byte, error) {
	if plain, ok := w.unwrap(sealed); ok {
		return plain, nil
	}
	return nil, errors.New("not wrapped by this key")
}

// body reads the JSON object of a call; the fields named are base64.
func body(r *http.Request) map[string]string {
	fields := map[string]any{}
	if err := json.NewDecoder(r.Body).Decode(&fields); err != nil {
		panic(err)
	}
	texts := map[string]string{}
	for name, value := range fields {
		texts[name] = fmt.Sprint(value)
	}
	return texts
}

func decoded(text string) []byte {
	plain, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return plain
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		panic(err)
	}
}

// amazon speaks as AWS KMS does.
func (w *wraps) amazon(response http.ResponseWriter, r *http.Request) {
	fields := body(r)
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	w.called("%s %s", action, fields["KeyId"])
	response.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if action == "Encrypt" {
		answer(response, 200, map[string]any{"KeyId": fields["KeyId"], "CiphertextBlob": w.wrap(decoded(fields["Plaintext"]))})
		return
	}
	plain, ok := w.unwrap(decoded(fields["CiphertextBlob"]))
	if !ok {
		answer(response, 400, map[string]any{"__type": "InvalidCiphertextException"})
		return
	}
	answer(response, 200, map[string]any{"KeyId": fields["KeyId"], "Plaintext": plain})
}

// hashicorp speaks as the transit engine of HashiCorp Vault does.
func (w *wraps) hashicorp(response http.ResponseWriter, r *http.Request) {
	fields := body(r)
	w.called("%s with %s", r.URL.Path, r.Header.Get("X-Vault-Token"))
	if strings.Contains(r.URL.Path, "/encrypt/") {
		answer(response, 200, map[string]any{"data": map[string]any{"ciphertext": "vault:v1:" + string(w.wrap(decoded(fields["plaintext"])))}})
		return
	}
	plain, ok := w.unwrap([]byte(strings.TrimPrefix(fields["ciphertext"], "vault:v1:")))
	if !ok {
		answer(response, 400, map[string]any{"errors": []string{"invalid ciphertext"}})
		return
	}
	answer(response, 200, map[string]any{"data": map[string]any{"plaintext": plain}})
}

// google speaks as Google Cloud KMS does. What is in bend changes answers.
func (w *wraps) google(bend map[string]any) http.HandlerFunc {
	return func(response http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			answer(response, 200, map[string]any{"access_token": "sample-token", "token_type": "Bearer", "expires_in": 3600})
			return
		}
		fields := body(r)
		w.called("%s with %s", r.URL.Path, r.Header.Get("Authorization"))
		same := func(field string) bool {
			return fields[field+"Crc32c"] == fmt.Sprint(checksum(decoded(fields[field])))
		}
		var said map[string]any
		if strings.HasSuffix(r.URL.Path, ":encrypt") {
			wrapped := w.wrap(decoded(fields["plaintext"]))
			said = map[string]any{
				"ciphertext": wrapped, "ciphertextCrc32c": fmt.Sprint(checksum(wrapped)),
				"verifiedPlaintextCrc32c":                   same("plaintext"),
				"verifiedAdditionalAuthenticatedDataCrc32c": same("additionalAuthenticatedData"),
			}
		} else {
			plain, ok := w.unwrap(decoded(fields["ciphertext"]))
			if !ok || !same("ciphertext") {
				answer(response, 400, map[string]any{"error": map[string]any{"message": "Decryption failed"}})
				return
			}
			said = map[string]any{"plaintext": plain, "plaintextCrc32c": fmt.Sprint(checksum(plain))}
		}
		for name, value := range bend {
			if _, there := said[name]; there {
				said[name] = value
			}
		}
		answer(response, 200, said)
	}
}

// roundTrip makes a vault whose key a KMS wraps, and opens it again.
func roundTrip(t *testing.T, o Options) {
	t.Helper()
	o.Path = filepath.Join(t.TempDir(), "key")
	place := Place{Table: "instances", Row: "7", Column: "token", Account: 3}
	v, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := v.Seal([]byte("secret"), place)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(o.Path)
	if err != nil || !strings.HasPrefix(string(text), wrappedPrefix) {
		t.Errorf("the key file is not wrapped: %v", err)
	}
	again, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := again.Open(sealed, place); err != nil || string(plain) != "secret" {
		t.Errorf("opened %q, %v", plain, err)
	}
}

func TestAKMSWrapsTheKeyFile(t *testing.T) {
	t.Parallel()
	kms := &wraps{}
	var asked string
	roundTrip(t, Options{URI: "other-kms://key", Remote: func(_ context.Context, uri string) (tink.AEAD, error) {
		asked = uri
		return kms, nil
	}})
	if asked != "other-kms://key" || len(kms.plain) == 0 {
		t.Errorf("asked for %q, %d keys wrapped", asked, len(kms.plain))
	}
}

func TestAKeyFileNeedsTheKMSThatWrappedIt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	with := func(kms tink.AEAD) Options {
		return Options{Path: path, URI: "x://", Remote: func(context.Context, string) (tink.AEAD, error) { return kms, nil }}
	}
	if _, err := Open(t.Context(), with(&wraps{})); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), with(&wraps{})); err == nil || !strings.Contains(err.Error(), "does not unwrap") {
		t.Errorf("another KMS key: %v", err)
	}
	if _, err := Open(t.Context(), Options{Path: path}); err == nil || !strings.Contains(err.Error(), "--key-uri") {
		t.Errorf("no KMS: %v", err)
	}
}

// The tests below set the environment that the tools of each KMS read, so they run one after the other.

func TestAWSWrapsTheKeyWithTheCredentialsOfTheEnvironment(t *testing.T) {
	kms := &wraps{}
	server := httptest.NewServer(http.HandlerFunc(kms.amazon))
	defer server.Close()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_KMS": server.URL, "AWS_ACCESS_KEY_ID": "sample", "AWS_SECRET_ACCESS_KEY": "sample", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
	const key = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	roundTrip(t, Options{URI: "aws-kms://" + key})
	if len(kms.calls) == 0 || kms.calls[0] != "Encrypt "+key {
		t.Errorf("calls: %q", kms.calls)
	}
}

func TestHashicorpVaultWrapsTheKeyWithTheTokenOfTheEnvironment(t *testing.T) {
	kms := &wraps{}
	server := httptest.NewTLSServer(http.HandlerFunc(kms.hashicorp))
	defer server.Close()
	certificate := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(certificate, block, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VAULT_CACERT", certificate)
	t.Setenv("VAULT_ADDR", "https://127.0.0.1:1") // the address of the key counts, not this one
	t.Setenv("VAULT_TOKEN", "sample-token")
	uri := "hcvault://" + server.Listener.Addr().String() + "/transit/keys/jackfield"
	roundTrip(t, Options{URI: uri})
	if len(kms.calls) == 0 || kms.calls[0] != "/v1/transit/encrypt/jackfield with sample-token" {
		t.Errorf("calls: %q", kms.calls)
	}
}

func TestHashicorpVaultNeedsATokenAndAHost(t *testing.T) {
	t.Setenv("VAULT_TOKEN", "")
	t.Setenv("HOME", t.TempDir())
	for uri, want := range map[string]string{"hcvault://127.0.0.1:1/transit/keys/x": "VAULT_TOKEN is not set", "hcvault:///transit/keys/x": "must look like"} {
		if _, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "key"), URI: uri}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", uri, err)
		}
	}
}

const googleKeyName = "projects/p/locations/global/keyRings/r/cryptoKeys/k"

// googleLogin makes the credentials of a service account whose tokens come from a server here.
func googleLogin(t *testing.T, server string) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "sample@example.com", "token_uri": server + "/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})),
	})
	path := filepath.Join(t.TempDir(), "login.json")
	if err = errors.Join(err, os.WriteFile(path, text, 0o600)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
}

func googleAt(server string) func(context.Context, string) (tink.AEAD, error) {
	return func(ctx context.Context, uri string) (tink.AEAD, error) { return newGoogleKey(ctx, uri, server) }
}

func TestGoogleWrapsTheKeyWithTheCredentialsOfTheEnvironment(t *testing.T) {
	kms := &wraps{}
	server := httptest.NewServer(kms.google(nil))
	defer server.Close()
	googleLogin(t, server.URL)
	roundTrip(t, Options{URI: "gcp-kms://" + googleKeyName, Remote: googleAt(server.URL)})
	if len(kms.calls) == 0 || kms.calls[0] != "/v1/"+googleKeyName+":encrypt with Bearer sample-token" {
		t.Errorf("calls: %q", kms.calls)
	}
	if key, err := remote(t.Context(), "gcp-kms://"+googleKeyName); err != nil || key.(*googleKey).endpoint != googleEndpoint {
		t.Errorf("the address leads to %v, %v", key, err)
	}
}

func TestAnAnswerOfGoogleThatWasDamagedIsNotUsed(t *testing.T) {
	for name, bend := range map[string]map[string]any{
		"another text wrapped":       {"ciphertext": []byte("other")},
		"no checksum":                {"ciphertextCrc32c": nil},
		"our text not checked":       {"verifiedPlaintextCrc32c": false},
		"our context not checked":    {"verifiedAdditionalAuthenticatedDataCrc32c": false},
		"another text unwrapped":     {"plaintext": []byte("other")},
		"no checksum when unwrapped": {"plaintextCrc32c": nil},
	} {
		server := httptest.NewServer((&wraps{}).google(bend))
		googleLogin(t, server.URL)
		key, err := newGoogleKey(t.Context(), "gcp-kms://"+googleKeyName, server.URL)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := key.Encrypt([]byte("plain"), nil)
		if err == nil {
			_, err = key.Decrypt(sealed, nil)
		}
		if !errors.Is(err, errGoogleDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		server.Close()
	}
}

func TestARefusalOfGoogleIsSaidInItsWordsInOneLine(t *testing.T) {
	for said, want := range map[string]string{
		`{"error":{"message":"no\nright"}}`: `403 Forbidden: "no\nright"`,
		`<html>`:                            "403 Forbidden",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/token" {
				answer(w, 200, map[string]any{"access_token": "sample-token", "expires_in": 3600})
				return
			}
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(said)) // the client has gone when this fails
		}))
		googleLogin(t, server.URL)
		_, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "key"), URI: "gcp-kms://" + googleKeyName, Remote: googleAt(server.URL)})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "sample-token") {
			t.Errorf("%v", err)
		}
		server.Close()
	}
}

func TestAnAddressOfNoKMSIsRefused(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"ftp://key":                            "must begin with aws-kms://, gcp-kms:// or hcvault://",
		"no address":                           "must begin with",
		"aws-kms://key":                        "region",
		"gcp-kms://key":                        "must look like gcp-kms://projects/",
		"gcp-kms://" + googleKeyName + "/../x": "must look like gcp-kms://projects/",
	} {
		path := filepath.Join(t.TempDir(), "key")
		_, err := Open(t.Context(), Options{Path: path, URI: uri})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", uri, err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: a key file was made", uri)
		}
	}
}
