// Package vault keeps secrets: it seals cells of the database, finds them by keyed hash and checks passwords.
// The key lives in a file that only its owner can read, in the environment, or wrapped by a KMS.
package vault

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Options say where the key comes from.
type Options struct {
	// Path of the key file, made on first start with mode 0600. A file that others can read is refused.
	Path string
	// Key is the key in text form (JACKFIELD_KEY); it takes the place of the file.
	Key string
	// URI names a KMS key that wraps the file: aws-kms://…, gcp-kms://…, hcvault://…
	URI string
	// Remote connects to the KMS of a URI; nil = the ones named above.
	Remote func(ctx context.Context, uri string) (tink.AEAD, error)
}

// Place names the cell that a sealed value belongs to. A value that is moved to another cell does not open.
type Place struct {
	Table, Row, Column string
	Account            int64
}

func (p Place) associated() []byte {
	return []byte(p.Table + "\x00" + p.Row + "\x00" + p.Column + "\x00" + strconv.FormatInt(p.Account, 10))
}

// Vault seals and opens. Safe for concurrent use.
type Vault struct {
	options Options
	remote  tink.AEAD // wraps the file; nil without a KMS
	lookup  []byte    // key of Hash; the same for ever, so that rows are found after a rotation

	mu     sync.RWMutex
	handle *keyset.Handle
	cipher tink.AEAD
}

// Open reads the key, or makes one when there is none. Two servers that start at once end with one key.
func Open(ctx context.Context, o Options) (*Vault, error) {
	v := &Vault{options: o}
	if o.URI != "" {
		if o.Remote == nil {
			o.Remote = remote
		}
		wrap, err := o.Remote(ctx, o.URI)
		if err != nil {
			return nil, fmt.Errorf("the KMS key %s cannot be used: %w", scheme(o.URI), err)
		}
		v.remote = aead.NewKMSEnvelopeAEAD2(aead.AES256GCMKeyTemplate(), wrap)
	}
	if o.Key != "" {
		return v, v.readText(o.Key)
	}
	if o.Path == "" {
		return nil, errors.New("vault: neither a key nor the path of a key file is given")
	}
	return v, v.readFile()
}

// use takes a key ring into use.
func (v *Vault) use(r *ring) error {
	cipher, err := aead.New(r.handle)
	if err != nil {
		return fmt.Errorf("the key cannot be used: %w", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.handle, v.cipher, v.lookup = r.handle, cipher, r.lookup
	return nil
}

// Seal encrypts a value for its place.
func (v *Vault) Seal(plain []byte, place Place) ([]byte, error) {
	sealed, err := v.current().Encrypt(plain, place.associated())
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", place.Table, place.Column, err)
	}
	return sealed, nil
}

// Open decrypts a value of a place. It fails when the value was changed, moved, or sealed with a key that is
// not in the ring.
func (v *Vault) Open(sealed []byte, place Place) ([]byte, error) {
	plain, err := v.current().Decrypt(sealed, place.associated())
	if err != nil {
		return nil, fmt.Errorf("a secret in %s.%s does not open: it was sealed with another key (is the key file the one of this database?)", place.Table, place.Column)
	}
	return plain, nil
}

func (v *Vault) current() tink.AEAD {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.cipher
}

// Hash is the keyed hash that a secret is found by: HMAC-SHA256 over kind and secret. It survives rotations.
func (v *Vault) Hash(kind, secret string) []byte {
	mac := hmac.New(sha256.New, v.lookup)
	mac.Write([]byte(kind + "\x00" + secret)) // hash.Hash never returns an error
	return mac.Sum(nil)
}

// Rotate makes a new primary key; old ones stay to open what they sealed. The store then seals everything again.
// A key from the environment cannot be rotated in place.
func (v *Vault) Rotate(context.Context) error {
	if v.options.Key != "" {
		return errors.New("the key comes from JACKFIELD_KEY: put it into a key file to rotate it")
	}
	v.mu.RLock()
	manager := keyset.NewManagerFromHandle(v.handle)
	v.mu.RUnlock()
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err == nil {
		err = manager.SetPrimary(id)
	}
	if err != nil {
		return fmt.Errorf("make a new key: %w", err)
	}
	handle, err := manager.Handle()
	if err != nil {
		return fmt.Errorf("make a new key: %w", err)
	}
	next := &ring{handle: handle, lookup: v.lookup}
	if err := v.replaceFile(next); err != nil {
		return err
	}
	return v.use(next)
}

func newRing() (*ring, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	r := &ring{handle: handle, lookup: make([]byte, 32)}
	if _, err := rand.Read(r.lookup); err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return r, nil
}
