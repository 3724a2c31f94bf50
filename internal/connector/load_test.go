package connector_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"jackfield/internal/connector"
)

// catalogue is 250 connectors of 100 resources with five parameters each, as folders hold them.
func catalogue(b *testing.B, file string, print func(*connector.Definition) []byte) []fstest.MapFS {
	b.Helper()
	var text strings.Builder
	text.WriteString(`{"name":"Large","key":"large","hub":"crm","description":"d","authentication":{"type":"basic"},"resources":[`)
	for i := range 100 {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"path":"/hubs/crm/things%d","method":"GET","vendorPath":"/v2/things%d","vendorMethod":"GET","type":"api","kind":"eb","description":"Find things of kind %d","rootKey":"","nextPageKey":"","hooks":[],"response":{"contentType":"application/json"},"parameters":[`, i, i, i)
		for j, name := range []string{"orderBy", "page", "pageSize", "where", "fields"} {
			if j > 0 {
				text.WriteByte(',')
			}
			fmt.Fprintf(&text, `{"name":"%s","type":"query","vendorName":"%s","vendorType":"query","dataType":"string","vendorDataType":"string","source":"request","required":false,"description":"What %s does"}`, name, name, name)
		}
		text.WriteString("]}")
	}
	text.WriteString("]}")
	d, err := connector.ParseJSON([]byte(text.String()))
	if err != nil {
		b.Fatal(err)
	}
	folders := make([]fstest.MapFS, 250)
	data := print(d)
	for i := range folders {
		folders[i] = fstest.MapFS{file: &fstest.MapFile{Data: data}}
	}
	b.SetBytes(int64(len(data) * len(folders)))
	return folders
}

func loadAll(b *testing.B, folders []fstest.MapFS) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		var wg sync.WaitGroup
		for half := range 2 {
			wg.Go(func() {
				for i := half; i < len(folders); i += 2 {
					if _, err := connector.LoadDir(folders[i]); err != nil {
						b.Error(err)
					}
				}
			})
		}
		wg.Wait()
	}
}

func BenchmarkLoading250ConnectorsOf100ResourcesFromJSON(b *testing.B) {
	loadAll(b, catalogue(b, "definition.json", func(d *connector.Definition) []byte {
		text, err := d.MarshalJSON()
		if err != nil {
			b.Fatal(err)
		}
		return text
	}))
}

func BenchmarkLoading250ConnectorsOf100ResourcesFromYAML(b *testing.B) {
	loadAll(b, catalogue(b, "definition.yaml", func(d *connector.Definition) []byte {
		files, err := d.Files()
		if err != nil {
			b.Fatal(err)
		}
		return files["definition.yaml"]
	}))
}
