package connectors_test

import "testing"

func BenchmarkLoadingAct365(b *testing.B) {
	for b.Loop() {
		shipped(b, "actessentials")
	}
}
