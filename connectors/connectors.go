// Package connectors embeds the connectors that Jackfield ships: a folder each, read with
// connector.LoadFolder. A new folder is shipped with the next build; nothing has to name it.
package connectors

import (
	"embed"
	"io/fs"
)

//go:embed */*
var folders embed.FS

// FS holds one folder per connector, named by the connector's key.
func FS() fs.FS { return folders }
