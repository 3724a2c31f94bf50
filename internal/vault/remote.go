package vault

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"strings"

	"github.com/tink-crypto/tink-go-awskms/v3/integration/awskms"
	"github.com/tink-crypto/tink-go-gcpkms/v2/integration/gcpkms"
	"github.com/tink-crypto/tink-go-hcvault/v2/integration/hcvault"
	"github.com/tink-crypto/tink-go/v2/core/registry"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// remote connects to a KMS with the credentials that its own tools use from the environment.
func remote(ctx context.Context, uri string) (tink.AEAD, error) {
	var client registry.KMSClient
	var err error
	switch scheme(uri) {
	case "aws-kms":
		client, err = awskms.NewClientWithOptions(ctx, uri)
	case "gcp-kms":
		client, err = gcpkms.NewClientWithOptions(ctx, uri)
	case "hcvault":
		token := os.Getenv("VAULT_TOKEN")
		if token == "" {
			return nil, errors.New("VAULT_TOKEN is not set")
		}
		client, err = hcvault.NewClient(uri, &tls.Config{MinVersion: tls.VersionTLS12}, token)
	default:
		return nil, errors.New("the address must begin with aws-kms://, gcp-kms:// or hcvault://")
	}
	if err != nil {
		return nil, err
	}
	return client.GetAEAD(uri)
}

func scheme(uri string) string {
	name, _, _ := strings.Cut(uri, "://")
	return name
}
