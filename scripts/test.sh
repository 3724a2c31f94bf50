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
step "Go tests with the race detector" go test -race -count=1 -timeout 20m ./...
