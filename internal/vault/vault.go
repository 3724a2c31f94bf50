// Package vault keeps secrets: it seals cells of the database, finds them by keyed hash and checks passwords.
// The key lives in a file that only its owner can read, in the environment, or wrapped by a KMS.
package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

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
	ring    atomic.Pointer[ring]

	file sync.Mutex // held while the key file is read or replaced
	read stamp      // of the key file that the ring came from
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
		r, err := v.readText(o.Key)
		if err != nil {
			return nil, fmt.Errorf("JACKFIELD_KEY: %w", err)
		}
		v.ring.Store(r)
		return v, nil
	}
	if o.Path == "" {
		return nil, errors.New("vault: neither a key nor the path of a key file is given")
	}
	v.file.Lock()
	defer v.file.Unlock()
	r, err := v.readFile()
	if err != nil {
		return nil, err
	}
	v.ring.Store(r)
	return v, nil
}

// Seal encrypts a value for its place.
func (v *Vault) Seal(plain []byte, place Place) ([]byte, error) {
	sealed, err := v.ring.Load().cipher.Encrypt(plain, place.associated())
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", place.Table, place.Column, err)
	}
	return sealed, nil
}

// Open decrypts a value of a place. It fails when the value was changed, moved, or sealed with a key that is
// not in the ring. When another process has rotated the key meanwhile, its ring is taken into use first.
func (v *Vault) Open(sealed []byte, place Place) ([]byte, error) {
	plain, err := v.ring.Load().cipher.Decrypt(sealed, place.associated())
	if err != nil && v.reload() {
		plain, err = v.ring.Load().cipher.Decrypt(sealed, place.associated())
	}
	if err != nil {
		return nil, fmt.Errorf("a secret in %s.%s does not open: it was sealed with another key (is the key file the one of this database?)", place.Table, place.Column)
	}
	return plain, nil
}

// Hash is the keyed hash that a secret is found by: HMAC-SHA256 over kind and secret. It survives rotations.
func (v *Vault) Hash(kind, secret string) []byte {
	mac := hmac.New(sha256.New, v.ring.Load().lookup)
	mac.Write([]byte(kind + "\x00" + secret)) // hash.Hash never returns an error
	return mac.Sum(nil)
}

// Rotate makes a new primary key; old ones stay to open what they sealed. The store then seals everything again.
// Servers that run on the same key file take the new ring into use when they meet what it sealed. A key from the
// environment cannot be rotated in place. Of two rotations at the same time one is refused.
func (v *Vault) Rotate(context.Context) (err error) {
	if v.options.Key != "" {
		return errors.New("the key comes from JACKFIELD_KEY: put it into a key file to rotate it")
	}
	v.file.Lock()
	defer v.file.Unlock()
	release, err := v.lockFile()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	// Not the ring in memory: a key that another process has added meanwhile would be lost, and what it sealed.
	newest, err := v.readFile()
	if err != nil {
		return err
	}
	manager := keyset.NewManagerFromHandle(newest.handle)
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
	next, err := ringOf(handle, newest.lookup)
	if err != nil {
		return err
	}
	if err := v.replaceFile(next); err != nil {
		return err
	}
	v.ring.Store(next)
	return nil
}
