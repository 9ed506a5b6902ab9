#!/usr/bin/env bash
# Builds libaether_state_peers.so once into CACHE and links TO to it; takes some minutes. It is built for this machine's
# processor, which is best for the peers that do not choose their instructions at run time, and keyed on that, its
# sources, lock file and compiler.
#   build.sh CACHE TO
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${1:?usage: build.sh CACHE TO} to=${2:?usage: build.sh CACHE TO}
command -v cargo >/dev/null || { echo "bench/state_peers: cargo is missing; run ./aether build, which installs it" >&2; exit 1; }
export RUSTFLAGS="-C target-cpu=native"
key=$( { cat "$here/Cargo.toml" "$here/Cargo.lock" "$here"/src/*.rs "$here/build.sh"; cargo --version
        rustc -C target-cpu=native --print cfg; } | sha256sum | cut -c1-16)
out=$cache/state_peers/$key
library=$out/libaether_state_peers.so
if [ ! -e "$library" ]; then
  echo "bench/state_peers: building once into $out" >&2
  mkdir -p "$out"
  # A second build that starts meanwhile waits here.
  exec 9>"$out/.lock"
  flock 9
  if [ ! -e "$library" ]; then
    CARGO_TARGET_DIR=$out/target cargo build --release --locked --manifest-path "$here/Cargo.toml" >&2
    mv "$out/target/release/libaether_state_peers.so" "$library"
    rm -rf "$out/target"
  fi
fi
ln -sfn "$library" "$to"
touch -h "$to"
