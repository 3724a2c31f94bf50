#!/usr/bin/env bash
# Builds the web console into web/dist, which is committed so that 'go build' needs no Node.
#   scripts/console.sh build   build it
#   scripts/console.sh check   test it, build it, and fail when the committed build differs
set -euo pipefail
cd "$(dirname "$0")/../web"

need=20.19 # of Vite
have=$(node -p process.versions.node 2>/dev/null || true)
if ! command -v npm >/dev/null || [ "$(printf '%s\n' "$need" "${have:-0}" | sort -V | head -1)" != "$need" ]; then
	echo "NOT CHECKED: the console needs Node $need or newer with npm; found ${have:-none}" >&2
	[ -z "${CI:-}" ] && [ "${1:-}" = check ] && exit 0
	exit 1
fi

state() { git status --porcelain -- dist && git diff HEAD -- dist && git ls-files --others --exclude-standard -z -- dist | xargs -0 -r sha256sum; }

npm ci --no-audit --no-fund --loglevel=error
case "${1:-}" in
build) npm run build ;;
check)
	npm test
	before=$(state | sha256sum)
	npm run build
	if [ "$before" != "$(state | sha256sum)" ]; then
		git status --short -- dist >&2
		echo "web/dist is not the build of web/src: run 'make console' and commit the result" >&2
		exit 1
	fi
	;;
*)
	echo "usage: scripts/console.sh build|check" >&2
	exit 2
	;;
esac
