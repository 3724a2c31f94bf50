#!/usr/bin/env bash
# Format, style, and the import rule of the house (.golangci.yml).
set -euo pipefail
cd "$(dirname "$0")/.."
lint=$(scripts/tools.sh golangci-lint)
"$lint" config verify
"$lint" run ./...
