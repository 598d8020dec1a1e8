# Targets for people; each installs what it needs. `make help` lists them.
SHELL := /bin/bash
# A failure in front of a pipe is a failure: fuzzing and benchmarks are filtered.
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help

# One set of flags everywhere, so that the cgo part of Fyne is compiled once.
GO      ?= go
TAGS    := -tags no_animations
OUT     := out
APT_BUILD := gcc libc6-dev pkg-config libgl1-mesa-dev libx11-dev libxrandr-dev libxcursor-dev libxinerama-dev libxi-dev libxxf86vm-dev
APT_TEST  := xvfb libgl1-mesa-dri strace postgresql chromium
FUZZTIME ?= 20s

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: deps build ## one whole visit with virtual devices; writes out/demo
	bin/hallsim demo --bin bin --out $(OUT)/demo

# Lines have their own time: their tests have the machine to themselves.
# The screens are drawn on one goroutine and without cgo; under the race detector they would take ten times as long, so
# only the bridge between goroutines is run with it.
test: deps ## every test; all but the screens with the race detector
	CGO_ENABLED=0 $(GO) vet ./app/... ./assets/... ./device/... ./sync/... ./cmd/central/... ./cmd/dictionary/... ./cmd/edge/... ./cmd/hallsim/... ./cmd/hallctl/...
	$(GO) vet $(TAGS) ./cmd/kiosk/...
	CGO_ENABLED=0 $(GO) test -timeout 10m ./app/ui/...
	$(GO) test -race -timeout 30m -run Bridge ./app/ui
	$(GO) test $(TAGS) -race -p 1 -timeout 30m ./device/... ./cmd/hallctl/...
	$(GO) test $(TAGS) -race -timeout 30m $$($(GO) list ./... | grep -v -e /app/ui -e /device -e /cmd/hallctl)

build: deps ## all programs into bin/
	@mkdir -p bin
	$(GO) build $(TAGS) -o bin/kiosk ./cmd/kiosk
	CGO_ENABLED=0 $(GO) build -o bin/central ./cmd/central
	CGO_ENABLED=0 $(GO) build -o bin/edge ./cmd/edge
	CGO_ENABLED=0 $(GO) build -o bin/hallsim ./cmd/hallsim
	CGO_ENABLED=0 $(GO) build -o bin/hallctl ./cmd/hallctl

lint: ## golangci-lint at the version pinned in .tools.mod
	$(GO) tool -modfile=.tools.mod golangci-lint run ./...

bench: deps build ## speed, beside the physical limits in the same run
	$(GO) test $(TAGS) -run '^$$' -bench . -benchtime 1s ./... | grep --line-buffered -v -E '^(\?|ok|PASS|no test files)'
	bin/hallsim bench --bin bin

fuzz: ## every fuzz target for FUZZTIME (20s)
	@set -e; for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test $(TAGS) -list '^Fuzz' $$p | grep ^Fuzz || true); do \
	    echo "$$p $$f"; $(GO) test $(TAGS) -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$p | tail -4; done; done

soak: ## thousands of card reads and receipts under random faults; takes 20 minutes
	CGO_ENABLED=0 ONEDOOR_SOAK=1 $(GO) test -count 1 -timeout 90m -parallel 4 -run Soak -v ./device/sim

N ?= 50
crash: deps ## N rounds of each kind of crash, power cut and damage to the outbox; a line for each kind
	CGO_ENABLED=0 $(GO) test -count 1 -timeout 0 -run TestCrash -v ./sync/outbox -crash.rounds $(N) | grep -E 'crash:|---|FAIL|ok|skip'

visits: N = 2000
visits: deps build ## N people in a row at a real window; fails when the kiosk takes more and more of its machine
	bin/hallsim visits --bin bin --count $(N)

screens: ## pictures of every screen state, and contact sheets, into out/screens
	@mkdir -p $(OUT)/screens
	ONEDOOR_SCREENS=$(abspath $(OUT)/screens) CGO_ENABLED=0 $(GO) test -count 1 -timeout 40m -run TestScreens ./app/ui

deps: ## system packages that are missing, by apt
	@missing=; for p in $(APT_BUILD) $(APT_TEST); do \
	  dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing system packages:$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then as=; else as=sudo; fi; \
	  $$as apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$as apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi

clean: ## what was built and written
	rm -rf bin $(OUT)

.PHONY: help demo test build lint bench fuzz soak crash visits screens deps clean
