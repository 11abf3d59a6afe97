# The index of commands. Everything downloaded or built goes to .cache/ and dist/, and is made once a version.
#
#   BUILDKIT_HOST=ADDRESS     use this BuildKit daemon instead of starting one
#   WIRE_COMPARE=PATH         the program that `make wire` and `make fuzz` compare with
#   TESTS=PATH…               what `make test` runs (default: test/unit test/e2e)
#   JOBS=N                    test files at once (default: 2)
#   PACKAGES=… VARIANTS=… FRONTENDS=… AGAIN=… TABLE=1   for `make bench-repro`: docs/strip.md
#   RELEASES=REGEX           for `make suites`
#   IMAGE=TAR TESTS=REGEX REPRO=off BASELINE=1 WORKERS=oci JOBS=N   for `make conformance`: test/conformance/README.md

.DEFAULT_GOAL := help
TESTS ?= test/unit test/e2e
RUN_TS := node --import tsx
SOURCES := $(shell find src proto scripts/build.mjs -type f) package-lock.json

.PHONY: help build image image-digest demo test unit e2e lint typecheck environment bench bench-repro bench-run bench-diff wire fuzz fuzz-parsers conformance older suites clean distclean

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)$$/\1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

build: dist/frontend.cjs ## dist/frontend.cjs, dist/sigstore.cjs and dist/cli.cjs

dist/frontend.cjs: node_modules/.package-lock.json $(SOURCES)
	@node scripts/build.mjs
	@touch $@

image: dist/frontend.cjs ## dist/frontend-image.tar, the frontend's image for this platform as an OCI layout
	@$(RUN_TS) scripts/image.ts

image-digest: dist/frontend.cjs ## frontend.digest.json: the image's digest, and all that decides on it
	@$(RUN_TS) scripts/image-digest.ts

demo: dist/frontend.cjs ## a real Debian Dockerfile built twice, with the reference and with ours
	@$(RUN_TS) scripts/demo.ts

test: node_modules/.package-lock.json ## type check, unit tests, end-to-end tests
	@node scripts/test.mjs --check $(TESTS)

unit: node_modules/.package-lock.json ## unit tests alone
	@node scripts/test.mjs test/unit

e2e: dist/frontend.cjs ## end-to-end tests alone
	@node scripts/test.mjs test/e2e

typecheck: node_modules/.package-lock.json ## TypeScript, strict
	@node_modules/.bin/tsc --noEmit

lint: typecheck ## type check, generated files, import arrows
	@node scripts/generate-schema.mjs --check
	@node scripts/test.mjs test/unit/arrows.test.ts

environment: dist/frontend.cjs ## a daemon and a registry to try things in, until Ctrl-C
	@$(RUN_TS) scripts/environment.ts

bench: image ## times and sizes beside the reference's, in turns; CASES is a folder of Dockerfiles: docs/performance.md
	@$(RUN_TS) scripts/bench.ts $(CASES)

bench-repro: dist/frontend.cjs ## packages of Debian installed on two daemons unlike each other, ours against the reference (hours; resumes)
	@$(RUN_TS) test/bench-repro/run.ts

bench-diff: dist/frontend.cjs ## time and memory of diff beside diffoci, on two images of SIZE (5) GB each
	@$(RUN_TS) scripts/bench-diff.ts

bench-run: dist/frontend.cjs ## what the wrapper costs a RUN, on small images and on one of 100,000 files
	@$(RUN_TS) scripts/bench-run.ts $(RUNS) $(ROUNDS)

wire: dist/frontend.cjs ## the LLB of CASES (a folder or a JSON-lines file) against the reference's, with WIRE_COMPARE
	@$(RUN_TS) scripts/wire.ts $(or $(CASES),test/e2e/fixtures)

fuzz: dist/frontend.cjs ## COUNT (1000) generated builds of SEED (1), compared in the same way; WRONG is the rate of mistakes (0 to 1; mixed)
	@$(RUN_TS) test/fuzz/generate.ts .cache/fuzz $(or $(COUNT),1000) $(or $(SEED),1) $(or $(WRONG),mixed)
	@$(RUN_TS) scripts/wire.ts .cache/fuzz/cases.jsonl

fuzz-parsers: node_modules/.package-lock.json ## EXECUTIONS (100000) changed inputs of SEED (1) for each reader of strangers' bytes, at most SECONDS (600) each
	@$(RUN_TS) test/fuzz/parsers/run.ts $(or $(EXECUTIONS),100000) $(or $(SEED),1) $(or $(SECONDS),600)

conformance: $(if $(IMAGE)$(BASELINE),node_modules/.package-lock.json,image) ## BuildKit's own integration tests, with the frontend image as the frontend
	@$(RUN_TS) test/conformance/run.ts $(if $(IMAGE),--image '$(IMAGE)') $(if $(filter-out file,$(origin TESTS)),--tests '$(TESTS)') $(if $(WORKERS),--workers '$(WORKERS)') $(if $(JOBS),--jobs '$(JOBS)') $(if $(REPRO),--build-arg REPRO=$(REPRO)) $(if $(BASELINE),--baseline)

older: dist/frontend.cjs ## builds on a daemon of an older BuildKit, with the reference's frontend and with ours
	@node scripts/test.mjs test/older-daemon

suites: dist/frontend.cjs ## the sources list with the apt and the lists of each Debian and Ubuntu release, or of those that RELEASES (a regular expression) names
	@node scripts/test.mjs test/suites

clean: ## what was built from this tree
	rm -rf dist

distclean: clean ## that, and everything downloaded or built for the tests
	rm -rf .cache/tools .cache/bases .cache/deb .cache/node .cache/image .cache/image-steps .cache/conformance .cache/run .cache/locks node_modules
