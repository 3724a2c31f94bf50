package rest

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed providers/*.yaml
var providers embed.FS

// Provider is the file of a provider that is shipped, by the key of its connector.
func Provider(key string) ([]byte, error) {
	if strings.ContainsAny(key, "/.\\") {
		return nil, fmt.Errorf("there is no simulator of %s", key)
	}
	text, err := providers.ReadFile("providers/" + key + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("there is no simulator of %s: known are %s", key, strings.Join(Keys(), ", "))
	}
	return text, nil
}

// Keys lists the providers that are shipped.
func Keys() []string {
	entries, err := fs.ReadDir(providers, "providers")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	keys := make([]string, len(entries))
	for i, entry := range entries {
		keys[i] = strings.TrimSuffix(entry.Name(), ".yaml")
	}
	return keys
}
