#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Builds the targets that scripts/fuzz lists, or those that are named as PACKAGE NAME,
# into $OUT: programs of libFuzzer, with their seeds and testdata. OSS-Fuzz sets CXX,
# CXXFLAGS, LIB_FUZZING_ENGINE and OUT.
#
# The targets are written for go test and use its *testing.F, and helpers in test files.
# An overlay makes the test files part of a program, in which package driver takes the
# place of go test's coordinator.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
root=$PWD
module=$(go list -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if (($# == 2)); then list="$1 $2"; else list=$(scripts/fuzz list); fi
engine=$(go list -m -f '{{.Dir}}' github.com/bytecodealliance/wasmtime-go/v39)/build/linux-$(uname -m)/libwasmtime.a

# overlay prints the overlay of a package: its test files under names of other files,
# those of the external test package in a directory of their own.
overlay() {
	local n=0 to from
	echo '{"Replace": {'
	while read -r to from; do
		echo "\"$to/fuzzed_$((++n)).go\": \"$from\","
	done < <(go list -f '{{$dir := .Dir}}
		{{- range .TestGoFiles}}{{$dir}} {{$dir}}/{{.}}{{"\n"}}{{end}}
		{{- range .XTestGoFiles}}{{$dir}}/fuzzed {{$dir}}/{{.}}{{"\n"}}{{end}}' "$1")
	echo "\"$root/ossfuzz/program/main.go\": \"$work/main.go\"}}"
}

while read -r package name; do
	package=${package#./}
	target=$module/$package
	external=$(go list -f '{{range .XTestGoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}' "./$package")
	if [[ $external ]] && grep -q "^func $name(" $external; then target=$target/fuzzed; fi
	sed "s,TARGET,$target,; s,PACKAGE,$package,; s,NAME,$name,g" ossfuzz/program/main.go.in >"$work/main.go"
	overlay "./$package" >"$work/overlay.json"
	go build -buildmode=c-archive -tags libfuzzer -gcflags="$module/...=-d=libfuzzer" -gcflags="$module/ossfuzz/...=-d=libfuzzer=0" \
		-overlay "$work/overlay.json" -o "$work/target.a" ./ossfuzz/program
	program=$OUT/${package//\//_}_$name
	$CXX ${CXXFLAGS-} $LIB_FUZZING_ENGINE "$work/target.a" "$engine" -lm -ldl -lpthread -o "$program"

	# Its testdata, and that of the packages above it.
	dir=$package
	while [[ $dir != . ]]; do
		mkdir -p "$OUT/data/$dir"
		[[ ! -d $dir/testdata ]] || cp -r "$dir/testdata" "$OUT/data/$dir/"
		dir=$(dirname "$dir")
	done
	mkdir "$work/seeds"
	SEEDS=$work/seeds "$program"
	rm -f "${program}_seed_corpus.zip"
	zip -qj "${program}_seed_corpus.zip" "$work"/seeds/*
	rm -r "$work/seeds"
done <<<"$list"
