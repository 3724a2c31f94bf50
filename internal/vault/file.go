package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// ring is the key material: the keys that seal, and the one that rows are found by.
type ring struct {
	handle *keyset.Handle
	lookup []byte
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

// readText takes a ring in text form into use.
func (v *Vault) readText(text string) error {
	text = strings.TrimSpace(text)
	encoded, wrapped := strings.CutPrefix(text, wrappedPrefix)
	if !wrapped {
		var plain bool
		if encoded, plain = strings.CutPrefix(text, plainPrefix); !plain {
			return errors.New("the key is not one of Jackfield's: it begins with " + plainPrefix)
		}
	}
	switch {
	case wrapped && v.remote == nil:
		return errors.New("the key is wrapped by a KMS: give its address with --key-uri")
	case !wrapped && v.remote != nil:
		return errors.New("--key-uri is given, but the key file is not wrapped by a KMS: start without it, or with a new data folder")
	}
	body, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return errors.New("the key is damaged: it is no base64")
	}
	if wrapped {
		if body, err = v.remote.Decrypt(body, wrapContext); err != nil {
			return fmt.Errorf("the KMS does not unwrap the key: %w", err)
		}
	}
	var t ringText
	if err := json.Unmarshal(body, &t); err != nil || t.Version != 1 || len(t.Lookup) < 32 {
		return errors.New("the key is damaged, or of a newer version of Jackfield")
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(t.Keyset)))
	if err != nil {
		return errors.New("the key is damaged: its key set does not read")
	}
	return v.use(&ring{handle: handle, lookup: t.Lookup})
}

// readFile reads the key file, making it first when there is none.
func (v *Vault) readFile() error {
	text, err := os.ReadFile(v.options.Path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = v.makeFile(); err == nil {
			text, err = os.ReadFile(v.options.Path)
		}
	}
	if err != nil {
		return fmt.Errorf("the key file cannot be read: %w", err)
	}
	if err := v.checkMode(); err != nil {
		return err
	}
	if err := v.readText(string(text)); err != nil {
		return fmt.Errorf("%s: %w", v.options.Path, err)
	}
	return nil
}

// checkMode refuses a key file that others than its owner can read. Windows keeps rights elsewhere.
func (v *Vault) checkMode() error {
	info, err := os.Stat(v.options.Path)
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("the key file %s can be read by others (mode %04o): chmod 600 it", v.options.Path, info.Mode().Perm())
	}
	return nil
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
		return err
	}
	return syncFolder(filepath.Dir(v.options.Path))
}

func (v *Vault) replaceFile(r *ring) error {
	temporary, err := v.writeTemporary(r)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, v.options.Path); err != nil {
		return errors.Join(fmt.Errorf("the key file cannot be replaced: %w", err), os.Remove(temporary))
	}
	return syncFolder(filepath.Dir(v.options.Path))
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

func syncFolder(path string) error {
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
