package transfer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"jackfield/internal/vault"
)

func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// placeKey makes a key file, whole or not at all. One that is there is an error and stays.
func placeKey(path, text string) (err error) {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	file, err := os.CreateTemp(folder, ".key-*") // mode 0600
	if err != nil {
		return fmt.Errorf("the key file cannot be written: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	_, err = file.WriteString(text + "\n")
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("the key file cannot be written: %w", err)
	}
	if err := os.Link(file.Name(), path); err != nil {
		return fmt.Errorf("the key file cannot be made: %w", err)
	}
	return vault.SyncFolder(folder)
}

func removeKey(path string) error { return os.Remove(path) }
