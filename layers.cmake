# The only place where an edge between libraries is declared.
#
#   aether_layer(NAME GROUP core|host|sim USES library... EXTERNAL target... SYMBOLS prefix...)
#
# An edge includes everything below it. EXTERNAL names the outside targets that the library may link; SYMBOLS
# names, by prefix, the outside symbols that a core library's objects may leave undefined (checked by tools/layers).
# The order is topological: a layer uses only layers above this line.

# core: pure and deterministic
aether_layer(base     GROUP core)
aether_layer(params   GROUP core USES base)
aether_layer(codec    GROUP core USES base)
aether_layer(crypto   GROUP core USES base EXTERNAL native::crypto OpenSSL::Crypto PkgConfig::sodium
                                 SYMBOLS aether_native_ blst_ SHA256_ SHA512_ EVP_ OPENSSL_ CRYPTO_ sodium_ crypto_)
aether_layer(erasure  GROUP core USES params crypto EXTERNAL PkgConfig::isal SYMBOLS ec_ gf_)
aether_layer(types    GROUP core USES params codec crypto)
aether_layer(smt      GROUP core USES codec crypto)
aether_layer(ledger   GROUP core USES types)
aether_layer(infer    GROUP core USES params codec crypto)
aether_layer(vcr      GROUP core USES types infer)
aether_layer(programs GROUP core USES ledger vcr)
aether_layer(snapshot GROUP core USES types smt EXTERNAL PkgConfig::libzstd SYMBOLS ZSTD_)
aether_layer(exec     GROUP core USES programs smt)
aether_layer(agents   GROUP core USES programs)
aether_layer(consensus GROUP core USES types)
aether_layer(light    GROUP core USES types smt)
aether_layer(dissem   GROUP core USES types erasure)
aether_layer(mempool  GROUP core USES ledger)
aether_layer(sync     GROUP core USES light snapshot)
aether_layer(replica  GROUP core USES consensus dissem mempool sync exec)

# host: touches the world
aether_layer(env      GROUP host USES base)
aether_layer(telemetry GROUP host USES env EXTERNAL spdlog::spdlog)
aether_layer(faults   GROUP host USES env)
aether_layer(config   GROUP host USES env types EXTERNAL PkgConfig::tomlplusplus)
aether_layer(models   GROUP host USES env infer EXTERNAL Boost::json)
aether_layer(transport GROUP host USES telemetry types EXTERNAL native::libp2p)
aether_layer(ceremony GROUP host USES crypto)
aether_layer(storage  GROUP host USES telemetry ledger smt EXTERNAL RocksDB::rocksdb-shared)
aether_layer(wasm     GROUP host USES env ledger EXTERNAL native::wasmtime)
aether_layer(chain    GROUP host USES exec snapshot storage wasm config)
aether_layer(api      GROUP host USES programs EXTERNAL Boost::json)
aether_layer(keystore GROUP host USES env api EXTERNAL PkgConfig::sodium OpenSSL::Crypto PkgConfig::utf8proc)
aether_layer(vectors  GROUP host USES api erasure keystore ceremony EXTERNAL Boost::json)
aether_layer(receipts GROUP host USES api env)
aether_layer(rpc      GROUP host USES api telemetry EXTERNAL Boost::headers)
aether_layer(query    GROUP host USES chain api)
aether_layer(admin    GROUP host USES api light telemetry)
aether_layer(devchain GROUP host USES query rpc keystore config)
aether_layer(node     GROUP host USES replica query transport rpc keystore config admin)
aether_layer(metrics  GROUP host USES node EXTERNAL PkgConfig::prometheus)
aether_layer(client   GROUP host USES api env EXTERNAL Boost::headers)
aether_layer(devnet   GROUP host USES client keystore config faults)
aether_layer(mesh     GROUP host USES agents client rpc models keystore EXTERNAL CLI11::CLI11)
aether_layer(cli      GROUP host USES mesh receipts chain devnet admin EXTERNAL CLI11::CLI11)

# sim: virtual time, networks, disks; clusters of the core's machines in them
aether_layer(world    GROUP sim USES base)
aether_layer(cluster  GROUP sim USES world consensus)
aether_layer(explore  GROUP sim USES cluster)
aether_layer(replicas GROUP sim USES cluster replica)
aether_layer(planted  GROUP sim USES explore replicas)
