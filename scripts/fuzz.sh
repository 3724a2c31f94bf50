#!/usr/bin/env bash
# Runs every fuzz target for a while: FUZZTIME=30s by default, or the packages given as arguments.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${FUZZTIME:-30s}
[ $# -gt 0 ] || set -- ./...
for package in $(go list "$@"); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "== $package $target for $time"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package"
	done
done
