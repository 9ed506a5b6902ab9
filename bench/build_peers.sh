#!/usr/bin/env bash
# Builds libaether_FOLDER.so, the crate of FOLDER beside this file, once into CACHE and links TO to it; takes some
# minutes. It is built for this machine's processor, which is best for the peers that do not choose their instructions
# at run time, and keyed on that, its sources, lock file and compiler.
#   build_peers.sh FOLDER CACHE TO
set -euo pipefail
usage="usage: build_peers.sh FOLDER CACHE TO"
folder=${1:?$usage} cache=${2:?$usage} to=${3:?$usage}
here=$(cd "$(dirname "$0")" && pwd)/$folder
command -v cargo >/dev/null || { echo "bench/$folder: cargo is missing; run ./aether build, which installs it" >&2; exit 1; }
export RUSTFLAGS="-C target-cpu=native"
key=$( { cat "$here/Cargo.toml" "$here/Cargo.lock" "$here"/src/*.rs "$0"; cargo --version
        rustc -C target-cpu=native --print cfg; } | sha256sum | cut -c1-16)
out=$cache/$folder/$key
library=$out/libaether_$folder.so
if [ ! -e "$library" ]; then
  echo "bench/$folder: building once into $out" >&2
  mkdir -p "$out"
  # A second build that starts meanwhile waits here.
  exec 9>"$out/.lock"
  flock 9
  if [ ! -e "$library" ]; then
    CARGO_TARGET_DIR=$out/target cargo build --release --locked --manifest-path "$here/Cargo.toml" >&2
    mv "$out/target/release/libaether_$folder.so" "$library"
    rm -rf "$out/target"
  fi
fi
ln -sfn "$library" "$to"
touch -h "$to"
