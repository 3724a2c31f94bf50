#!/usr/bin/env bash
# Fails when a generated file or go.mod is not what its command makes of the sources.
set -euo pipefail
cd "$(dirname "$0")/.."

go mod tidy -diff >&2 || {
	echo "go.mod or go.sum is not tidy: run 'go mod tidy' and commit the result" >&2
	exit 1
}

state() { # of everything tracked or new, committed or not
	git status --porcelain
	git diff HEAD
	git ls-files --others --exclude-standard -z | xargs -0 -r sha256sum
}
before=$(state | sha256sum)
go generate ./...
if [ "$before" != "$(state | sha256sum)" ]; then
	git status --short >&2
	echo "'go generate ./...' changed files: commit the result" >&2
	exit 1
fi
