package catalog

import (
	"hash/fnv"

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
	firstFolderID = 100_000
	folderIDs     = 900_000
)

func hashOf(text string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // never fails
	return int64(h.Sum64() >> 1)
}

// number gives a system connector and its parts their ids and owner. Ids that the definition brings in parts are
// those of another system.
func number(def *connector.Definition) {
	if def.ID == 0 {
		def.ID = firstFolderID + hashOf(def.Key)%folderIDs
	}
	taken := make(map[int64]bool, 8*len(def.Resources))
	for part := range def.Parts() {
		id := hashOf(def.Key+"\x00"+part.Identity) % partIDs
		for taken[id] {
			id = (id + 1) % partIDs
		}
		taken[id] = true
		*part.ID = firstPartID + id
	}
	connector.Own(def, store.SystemAccount)
}
