package conversion_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"jackfield/internal/conversion"
)

// TestNothingOutsideADocumentIsRead points documents of every kind at a listener and at a file that
// exist, in every place that may hold a reference. The listener must stay alone, and nothing of the
// file may come back.
func TestNothingOutsideADocumentIsRead(t *testing.T) {
	const secret = "harbour-master-9f31"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var visits atomic.Int32
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			visits.Add(1)
			_ = connection.Close()
		}
	}()
	dir := t.TempDir()
	file := filepath.Join(dir, "pet.json")
	if err := os.WriteFile(file, []byte(`{"title":"`+secret+`","type":"object","properties":{"`+secret+`":{"type":"string"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir) // relative names would find it
	address := "http://" + listener.Addr().String() + "/pet.json"
	for _, target := range []string{address, address + "#/a", "file://" + file, file, "pet.json", "./pet.json#/properties", "pet.json#"} {
		for name, text := range map[string]string{
			"schema":       swagger(`"/a":{"get":{"responses":{"200":{"schema":{"$ref":"@"}}}}}`, ""),
			"definition":   swagger(onePath, `"A":{"allOf":[{"$ref":"@"}]}`),
			"path":         swagger(`"/a":{"$ref":"@"},"/b":{"get":{}}`, ""),
			"parameter":    swagger(`"/a":{"get":{"parameters":[{"$ref":"@"}]}}`, ""),
			"answer":       swagger(`"/a":{"get":{"responses":{"200":{"$ref":"@"}}}}`, ""),
			"openapi body": `{"openapi":"3.1.0","info":{"title":"T"},"paths":{"/a":{"post":{"requestBody":{"$ref":"@"}}}}}`,
			"example":      `{"openapi":"3.1.0","info":{"title":"T"},"paths":{"/a":{"get":{"responses":{"200":{"content":{"application/json":{"examples":{"e":{"$ref":"@"}}}}}}}}}}`,
			"yaml":         "openapi: 3.0.0\ninfo: {title: T}\npaths: {/a: {get: {responses: {'200': {$ref: '@'}}}}}\n",
			"wsdl import":  wsdl("", `<import namespace="urn:y" location="@"/>`+oneBinding),
			"wsdl schema":  wsdl(`<x:include schemaLocation="@"/><x:element name="E"/>`, oneBinding),
			"doctype":      `<!DOCTYPE d SYSTEM "@"><definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>`,
		} {
			d, err := conversion.Convert("", []byte(strings.ReplaceAll(text, "@", target)))
			if err == nil {
				t.Errorf("%s at %s is converted to %q", name, target, d.Name)
				continue
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s at %s: the file was read: %v", name, target, err)
			}
		}
		// These name other documents without a need for them: they convert, and nothing is read either.
		for name, text := range map[string]string{
			"externalValue": `{"openapi":"3.0.0","info":{"title":"T"},"externalDocs":{"url":"@"},"paths":{"/a":{"get":{"responses":{"200":{"content":{"application/json":{"examples":{"e":{"externalValue":"@"}}}}}}}}}}`,
			"data":          `{"openapi":"3.1.0","info":{"title":"T"},"$self":"@","jsonSchemaDialect":"@","paths":{"/a":{"get":{"responses":{"200":{"content":{"application/json":{"schema":{"$schema":"@","$id":"@","example":{"$ref":"@"},"default":{"$ref":"@"},"x-a":{"$ref":"@"}}}}}}}}}}`,
			"references":    strings.Replace(edmx(`<Schema Namespace="A.B" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="E"><Key><PropertyRef Name="I"/></Key></EntityType><EntityContainer Name="C"><EntitySet Name="Es" EntityType="A.B.E"/></EntityContainer></Schema>`), "<edmx:DataServices>", `<edmx:Reference Uri="@"/><edmx:DataServices>`, 1),
		} {
			d, err := conversion.Convert("", []byte(strings.ReplaceAll(text, "@", target)))
			if err != nil {
				t.Errorf("%s at %s: %v", name, target, err)
				continue
			}
			printed, err := d.MarshalJSON()
			if err != nil || strings.Contains(string(printed), secret) {
				t.Errorf("%s at %s: the file was read (%v)", name, target, err)
			}
		}
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	<-done
	if n := visits.Load(); n > 0 {
		t.Errorf("the listener was visited %d times", n)
	}
}
