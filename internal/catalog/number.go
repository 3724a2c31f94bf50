package catalog

import (
	"jackfield/internal/connector"
	"jackfield/internal/store"
)

// Parts of system connectors have ids of their own range, apart from those that the database gives to parts of
// private ones. An id follows from what the part is, so that it is the same after every start and on every server.
const (
	firstPartID = 1_000_000_000
	partIDs     = 1_000_000_000 // all fit 31 bits: old clients keep them in an int
)

// Connectors of a folder that name no id get one from their key.
const (
	firstFolderID = 500_000_000
	folderIDs     = 500_000_000
)

// hashOf is FNV-1a of the texts with a zero byte between them. It is written out because hash/fnv takes a copy of every
// text, and a large catalogue has 150,000 parts.
func hashOf(texts ...string) int64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for i, text := range texts {
		if i > 0 {
			h *= prime
		}
		for j := range len(text) {
			h = (h ^ uint64(text[j])) * prime
		}
	}
	return int64(h >> 1)
}

// number gives a system connector and its parts their ids and owner. Ids that the definition brings in parts are
// those of another system.
func number(def *connector.Definition) {
	if def.ID == 0 {
		def.ID = firstFolderID + hashOf(def.Key)%folderIDs
	}
	taken := make(map[int64]bool, 8*len(def.Resources))
	for part := range def.Parts() {
		id := hashOf(def.Key, part.Identity) % partIDs
		for taken[id] {
			id = (id + 1) % partIDs
		}
		taken[id] = true
		*part.ID = firstPartID + id
	}
	connector.Own(def, store.SystemAccount)
}
