#!/usr/bin/env bash
# Builds the static library once into CACHE, keyed on its sources, lock file and compiler; prints its folder:
#   libaether_native.a          the archive
#   include/blst, include/ckzg  the C headers of the crates blst and c-kzg
#   include/wasmtime            Wasmtime's C headers, as its build script configures them
#   trusted_setup.txt           the public KZG ceremony, from the crate c-kzg
#   build.sh CACHE
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${1:?usage: build.sh CACHE}
command -v cargo >/dev/null || { echo "third_party/native: cargo is missing; run ./aether build, which installs it" >&2; exit 1; }
key=$( { cat "$here/Cargo.toml" "$here/Cargo.lock" "$here"/src/*.rs "$here/build.sh"; cargo --version; } | sha256sum | cut -c1-16)
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
    folder_of() {  # of a crate's sources
      cargo metadata --locked --format-version 1 --manifest-path "$here/Cargo.toml" | python3 -c '
import json, os, sys
[package] = [p for p in json.load(sys.stdin)["packages"] if p["name"] == sys.argv[1]]
print(os.path.dirname(package["manifest_path"]))' "$1"
    }
    blst=$(folder_of blst)
    ckzg=$(folder_of c-kzg)
    mkdir -p "$out/include/blst" "$out/include/ckzg"
    cp "$blst"/blst/bindings/blst.h "$blst"/blst/bindings/blst_aux.h "$out/include/blst/"
    (cd "$ckzg/src" && find . -name '*.h' -exec cp --parents {} "$out/include/ckzg/" \;)
    cp "$ckzg/src/trusted_setup.txt" "$out/"
    cp -r "$out"/target/release/build/wasmtime-c-api-impl-*/out/include "$out/include/wasmtime"
    mv "$out/target/release/libaether_native.a" "$archive"
    rm -rf "$out/target"
  fi
fi
echo "$out"
