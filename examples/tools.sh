# SPDX-License-Identifier: MIT OR Apache-2.0
# Sourced by the run script of each example. It creates build/, puts npm's commands on
# the PATH, and defines genalloc as the one of this repository.
set -euo pipefail
mkdir -p build
examples=$(cd .. && pwd)
PATH="$examples/node_modules/.bin:$PATH"

genalloc() { ${GENALLOC:-go run "$examples/../cmd/genalloc"} "$@"; }
