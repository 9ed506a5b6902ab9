#!/usr/bin/env bash
# First steps, from nothing to a contract that was called: four validators on this machine, a key of your own that genesis funds, a
# transfer that is final on all of them, a contract deployed, called and asked. After `./aether build`:
#
#   docs/first_steps.sh [DIR]
#
# DIR (default: a temporary one) is made, and holds the keys, the network and the contract; the network is ended at the end, and a
# temporary DIR removed. Every line below can be typed as well; `set -x` shows it as it runs.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
export PATH="${AETHER_BIN:-$root/build/bin}:$PATH"
dir=${1:-$(mktemp -d)}
mkdir -p "$dir"
finish() {
  aetherctl devnet down --dir "$dir/net" >/dev/null 2>&1 || true
  [ "$temporary" = no ] || rm -rf "$dir"
}
temporary=$([ $# -eq 0 ] && echo yes || echo no)
trap finish EXIT
umask 077
field() { awk -v name="$1" '$1 == name { print $2 }'; } # a line's value
set -x

# A key. Its 24 words go to a file here; on paper they would be safer.
echo 'a password of your own' >"$dir/password"
me() { aetherctl --keys "$dir/keys" --password-file "$dir/password" "$@"; }
address=$(me keys new me --mnemonic-file "$dir/words" | field address)
friend=$(me keys new friend --mnemonic-file "$dir/friend-words" | field address)

# A network, whose genesis gives the key 1000 SWR, for fees, and 50 AIC.
aetherctl devnet up --dir "$dir/net" --fund "$address:1000:50"
rpc=$(aetherctl devnet status --dir "$dir/net" | awk '$1 == "0" { print $4 }')
other=$(aetherctl devnet status --dir "$dir/net" | awk '$1 == "3" { print $4 }')
me() { aetherctl --rpc "$rpc" --keys "$dir/keys" --password-file "$dir/password" "$@"; }
me status
me account me

# A transfer: sent to one node, final on all.
me transfer --from me --to "$friend" --amount '1.5 SWR'
aetherctl devnet status --dir "$dir/net"

# A contract in C++: compiled to WebAssembly, judged, deployed, called, asked.
me contract build "$root/contracts/counter.cpp" -o "$dir/counter.wasm"
counter=$(me contract deploy "$dir/counter.wasm" --from me | field contract)
me contract call "$counter" --method add --arg u64:5 --from me
me contract query "$counter" --method count --returns u64
aetherctl --rpc "$other" block
