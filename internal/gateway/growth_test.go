package gateway

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/instance"
	"jackfield/internal/store"
)

// corridorOf is a gateway over a catalogue of so many connectors with so many resources each.
func corridorOf(t testing.TB, connectors, resources int) *Gateway {
	t.Helper()
	c := catalog.New(catalog.Options{})
	t.Cleanup(c.Close)
	defs := make([]*connector.Definition, connectors)
	for i := range defs {
		def := &connector.Definition{ID: int64(i + 1), Key: fmt.Sprintf("c%d", i), Hub: "crm"}
		for j := range resources {
			def.Resources = append(def.Resources, connector.Resource{
				Path: fmt.Sprintf("/hubs/crm/things%d/{id}", j), Method: "GET", VendorPath: "/v2/things/{id}", VendorMethod: "GET",
				Parameters: []connector.Parameter{
					{Name: "id", VendorName: "id", Type: "path", VendorType: "path", Required: true},
					{Name: "fields", VendorName: "select", Type: "query", VendorType: "query"},
					{Name: "page", VendorName: "$skip", Type: "query", VendorType: "query"},
				},
			})
		}
		defs[i] = def
	}
	if err := c.Add(defs...); err != nil {
		t.Fatal(err)
	}
	return New(Options{Catalog: c})
}

// walk takes a call on the last resource of a connector from the catalogue to the shaped answer, but for the exchange
// with the provider: find the connector, resolve, bind, map.
func walk(t testing.TB, g *Gateway, connectorID int64, path string, principal *access.Principal, in *instance.Instance) {
	in.ConnectorID = connectorID
	ctx := context.Background()
	c := &Call{Principal: principal, Instance: in, Method: http.MethodGet, Path: path, Query: url.Values{"page": {"2"}}}
	for _, stage := range []func(context.Context, *Call) error{g.identify, g.resolve, g.query, g.bind} {
		if err := stage(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	c.response = vendorResponse{status: http.StatusOK, header: http.Header{}, body: []byte(`{"id":5,"name":"n","gone":null}`)}
	if err := g.shape(ctx, c); err != nil {
		t.Fatal(err)
	}
	if string(c.response.body) != `{"id":5,"name":"n"}` || c.vendor.path != "/v2/things/5" {
		t.Fatalf("%s %s", c.vendor.path, c.response.body)
	}
	c.release()
}

func anyInstance() *instance.Instance {
	return &instance.Instance{Instance: store.Instance{ID: 1}, Effective: map[string]string{"base.url": "https://provider.example"}}
}

func TestACallTakesNoMoreMemoryInALargeCatalogue(t *testing.T) { // counts allocations: not in parallel
	small, large := corridorOf(t, 1, 1), corridorOf(t, 250, 100)
	principal, in := &access.Principal{}, anyInstance()
	of := func(g *Gateway, id int64, path string) float64 {
		return testing.AllocsPerRun(200, func() { walk(t, g, id, path, principal, in) })
	}
	one, many := of(small, 1, "/things0/5"), of(large, 250, "/things99/5")
	if many > one {
		t.Errorf("%v allocations with 250 connectors of 100 resources, %v with one of each", many, one)
	}
}

func BenchmarkResolveBindMap(b *testing.B) {
	for _, size := range []struct{ connectors, resources int }{{1, 1}, {250, 100}} {
		b.Run(fmt.Sprintf("%dx%d", size.connectors, size.resources), func(b *testing.B) {
			g := corridorOf(b, size.connectors, size.resources)
			principal, in := &access.Principal{}, anyInstance()
			path := fmt.Sprintf("/things%d/5", size.resources-1)
			b.ReportAllocs()
			for b.Loop() {
				walk(b, g, int64(size.connectors), path, principal, in)
			}
		})
	}
}
