// Rows 1 and 2: batches of signatures, and groups of which some hold forgeries.
#include <aether_peers.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "aether/crypto/ed25519_batch.hpp"
#include "aether/env/cpu.hpp"
#include "rows.hpp"

namespace aether::bench {
namespace {

using namespace crypto;

constexpr std::string_view kTag = "aether/tx";

// Signatures as our interface takes them, and as the peers do.
struct Signed {
  std::vector<SignedId> items;
  Bytes keys, signatures, ids, messages;
  std::size_t length = signing_frame(kTag, Hash{}).size();

  Signed(Random& random, std::size_t n, std::size_t forged) {
    for (std::size_t i = 0; i < n; ++i) {
      const Seed seed(random_array<32>(random));
      const Hash id{random_array<32>(random)};
      items.push_back({ed25519_public_key(seed), id, sign_id(seed, kTag, id)});
    }
    for (std::size_t done = 0; done < forged;) {  // right in form, of another id
      SignedId& item = items[random() % n];
      const Hash id{random_array<32>(random)};
      if (!verify_id(item.key, kTag, item.id, item.signature)) continue;
      item.id = id;
      ++done;
    }
    for (const SignedId& item : items) {
      append(keys, item.key);
      append(signatures, item.signature);
      append(ids, item.id.view());
      append_signing_frame(messages, kTag, item.id);
    }
  }
  std::size_t size() const { return items.size(); }
  const std::uint8_t* key(std::size_t i) const { return &keys[32 * i]; }
  const std::uint8_t* signature(std::size_t i) const { return &signatures[64 * i]; }
  const std::uint8_t* id(std::size_t i) const { return &ids[32 * i]; }
  const std::uint8_t* message(std::size_t i) const { return &messages[length * i]; }
};

using Holds = std::function<bool(const Signed&, std::size_t first, std::size_t last)>;

bool zebra(const Signed& s, std::size_t first, std::size_t last) {
  return aether_peers_zebra_batch(s.key(first), s.signature(first), s.message(first), s.length, last - first);
}
bool consensus(const Signed& s, std::size_t first, std::size_t last) {
  return aether_peers_consensus_batch(s.key(first), s.signature(first), s.message(first), s.length, last - first);
}
bool commonware(const Signed& s, std::size_t first, std::size_t last) {
  return aether_peers_commonware_batch(s.key(first), s.signature(first), s.id(first), last - first,
                                       as_bytes(kTag).data(), kTag.size());
}

Side batch_of(const std::string& name, const Holds& holds, const Signed& good, const Cores& cores, Goals goals = {}) {
  return {name,
          [&good, holds, cores] {
            cores.split(good.size(), [&](std::size_t first, std::size_t last) {
              require(holds(good, first, last), "a batch of good signatures was refused");
            });
          },
          {},
          goals};
}

struct Engine {
  std::string name;
  BatchEngine engine;
};
std::vector<Engine> own_engines() {
  std::vector<Engine> out;
  const CpuFeatures cpu = env::cpu_features();
  if (cpu.avx512_ifma) {
    out.push_back({"ifma", BatchEngine::ifma});
    out.push_back({"ifma and commonware", BatchEngine::ifma_and_commonware});
  }
  if (cpu.avx2) out.push_back({"avx2", BatchEngine::avx2});
  return out;
}

// One by one.
using Verify = std::function<bool(const Signed&, std::size_t)>;

bool sodium(const Signed& s, std::size_t i) {
  return crypto_sign_verify_detached(s.signature(i), s.message(i), s.length, s.key(i)) == 0;
}
bool openssl(const Signed& s, std::size_t i) {
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, s.key(i), 32);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool good = key != nullptr && EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key) == 1 &&
                    EVP_DigestVerify(context, s.signature(i), 64, s.message(i), s.length) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return good;
}
bool zebra_single(const Signed& s, std::size_t i) {
  return aether_peers_zebra_verify(s.key(i), s.message(i), s.length, s.signature(i));
}

}  // namespace

