package act365

import "testing"

func BenchmarkSeed100000Contacts(b *testing.B) {
	for b.Loop() {
		New(Options{Contacts: 100_000}).Close()
	}
}
