#!/usr/bin/env bash
# Runs the benchmarks of the rooms, or of the packages given as arguments. Those that compare two things do
# so in one run, in turns, and print their ratio.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- ./internal/...
go test -run '^$' -bench . -benchmem "$@" | grep -v -e 'no test files' -e '^PASS$'
