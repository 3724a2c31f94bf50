package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ring is the key material: the keys that seal, and the one that rows are found by. The latter is the same for ever,
// so that rows are found after a rotation.
type ring struct {
	handle *keyset.Handle
	cipher tink.AEAD
	lookup []byte
}

// lookupLength is the length of the key of Hash, in bytes.
const lookupLength = 32

func newRing() (*ring, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	lookup := make([]byte, lookupLength)
	if _, err := rand.Read(lookup); err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return ringOf(handle, lookup)
}

func ringOf(handle *keyset.Handle, lookup []byte) (*ring, error) {
	cipher, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("the key cannot be used: %w", err)
	}
	return &ring{handle: handle, cipher: cipher, lookup: lookup}, nil
}

// ringText is the form of a ring outside of memory.
type ringText struct {
	Version int    `json:"version"`
	Keyset  []byte `json:"keyset"` // tink's binary form
	Lookup  []byte `json:"lookup"`
}

// prefixes tell a plain key from a wrapped one, so that a missing or superfluous KMS address is a clear error.
const (
	plainPrefix   = "jackfield-key-1:"
	wrappedPrefix = "jackfield-wrapped-key-1:"
)

var wrapContext = []byte("jackfield key file")

// NewKey makes a key in text form, for JACKFIELD_KEY.
func NewKey() (string, error) {
	r, err := newRing()
	if err != nil {
		return "", err
	}
	return new(Vault).text(r)
}

// Export is the key as the key file holds it: wrapped if a KMS wraps it, else in clear.
func (v *Vault) Export() (string, error) { return v.text(v.ring.Load()) }

// Sibling opens another key file that the same KMS wraps, if one does.
func (v *Vault) Sibling(ctx context.Context, path string) (*Vault, error) {
	o := v.options
	o.Path, o.Key = path, ""
	return Open(ctx, o)
}

// text writes a ring, wrapped by the KMS if there is one.
func (v *Vault) text(r *ring) (string, error) {
	var keys bytes.Buffer
	if err := insecurecleartextkeyset.Write(r.handle, keyset.NewBinaryWriter(&keys)); err != nil {
		return "", fmt.Errorf("write the key: %w", err)
	}
	plain, err := json.Marshal(ringText{Version: 1, Keyset: keys.Bytes(), Lookup: r.lookup})
	if err != nil {
		return "", err
	}
	prefix := plainPrefix
	if v.remote != nil {
		prefix = wrappedPrefix
		if plain, err = v.remote.Encrypt(plain, wrapContext); err != nil {
			return "", fmt.Errorf("the KMS does not wrap the key: %w", err)
		}
	}
	return prefix + base64.StdEncoding.EncodeToString(plain), nil
}

// readText reads a ring in text form.
func (v *Vault) readText(text string) (*ring, error) {
	text = strings.TrimSpace(text)
	encoded, wrapped := strings.CutPrefix(text, wrappedPrefix)
	if !wrapped {
		var plain bool
		if encoded, plain = strings.CutPrefix(text, plainPrefix); !plain {
			return nil, errors.New("the key is not one of Jackfield's: " + plainPrefix + " or " + wrappedPrefix + " is its beginning")
		}
	}
	switch {
	case wrapped && v.remote == nil:
		return nil, errors.New("the key is wrapped by a KMS: give its address with --key-uri")
	case !wrapped && v.remote != nil:
		return nil, errors.New("--key-uri is given, but the key is not wrapped by a KMS: start without it, or with a new data folder")
	}
	body, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("the key is damaged: it is no base64")
	}
	if wrapped {
		if body, err = v.remote.Decrypt(body, wrapContext); err != nil {
			return nil, fmt.Errorf("the KMS does not unwrap the key: %w", err)
		}
	}
	var t ringText
	if err := json.Unmarshal(body, &t); err != nil || t.Version != 1 || len(t.Lookup) < lookupLength {
		return nil, errors.New("the key is damaged, or of a newer version of Jackfield")
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(t.Keyset)))
	if err != nil {
		return nil, errors.New("the key is damaged: its key set does not read")
	}
	return ringOf(handle, t.Lookup)
}

