#!/usr/bin/env bash
# Without arguments: the corridor beside a reverse proxy and a JSON tree, with start time, memory and size of the
# program. With packages as arguments: their own benchmarks.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ $# -eq 0 ]; then
	exec go run ./test/bench
fi
go test -run '^$' -bench . -benchmem "$@" | grep -v -e 'no test files' -e '^PASS$'
