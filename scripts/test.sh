#!/usr/bin/env bash
# Everything that can be checked, in the order of how soon it tells. CI=true means that nothing may be left out.
set -euo pipefail
cd "$(dirname "$0")/.."

step() {
	echo "== $1"
	shift
	local start=$SECONDS
	"$@"
	echo "== done in $((SECONDS - start)) s"
}

step "vet" go vet ./...
step "lint" scripts/lint.sh
step "generated files" scripts/generated.sh
step "console" scripts/console.sh check
# Two suites start the built program, which the test cache does not see change: nothing is taken from the cache.
# internal/apidoc starts no goroutine, and the validators of its tests take five times as long under the race detector.
step "Go tests with the race detector" bash -c 'go test -race -count=1 -timeout 20m $(go list ./... | grep -v /internal/apidoc$)'
step "Go tests of generated documents" go test -count=1 -timeout 20m ./internal/apidoc
