package vault

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/hashicorp/vault/api"
	"github.com/tink-crypto/tink-go-awskms/v3/integration/awskms"
	"github.com/tink-crypto/tink-go-hcvault/v2/integration/hcvault"
	"github.com/tink-crypto/tink-go/v2/core/registry"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// remote connects to a KMS with the credentials that its own tools take from the environment. Nothing of a KMS is
// touched before an address names it.
func remote(ctx context.Context, uri string) (tink.AEAD, error) {
	switch scheme(uri) {
	case "aws-kms":
		client, err := awskms.NewClientWithOptions(ctx, uri)
		if err != nil {
			return nil, err
		}
		return client.GetAEAD(uri)
	case "gcp-kms":
		key, err := newGoogleKey(ctx, uri, googleEndpoint)
		if err != nil {
			return nil, err
		}
		return key, nil
	case "hcvault":
		client, err := hashicorpClient(uri)
		if err != nil {
			return nil, err
		}
		return client.GetAEAD(uri)
	}
	return nil, errors.New("the address must begin with aws-kms://, gcp-kms:// or hcvault://")
}

// hashicorpClient takes host and key from the address (hcvault://host:port/transit/keys/name), everything else
// from VAULT_TOKEN, VAULT_NAMESPACE, VAULT_CACERT and the other variables of that tool.
func hashicorpClient(uri string) (registry.KMSClient, error) {
	address, err := url.Parse(uri)
	if err != nil || address.Host == "" {
		return nil, errors.New("the address must look like hcvault://host:port/transit/keys/name")
	}
	config := api.DefaultConfig()
	if config.Error != nil {
		return nil, config.Error
	}
	config.Address = "https://" + address.Host
	client, err := api.NewClient(config)
	if err != nil {
		return nil, err
	}
	if client.Token() == "" {
		return nil, errors.New("VAULT_TOKEN is not set")
	}
	return hcvault.NewClientWithAEADOptions(uri, client.Logical())
}

func scheme(uri string) string {
	name, _, _ := strings.Cut(uri, "://")
	return name
}
