#!/usr/bin/env bash
# Runs every fuzz target for a while: FUZZTIME=30s by default, or the packages given as arguments.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${FUZZTIME:-30s}
[ $# -gt 0 ] || set -- ./...
packages=$(go list "$@")
for package in $packages; do
	names=$(go test -list '^Fuzz' "$package")
	for target in $(grep '^Fuzz' <<<"$names" || true); do
		echo "== $package $target for $time"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package"
	done
done
