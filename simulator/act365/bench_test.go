package act365

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func BenchmarkSeed100000Contacts(b *testing.B) {
	for b.Loop() {
		New(Options{Contacts: 100_000}).Close()
	}
}

// BenchmarkCalls is what one call costs the simulator as a load target, without the network.
func BenchmarkCalls(b *testing.B) {
	sim := New(Options{Contacts: 100_000})
	defer sim.Close()
	id := sim.accounts[0].collections[contacts].rows[50_000].id()
	for name, path := range map[string]string{
		"OneContact":         "/Contacts/" + id,
		"Page":               "/Contacts?$top=150&$skip=50000",
		"FilterByID":         "/Contacts?$filter=id%20eq%20'" + id + "'",
		"FilterOverAll":      "/Contacts?$filter=lastName%20eq%20'nobody'",
		"OrderOfAll":         "/Contacts?$orderby=lastUpdated%20desc&$top=50",
		"PageOfInteractions": "/Interactions?$top=150",
	} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, "/act/api"+path, nil)
			r.SetBasicAuth(DefaultAPIKey, DefaultDeveloperKey)
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				sim.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
				b.SetBytes(int64(w.Body.Len()))
			}
		})
	}
}
