# SPDX-License-Identifier: MIT OR Apache-2.0
# What each example's run sources: it works in its own directory, builds into
# build/, finds npm's commands, and has genalloc from this repository.
set -euo pipefail
mkdir -p build
examples=$(cd .. && pwd)
PATH="$examples/node_modules/.bin:$PATH"

genalloc() { ${GENALLOC:-go run "$examples/../cmd/genalloc"} "$@"; }