void ed25519_batches(const Harness& harness) {
  Random random(1);
  for (const std::size_t n : {4096u, 1024u, 64u, 8u}) {
    const Signed good(random, harness.size(n, std::min<std::size_t>(n, 64)), 0);
    const Signed bad(random, good.size(), 1);
    const auto measure = [&](const Cores& cores) {
      const bool goals = n == 4096;
      const std::vector<Side> peers = {
          batch_of("ed25519-zebra", zebra, good, cores, goals ? Goals{2.5, 2.5} : Goals{}),
          batch_of("commonware", commonware, good, cores, goals ? Goals{0.9, 1.6} : Goals{}),
          batch_of("ed25519-consensus", consensus, good, cores)};
      for (const Holds& holds : {Holds(zebra), Holds(commonware), Holds(consensus)})
        require(!holds(bad, 0, bad.size()), "a peer accepts a batch with a forgery");
      for (const Engine& own : own_engines()) {
        require(!ed25519_batch_holds(own.engine, kTag, bad.items), "a batch with a forgery was accepted");
        const Holds holds = [own](const Signed& s, std::size_t first, std::size_t last) {
          return ed25519_batch_holds(own.engine, kTag, std::span(s.items).subspan(first, last - first));
        };
        harness.compare(cores, {1, "ed25519, batch of " + std::to_string(n), {double(good.size()), "signature"}},
                        batch_of(own.name, holds, good, cores), peers);
      }
    };
    if (n == 4096) {
      harness.on_one_and_two(measure);
    } else {
      harness.on_one(measure);
    }
  }
}

void ed25519_groups(const Harness& harness) {
  require(sodium_init() >= 0, "libsodium does not start");
  Random random(2);
  const std::size_t n = harness.size(4096, 200);
  const Signed all(random, n, n / 100);
  std::vector<std::uint32_t> groups;
  for (std::uint32_t group = 0; groups.size() < n; ++group) groups.insert(groups.end(), 8 + random() % 57, group);
  groups.resize(n);

  const auto verdicts_of = [&](const Verify& verify) {
    std::vector<bool> out;
    for (std::size_t i = 0; i < n; ++i) out.push_back(verify(all, i));
    return out;
  };
  const std::vector<bool> expected = verdicts_of(zebra_single);
  require(verdicts_of(sodium) == expected && verdicts_of(openssl) == expected, "the peers' verdicts differ");

  const CpuFeatures cpu = env::cpu_features();
  harness.on_one_and_two([&](const Cores& cores) {
    const auto one_by_one = [&](const std::string& name, const Verify& verify, Goals goals = {}) {
      return Side{name,
                  [&all, verify, cores] {
                    cores.split(all.size(), [&](std::size_t first, std::size_t last) {
                      for (std::size_t i = first; i < last; ++i) verify(all, i);
                    });
                  },
                  {},
                  goals};
    };
    const std::vector<Side> peers = {one_by_one("libsodium", sodium, {{}, 9.0}), one_by_one("OpenSSL", openssl),
                                     one_by_one("ed25519-zebra single", zebra_single)};
    using Run = std::function<std::vector<bool>()>;
    std::vector<std::pair<std::string, Run>> own = {
        {"verify_ids as built", [&] { return verify_ids(kTag, all.items, groups, cpu, cores.pool); }}};
    for (const Engine& engine : own_engines())
      own.emplace_back(engine.name,
                       [&, engine] { return verify_ids_by(engine.engine, kTag, all.items, groups, cores.pool); });
    for (const auto& [name, run] : own) {
      require(run() == expected, "our verdicts differ from the peers'");
      harness.compare(cores, {2, "ed25519, groups of 8 to 64, 1 % forged", {double(n), "signature"}},
                      {name, [&run] { run(); }}, peers);
    }
  });
}

}  // namespace aether::bench
