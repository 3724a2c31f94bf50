package connector_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"jackfield/internal/connector"
)

// FuzzWhatIsAcceptedSurvivesEveryForm looks for text that is accepted and then breaks something: a form that it does
// not come back from, a file name that leaves its folder, a check that does not end.
func FuzzWhatIsAcceptedSurvivesEveryForm(f *testing.F) {
	f.Add([]byte(`{"name":"a","hooks":[{"type":"event","body":"x"}],"resources":[{"method":"GET","path":"/hubs/a/{b}","nextResource":"GET:/b","hooks":[{"type":"preRequest","body":"y"}]}]}`))
	f.Add([]byte(`{"name":"..","configuration":[{"key":"a","defaultValue":1}],"resources":[{"method":"/","path":"../..","model":{"swagger":{"a":{"$ref":"b"}}},"hooks":[{"type":"\\"}]}]}`))
	f.Add([]byte("name: &a x\nhooks: [{type: *a, body: '}'}]\n"))
	f.Add([]byte("{\"a\":{\"A00010\":1,\"A0\xac1\":2},\"b\xff\":1,\"b\xfe\":2}"))
	f.Add([]byte("{\"x\":[{\"A00010\":1,\"A00\xac1\":2}]}"))
	f.Add([]byte(`{"a":{"10":1,"9":1.50,"_":[],"\u0008":{}}}`))
	for _, name := range hostile() {
		f.Add([]byte(`{"name":"` + name + `","hooks":[{"type":"` + name + `"}]}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := connector.Parse(data)
		if err != nil {
			_ = err.Error()
			return
		}
		d.Validate()
		first, err := d.DoctorFiles()
		if err != nil {
			t.Fatal(err)
		}
		for name := range first {
			if !filepath.IsLocal(name) {
				t.Fatalf("the file %q", name)
			}
		}
		again, err := connector.LoadDoctorDir(inMemory(first))
		if err != nil {
			t.Fatalf("%v\n%s", err, first["element.json"])
		}
		second, err := again.DoctorFiles()
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range first {
			if !bytes.Equal(text, second[name]) {
				t.Fatalf("%s was\n%s\nand comes back as\n%s", name, text, second[name])
			}
		}
		files, err := d.Files()
		if err != nil {
			t.Fatal(err)
		}
		for name := range files {
			if !filepath.IsLocal(name) {
				t.Fatalf("the file %q", name)
			}
		}
	})
}
