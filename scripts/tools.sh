#!/usr/bin/env bash
# Installs a pinned tool into bin/ and prints its path: scripts/tools.sh golangci-lint
# The tools are not in go.mod: their dependencies are none of the program's.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
golangci-lint) package=github.com/golangci/golangci-lint/v2/cmd/golangci-lint version=v2.15.0 ;;
govulncheck) package=golang.org/x/vuln/cmd/govulncheck version=v1.9.0 ;;
*)
	echo "usage: scripts/tools.sh golangci-lint|govulncheck" >&2
	exit 2
	;;
esac

tool="$PWD/bin/$1-$version"
if [ ! -x "$tool" ]; then
	echo "building $1 $version, about a minute the first time" >&2
	into=$(mktemp -d)
	trap 'rm -rf "$into"' EXIT
	GOBIN="$into" go install "$package@$version" >&2
	mkdir -p bin
	mv "$into/$1" "$tool"
fi
echo "$tool"
