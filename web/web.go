// Package web holds the console: its source and, committed so that the program builds without Node, its
// build in dist. CI rebuilds dist and compares.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist returns the built console: index.html, assets/ with names that carry the hash of their content, and a
// few files with fixed names.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	return sub
}
