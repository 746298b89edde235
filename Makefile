# SPDX-License-Identifier: MIT OR Apache-2.0

STATICCHECK = v0.7.0
ACTIONLINT = v1.7.7

.PHONY: build test hosts check deps bench readme scaling mutants score merge prove proved prove-mutants effort audit soak fuzz
.PHONY: release reproducible trusted programs

# The command, in out/.
build:
	go build -o out/genalloc ./cmd/genalloc

# Everything: what the tests need, the linters, the tests. Tests of toolchains
# that are not there are skipped and say how to get them; under CI they fail.
test: deps check
	go test -timeout 25m ./...
	go test -race -run 'TestSample|TestSeeded|TestShared|TestFaults/growth|TestBroken/every' ./mutate ./prove ./internal/engine ./validate/interleave ./validate/parallel # where goroutines are
	$(MAKE) hosts

# Guests in the hosts of docs/hosts.md.
hosts: build
	cd hosts && GENALLOC=$(CURDIR)/out/genalloc go test ./...

# Formatting and static analysis, of the workflows too.
check:
	@test -z "$$(gofmt -l .)" || { echo "not formatted:"; gofmt -l .; exit 1; }
	for m in . hosts; do (cd $$m && go vet ./... && go run honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK) ./...) || exit; done
	go run github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT)

# The packages that tests of toolchains use. Installs them as root on Debian,
# and elsewhere says which they are.
deps:
	@./scripts/deps

# Measures this project's modules and the peers that packages provide, in one run.
# TRACES names trace files to replay as well.
B = out/bench
bench: build
	rm -rf $(B) && mkdir -p $(B)
	./peers/build $(B)
	out/genalloc -q -o $(B)/genalloc.wasm
	out/genalloc -q --fixed-align 8 -o "$(B)/genalloc --fixed-align 8.wasm"
	out/genalloc -q --functions alloc,alloc_zeroed,dealloc -o "$(B)/genalloc without realloc.wasm"
	out/genalloc -q --optimize size -o "$(B)/genalloc --optimize size.wasm"
	out/genalloc -q --strategy lists -o "$(B)/genalloc --strategy lists.wasm"
	out/genalloc -q --strategy lists --split=false -o "$(B)/genalloc --strategy lists --split=false.wasm"
	out/genalloc bench $(TRACES:%=--trace %) --recorded peers/recorded.json --html out/bench.html \
		--save out/bench.json $(B)/genalloc.wasm $(B)/genalloc\ *.wasm $(B)/[!g]*.wasm

# Writes the figures of the last bench into the README and docs/.
readme:
	go run ./bench/cmd/readme out/bench.json

# Measures threads at work, two beside one, and writes docs/threads.md. The machine should
# have two processors and nothing else to do.
scaling:
	peers/build $(B) dlmalloc
	go run ./bench/cmd/scaling $(B)/wasi-libc-dlmalloc.wasm

# The long runs: mutants, prove, soak and prove-mutants. Each takes the i-th of n parts
# with SHARD=i/n, and saves what it found in SWEEPS. Then make merge SWEEP=prove adds the
# parts of one up, wherever they ran.
SHARD = 1/1
SWEEPS = out/sweeps
part = -shard $(SHARD) -o $(SWEEPS)/$@.$(subst /,-of-,$(SHARD)).json

# Judges every single-instruction mutant of a set of configurations, or of those that ONLY
# names. If that was all of their mutants, it writes the score into the README.
mutants:
	go run ./mutate/cmd/mutants $(part) $(ONLY)
ifeq ($(SHARD),1/1)
	go run ./mutate/cmd/mutants -write $(SWEEPS)/$@.1-of-1.json
endif

# Writes the score into the README from all parts of make mutants.
score:
	go run ./mutate/cmd/mutants -write $(SWEEPS)/mutants.*.json

# Adds the results of all parts of SWEEP up. A part that is missing, or there twice, is
# an error, and so is anything that a part found wrong.
merge:
	go run ./internal/sweep/cmd/merge $(SWEEPS)/$(SWEEP).*.json

# Proves a module for every value of every parameter, for each strategy with marks and
# without, and by default for every two values of two; of every ABI, and of objects.
prove:
	go run ./prove/cmd/sweep $(part)

# Writes what all parts of make prove found into the record, prove/cmd/sweep/proved.txt.
proved:
	go run ./prove/cmd/sweep -write $(SWEEPS)/prove.*.json

# Proves some modules and adds what it took to docs/effort.md.
effort:
	go run ./prove/cmd/effort

# Has the proofs of the default module checked by a verified checker, ACL2's. Installs
# 2.4 GB of packages as root on Debian.
audit: build
	scripts/audit

# Makes 10^8 calls of random programs on modules that reuse memory, and holds the memory
# to its bound.
soak:
	go run ./validate/cmd/soak $(part)

# Fuzzes every target for TIME each. The corpus stays in out/fuzz.
TIME = 30s
fuzz:
	scripts/fuzz $(TIME)

# Builds the archive of a release for this system, or for TARGET=OS/ARCH with CC a C
# compiler for it, into out/release.
release:
	CGO_ENABLED=0 go run ./internal/release $(TARGET:%=-target %)

# Builds it twice, in different places, and compares the bytes.
reproducible:
	scripts/reproducible

# The files that a wrong "proved" takes a mistake in, with their lengths in lines.
trusted:
	@sed '1,/^## What has to be trusted/d; /^Not trusted/,$$d' docs/proof.md | grep -o '`[a-z0-9_/]*\.go`' | tr -d '`' | xargs wc -l

# Proves the single-instruction mutants of some configurations: each has to be
# refuted, or known to be the same function. EVERY=N takes every N-th.
EVERY = 1
prove-mutants:
	go run ./mutate/cmd/mutants -by prover -every $(EVERY) $(part) default fixed-16 never trap-double

# Builds real programs with every allocator, runs them, and writes docs/programs.md.
programs:
	programs/fetch
	go run ./programs/cmd/programs