// stamp tells one state of the key file from another.
type stamp struct {
	modified time.Time
	size     int64
}

// readFile reads the key file, making it first when there is none, and remembers its stamp.
func (v *Vault) readFile() (*ring, error) {
	stamp, err := v.checkMode()
	if errors.Is(err, fs.ErrNotExist) {
		if err = v.makeFile(); err == nil {
			stamp, err = v.checkMode()
		}
	}
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(v.options.Path)
	if err != nil {
		return nil, fmt.Errorf("the key file cannot be read: %w", err)
	}
	r, err := v.readText(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.options.Path, err)
	}
	v.read = stamp
	return r, nil
}

// reload takes the key file into use if it is another one than before, and reports whether it did.
func (v *Vault) reload() bool {
	if v.options.Key != "" {
		return false
	}
	v.file.Lock()
	defer v.file.Unlock()
	before := v.read
	if now, err := v.checkMode(); err != nil || now == before {
		return false
	}
	r, err := v.readFile()
	if err != nil || !bytes.Equal(r.lookup, v.ring.Load().lookup) {
		return false // not a rotated ring: rows would not be found with it
	}
	v.ring.Store(r)
	return true
}

// checkMode refuses a key file that others than its owner can read. Windows keeps rights elsewhere.
func (v *Vault) checkMode() (stamp, error) {
	info, err := os.Stat(v.options.Path)
	if err != nil {
		return stamp{}, fmt.Errorf("the key file cannot be read: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return stamp{}, fmt.Errorf("the key file %s can be read by others (mode %04o): chmod 600 it", v.options.Path, info.Mode().Perm())
	}
	return stamp{modified: info.ModTime(), size: info.Size()}, nil
}

// makeFile writes a new ring. A whole file is linked into place, so that of two servers one wins and none reads
// half a key.
func (v *Vault) makeFile() error {
	r, err := newRing()
	if err != nil {
		return err
	}
	temporary, err := v.writeTemporary(r)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	if err := os.Link(temporary, v.options.Path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("the key file cannot be made: %w", err)
	}
	return SyncFolder(filepath.Dir(v.options.Path))
}

// lockFile keeps other processes from rotating at the same time.
func (v *Vault) lockFile() (release func() error, err error) {
	path := v.options.Path + ".rotating"
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("another rotation is under way; if it was cut off, delete %s and try again", path)
	}
	if err != nil {
		return nil, fmt.Errorf("the key file cannot be locked: %w", err)
	}
	return func() error { return errors.Join(file.Close(), os.Remove(path)) }, nil
}

// replaceFile writes a ring in place of the one in the key file, whole or not at all.
func (v *Vault) replaceFile(r *ring) error {
	temporary, err := v.writeTemporary(r)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, v.options.Path); err != nil {
		return errors.Join(fmt.Errorf("the key file cannot be replaced: %w", err), os.Remove(temporary))
	}
	stamp, err := v.checkMode()
	if err != nil {
		return err
	}
	v.read = stamp
	return SyncFolder(filepath.Dir(v.options.Path))
}

func (v *Vault) writeTemporary(r *ring) (string, error) {
	text, err := v.text(r)
	if err != nil {
		return "", err
	}
	folder := filepath.Dir(v.options.Path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("the key folder cannot be made: %w", err)
	}
	file, err := os.CreateTemp(folder, ".key-*") // mode 0600
	if err != nil {
		return "", fmt.Errorf("the key file cannot be written: %w", err)
	}
	_, err = file.WriteString(text + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("the key file cannot be written: %w", err), os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// SyncFolder makes what was renamed in a folder last through a power cut, where the system can.
func SyncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	err = folder.Sync()
	if runtime.GOOS == "windows" {
		err = nil // folders cannot be synced there
	}
	return errors.Join(err, folder.Close())
}
