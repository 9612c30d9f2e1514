# The two commands to know are `make run` and `make test`; `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

TOOLS := bin/tools
FRONT := web/made by make build/manifest.json
VERSITYGW := github.com/versity/versitygw/cmd/versitygw@v1.8.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

export CABINA_VERSITYGW := $(CURDIR)/$(TOOLS)/versitygw
export CGO_ENABLED ?= 0

.DEFAULT_GOAL := help

.PHONY: help
help: ## what there is to make
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.PHONY: run
run: build ## install what is missing, build, make the demonstration if the archive is empty, and serve it at http://localhost:8080
	@.ci/install.sh run
	@bin/cabina demo --if-empty
	@exec bin/cabina serve

.PHONY: run-s3
run-s3: build tools ## the same against a Versity gateway over ~/.local/share/cabina-s3
	@.ci/install.sh run
	@.ci/run-s3.sh

.PHONY: build
build: front ## build the front end and then the program, bin/cabina
	@go build -trimpath -o bin/cabina ./cmd/cabina

.PHONY: front
front: web/node_modules/.made
	@cd web && npm run --silent build

web/node_modules/.made: web/package.json web/package-lock.json
	@cd web && npm ci --silent --no-audit --no-fund && touch node_modules/.made

.PHONY: tools
tools: $(TOOLS)/versitygw $(TOOLS)/staticcheck ## build the S3 gateway and the linter that tests use

$(TOOLS)/versitygw:
	@echo "building the S3 gateway for tests"; GOBIN=$(CURDIR)/$(TOOLS) go install $(VERSITYGW)

$(TOOLS)/staticcheck:
	@echo "building staticcheck"; GOBIN=$(CURDIR)/$(TOOLS) go install $(STATICCHECK)

.PHONY: test
test: ## install what the tests need and run them all
	@.ci/install.sh test
	@$(MAKE) tools build
	@$(MAKE) lint
	@$(MAKE) unit
	@$(MAKE) race
	@$(MAKE) fuzz FUZZTIME=3s
	@$(MAKE) browser

.PHONY: lint
lint: ## gofmt, vet, staticcheck, go mod tidy, types of the front end
	@files=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$files" ]; then echo "gofmt would change:"; echo "$$files"; exit 1; fi
	@go vet ./...
	@$(TOOLS)/staticcheck ./...
	@go mod tidy -diff
	@cd web && npm run --silent typecheck

.PHONY: unit
unit: ## every Go test but the browsers'
	@go test -count=1 -timeout 20m ./...

.PHONY: race
race: ## the packages in which goroutines meet, under the race detector
	@CGO_ENABLED=1 go test -race -count=1 -short -timeout 15m ./archive/... ./search/... ./transcode/... ./web/...

FUZZTIME ?= 60s
.PHONY: fuzz
fuzz: ## every fuzz test for FUZZTIME (60s)
	@for p in $$(go list ./...); do for f in $$(go test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
		echo "fuzz $$p $$f"; go test -run '^$$' -fuzz "^$$f\$$" -fuzzminimizetime 10x -fuzztime $(FUZZTIME) $$p; done; done

.PHONY: browser
browser: ## the page in real Chromium and Firefox
	@CABINA_BROWSERS=1 go test -count=1 -timeout 20m -run TestBrowsers ./cmd/cabina

.PHONY: torture
torture: tools build ## the long tests: a hundred kills on each store and one at each named point, broken storage, hours of sound; CABINA_SEED=n for other moments
	@.ci/install.sh test
	@CABINA_TORTURE=1 go test -count=1 -timeout 90m -v -run 'Torture|HostileFiles' ./cmd/cabina ./search ./archive

.PHONY: bench
bench: build ## ratios against named rivals in one run, as the README quotes them
	@.ci/install.sh bench
	@CABINA_BENCH=1 go test -count=1 -timeout 60m -v -run TestBench ./cmd/cabina

CUES ?= 1000000
.PHONY: bench-search
bench-search: ## search over CUES (1000000) cues beside SQLite FTS5 and PostgreSQL in one run
	@.ci/install.sh bench
	@CABINA_BENCH_SEARCH=$(CUES) go test -count=1 -timeout 120m -v -run TestBenchSearch ./search

.PHONY: clean
clean: ## remove what was built
	@rm -rf bin "web/made by make build" web/node_modules
