# The pieces are in scripts/, so that each can be run by itself.
.PHONY: test build lint vuln bench fuzz console

test: ## everything that can be checked
	@scripts/test.sh

build: ## the program, as ./jackfield
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o jackfield ./cmd/jackfield

lint: ## format, style, and the import rule
	@scripts/lint.sh

vuln: ## known vulnerabilities in what is linked; asks a database on the network
	@"$$(scripts/tools.sh govulncheck)" ./...

bench: ## benchmarks
	@scripts/bench.sh

fuzz: ## every fuzz target for FUZZTIME (30s)
	@scripts/fuzz.sh

console: ## build the web console into web/dist
	@scripts/console.sh build
