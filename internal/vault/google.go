package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

const (
	googleEndpoint = "https://cloudkms.googleapis.com"
	googleScope    = "https://www.googleapis.com/auth/cloudkms"
	// googleTimeout bounds one call, googleAnswer its answer in bytes.
	googleTimeout = 30 * time.Second
	googleAnswer  = 1 << 20
)

// googleKey is a key of Google Cloud KMS behind its JSON API. Tink's own client links gRPC and the whole API
// besides, 11 MB, for the two calls that wrap one key (docs/decisions/0501).
type googleKey struct {
	endpoint string
	name     string // projects/…/cryptoKeys/…
	client   interface {
		Do(request *http.Request) (*http.Response, error)
	}
}

var googleName = regexp.MustCompile(`^projects/[^/?#]+/locations/[^/?#]+/keyRings/[^/?#]+/cryptoKeys/[^/?#]+$`)

// newGoogleKey finds the credentials as Google's own tools do: GOOGLE_APPLICATION_CREDENTIALS, the login of gcloud,
// the machine's identity.
func newGoogleKey(ctx context.Context, uri, endpoint string) (*googleKey, error) {
	_, name, _ := strings.Cut(uri, "://")
	if !googleName.MatchString(name) {
		return nil, errors.New("the address must look like gcp-kms://projects/…/locations/…/keyRings/…/cryptoKeys/…")
	}
	ctx = context.WithoutCancel(ctx) // the client lives longer than the start
	credentials, err := google.FindDefaultCredentials(ctx, googleScope)
	if err != nil {
		return nil, err
	}
	return &googleKey{endpoint: endpoint, name: name, client: oauth2.NewClient(ctx, credentials.TokenSource)}, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(data []byte) int64 { return int64(crc32.Checksum(data, castagnoli)) }

// googleCall is a call or an answer. Checksums show whether bytes came through whole.
type googleCall struct {
	Plaintext          []byte `json:"plaintext,omitempty"`
	PlaintextCRC       *int64 `json:"plaintextCrc32c,omitempty,string"`
	Ciphertext         []byte `json:"ciphertext,omitempty"`
	CiphertextCRC      *int64 `json:"ciphertextCrc32c,omitempty,string"`
	Associated         []byte `json:"additionalAuthenticatedData,omitempty"`
	AssociatedCRC      *int64 `json:"additionalAuthenticatedDataCrc32c,omitempty,string"`
	VerifiedPlain      bool   `json:"verifiedPlaintextCrc32c,omitempty"`
	VerifiedAssociated bool   `json:"verifiedAdditionalAuthenticatedDataCrc32c,omitempty"`
}

var errGoogleDamaged = errors.New("the call or its answer was damaged on the way: try again")

// Encrypt encrypts with the key's primary version.
func (k *googleKey) Encrypt(plain, associated []byte) ([]byte, error) {
	plainSum, associatedSum := checksum(plain), checksum(associated)
	answer, err := k.call("encrypt", googleCall{Plaintext: plain, PlaintextCRC: &plainSum, Associated: associated, AssociatedCRC: &associatedSum})
	if err != nil {
		return nil, err
	}
	if len(answer.Ciphertext) == 0 || !answer.VerifiedPlain || !answer.VerifiedAssociated ||
		answer.CiphertextCRC == nil || *answer.CiphertextCRC != checksum(answer.Ciphertext) {
		return nil, errGoogleDamaged
	}
	return answer.Ciphertext, nil
}

// Decrypt decrypts with whichever version of the key encrypted.
func (k *googleKey) Decrypt(sealed, associated []byte) ([]byte, error) {
	sealedSum, associatedSum := checksum(sealed), checksum(associated)
	answer, err := k.call("decrypt", googleCall{Ciphertext: sealed, CiphertextCRC: &sealedSum, Associated: associated, AssociatedCRC: &associatedSum})
	if err != nil {
		return nil, err
	}
	if answer.PlaintextCRC == nil || *answer.PlaintextCRC != checksum(answer.Plaintext) {
		return nil, errGoogleDamaged
	}
	return answer.Plaintext, nil
}

func (k *googleKey) call(verb string, body googleCall) (*googleCall, error) {
	ctx, cancel := context.WithTimeout(context.Background(), googleTimeout)
	defer cancel()
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, k.endpoint+"/v1/"+k.name+":"+verb, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := k.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err = io.ReadAll(io.LimitReader(response.Body, googleAnswer))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		var failure struct {
			Error struct {
				Message string `json:"message"`
			} `json:"error"`
		}
		if json.Unmarshal(text, &failure) != nil || failure.Error.Message == "" {
			return nil, fmt.Errorf("it answers %s", response.Status)
		}
		return nil, fmt.Errorf("it answers %s: %q", response.Status, failure.Error.Message)
	}
	var answer googleCall
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, errors.New("its answer does not read")
	}
	return &answer, nil
}
