// Row 9: SHA-256 of many messages.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "aether/crypto/merkle.hpp"
#include "aether/crypto/sha256.hpp"
#include "aether/env/cpu.hpp"
#include "rows.hpp"

namespace aether::bench {
namespace {

using namespace crypto;

constexpr std::size_t kMessages = 1024;

void low_level(ByteView messages, std::size_t size, std::span<Hash> out) {
  SHA256_CTX context;
  for (std::size_t i = 0; i < out.size(); ++i) {
    SHA256_Init(&context);
    SHA256_Update(&context, &messages[i * size], size);
    SHA256_Final(out[i].bytes.data(), &context);
  }
}

// With a context that is used again, which costs less than EVP_Digest.
void evp(ByteView messages, std::size_t size, std::span<Hash> out) {
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  for (std::size_t i = 0; i < out.size(); ++i) {
    EVP_DigestInit_ex(context, algorithm, nullptr);
    EVP_DigestUpdate(context, &messages[i * size], size);
    EVP_DigestFinal_ex(context, out[i].bytes.data(), nullptr);
  }
  EVP_MD_CTX_free(context);
  EVP_MD_free(algorithm);
}

}  // namespace

void sha256_of_many(const Harness& harness) {
  Random random(9);
  const CpuFeatures cpu = env::cpu_features();
  const auto compare = [&](const std::string& name, ByteView messages, std::size_t size, const auto& ours_of,
                           const std::string& ours_name, bool both) {
    std::vector<Hash> ours(kMessages), theirs(kMessages);
    const auto measure = [&](const Cores& cores) {
      const auto split = [&, cores](const auto& hash, std::vector<Hash>& out) {
        return [&, cores, hash] {
          cores.split(kMessages, [&](std::size_t first, std::size_t last) {
            hash(messages.subspan(first * size, (last - first) * size), std::span(out).subspan(first, last - first));
          });
        };
      };
      const auto own = split(ours_of, ours);
      const auto low = split([&](ByteView in, std::span<Hash> out) { low_level(in, size, out); }, theirs);
      const auto high = split([&](ByteView in, std::span<Hash> out) { evp(in, size, out); }, theirs);
      own();
      low();
      require(ours == theirs, "hashes differ");
      harness.compare(cores, {9, name, {double(kMessages * size) / 1e9, "GB"}}, {ours_name, own},
                      {{"OpenSSL low-level", low, {}, {1.8, 2.3}}, {"OpenSSL EVP", high}});
    };
    if (both) {
      harness.on_one_and_two(measure);
    } else {
      harness.on_one(measure);
    }
  };

  for (const std::size_t size : {std::size_t{64}, std::size_t{1024}}) {
    const Bytes messages = random_bytes(random, kMessages * size);
    compare(
        "SHA-256, messages of " + std::to_string(size) + " bytes", messages, size,
        [&](ByteView in, std::span<Hash> out) { sha256_many(in, size, out, cpu); }, "sha256_many", size == 1024);
  }

  // Nodes are 0x01 ‖ left ‖ right; ours reads the children where they lie.
  const std::vector<Hash> children = [&] {
    std::vector<Hash> out(2 * kMessages);
    for (Hash& hash : out) hash.bytes = random_array<32>(random);
    return out;
  }();
  constexpr std::size_t kNode = 1 + 2 * Hash::kSize;
  Bytes nodes;
  for (std::size_t i = 0; i < kMessages; ++i) {
    nodes.push_back(1);
    append(nodes, children[2 * i].view());
    append(nodes, children[2 * i + 1].view());
  }
  compare(
      "SHA-256, Merkle nodes", nodes, kNode,
      [&](ByteView in, std::span<Hash> out) {
        const auto first = static_cast<std::size_t>(in.data() - nodes.data()) / kNode;
        merkle_level(std::span(children).subspan(2 * first, 2 * out.size()), out, cpu);
      },
      "merkle_level", false);
}

}  // namespace aether::bench
