#!/usr/bin/env bash
# Builds the static library once into CACHE, keyed on its sources, lock file and compiler; prints the archive's path.
#   build.sh CACHE
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${1:?usage: build.sh CACHE}
command -v cargo >/dev/null || { echo "third_party/native: cargo is missing; run ./aether build, which installs it" >&2; exit 1; }
key=$( { cat "$here/Cargo.toml" "$here/Cargo.lock" "$here"/src/*.rs; cargo --version; } | sha256sum | cut -c1-16)
out=$cache/native/$key
archive=$out/libaether_native.a
if [ ! -e "$archive" ]; then
  echo "third_party/native: building once into $out" >&2
  mkdir -p "$out"
  # A second build that starts meanwhile waits here.
  exec 9>"$out/.lock"
  flock 9
  if [ ! -e "$archive" ]; then
    CARGO_TARGET_DIR=$out/target cargo build --release --locked --manifest-path "$here/Cargo.toml" >&2
    mv "$out/target/release/libaether_native.a" "$archive"
    rm -rf "$out/target"
  fi
fi
echo "$archive"
