#include "engine_comparison.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace aether::crypto::cases {

namespace {

constexpr std::size_t kSteps = 64;
constexpr std::size_t kSmallOrderCount = std::size(kSmallOrder);
// The last is so long that a challenge takes two blocks of SHA-512.
constexpr std::string_view kTags[] = {"aether/tx", "aether/tx", "aether/kes",
                                      "aether/a-tag-of-more-than-forty-characters"};

Scalar reduced(const Scalar& bytes) {
  std::array<std::uint8_t, 64> wide{};
  std::copy(bytes.begin(), bytes.end(), wide.begin());
  Scalar out;
  aether_native_scalar_reduce_wide(wide.data(), out.data());
  return out;
}

Scalar integer(std::uint64_t value) {
  Scalar out{};
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}

Scalar negated(const Scalar& a) {
  Scalar out;
  aether_native_scalar_negate(a.data(), out.data());
  return out;
}

Scalar product_and(const Scalar& a, const Scalar& b, const Scalar& c) {
  Scalar out;
  aether_native_scalar_mul_add(a.data(), b.data(), c.data(), out.data());
  return out;
}

Scalar sum(const Scalar& a, const Scalar& b) { return product_and(a, integer(1), b); }

aether_native_point base_times(const Scalar& s) {
  aether_native_point out;
  aether_native_edwards_mul_base(s.data(), &out);
  return out;
}

aether_native_point sum(const aether_native_point& a, const aether_native_point& b) {
  aether_native_point out;
  aether_native_edwards_add(&a, &b, &out);
  return out;
}

PublicKey encoding(const aether_native_point& point) {
  PublicKey out;
  aether_native_edwards_compress(&point, 1, out.data());
  return out;
}

Scalar s_of(const SignedId& item) {
  Scalar out;
  std::copy_n(item.signature.begin() + 32, 32, out.begin());
  return out;
}

void set_s(SignedId& item, const Scalar& s) { std::copy(s.begin(), s.end(), item.signature.begin() + 32); }
void set_nonce(SignedId& item, const PublicKey& r) { std::copy(r.begin(), r.end(), item.signature.begin()); }

}  // namespace

Engine engine_of(BatchEngine engine, std::uint32_t share) {
  constexpr const char* kNames[] = {"zebra", "commonware", "avx2", "ifma", "both"};
  return {.name = kNames[static_cast<std::size_t>(engine)],
          .holds = [engine](std::string_view tag,
                            std::span<const SignedId> items) { return ed25519_batch_holds(engine, tag, items); },
          .verdicts =
              [engine](std::string_view tag, std::span<const SignedId> items, std::span<const std::uint32_t> groups) {
                SerialPool pool;
                return verify_ids_by(engine, tag, items, groups, pool);
              },
          .share = share};
}

EngineComparison::EngineComparison(std::vector<Engine> engines, Volume volume)
    : engines_(std::move(engines)), volume_(volume), edges_(edge_encodings()), torsion_(kSmallOrderCount) {
  for (std::size_t i = 0; i < torsion_.size(); ++i) aether_native_edwards_decompress(edges_[i].data(), &torsion_[i]);
  for (std::size_t i = 0; i < kSteps; ++i) {
    const Scalar scalar = random_scalar();
    steps_.push_back({scalar, base_times(scalar)});
  }
}

Scalar EngineComparison::random_scalar() {
  std::array<std::uint64_t, 8> wide;
  for (auto& word : wide) word = random_();
  Scalar out;
  aether_native_scalar_reduce_wide(reinterpret_cast<const std::uint8_t*>(wide.data()), out.data());
  return out;
}

// Limbs of 64, 51, or 26 and 25 bits in turn, as the engines have them.
Scalar EngineComparison::pattern() {
  constexpr unsigned kWidths[][2] = {{64, 64}, {51, 51}, {26, 25}, {52, 52}, {32, 32}};
  const auto& widths = kWidths[below(std::size(kWidths))];
  Scalar out{};
  for (unsigned at = 0, i = 0; at < 256; at += widths[i++ % 2]) {
    const unsigned width = widths[i % 2];
    const std::uint64_t ones = ~std::uint64_t{0} >> (64 - width);
    const std::uint64_t limbs[] = {0, 1, ones, ones - 1, ones >> 1, (ones >> 1) + 1, random_() & ones, ones};
    const std::uint64_t limb = limbs[below(std::size(limbs))];
    for (unsigned bit = 0; bit < width && at + bit < 256; ++bit)
      if ((limb >> bit & 1) != 0)
        out[(at + bit) / 8] = static_cast<std::uint8_t>(out[(at + bit) / 8] | 1U << (at + bit) % 8);
  }
  return out;
}

void EngineComparison::step(Pair& walker) {
  const Pair& by = steps_[below(steps_.size())];
  walker.scalar = sum(walker.scalar, by.scalar);
  aether_native_edwards_add(&walker.point, &by.point, &walker.point);
}

// s = r + k·a, for whatever key and R the item bears.
void EngineComparison::sign(Member& member) const {
  set_s(member.item, product_and(EdgeSigner::challenge(member.item, tag_), member.key, member.nonce));
}

void EngineComparison::forged(Member& member, std::string_view kind) {
  member.origin = Origin::forged;
  member.kind = &counts_.forgeries.try_emplace(std::string(kind)).first->second;
  member.verdict.reset();
}

EngineComparison::Members EngineComparison::make() {
  Members out(volume_.signatures);
  const Scalar a = random_scalar(), r = random_scalar();
  Pair key{a, base_times(a)}, nonce{r, base_times(r)};
  std::vector<aether_native_point> keys, nonces;
  for (Member& member : out) {
    if (keys.empty() || below(8) != 0) step(key);  // else the same key as before
    step(nonce);
    keys.push_back(key.point);
    nonces.push_back(nonce.point);
    member.key = key.scalar;
    member.nonce = nonce.scalar;
  }
  std::vector<PublicKey> key_bytes(out.size()), nonce_bytes(out.size());
  aether_native_edwards_compress(keys.data(), keys.size(), key_bytes[0].data());
  aether_native_edwards_compress(nonces.data(), nonces.size(), nonce_bytes[0].data());
  for (std::size_t i = 0; i < out.size(); ++i) {
    Member& member = out[i];
    member.item.key = key_bytes[i];
    set_nonce(member.item, nonce_bytes[i]);
    std::array<std::uint64_t, 4> id;
    for (auto& word : id) word = random_();
    std::memcpy(member.item.id.bytes.data(), id.data(), sizeof id);
    sign(member);
  }
  return out;
}

// Makes a member one that is valid by ZIP-215 and at the edge of its rule.
void EngineComparison::make_edge(Members& members, std::size_t i) {
  Member& member = members[i];
  const auto mixed = [&](const Scalar& scalar) {
    return encoding(sum(base_times(scalar), torsion_[below(kSmallOrderCount)]));
  };
  const char* kind = "";
  switch (below(8)) {
    case 0:
      kind = "key of mixed order";
      member.item.key = mixed(member.key);
      break;
    case 1:
      kind = "R of mixed order";
      set_nonce(member.item, mixed(member.nonce));
      break;
    case 2:
      kind = "key and R of mixed order";
      member.item.key = mixed(member.key);
      set_nonce(member.item, mixed(member.nonce));
      break;
    case 3:
    case 4: {  // with such a key s can be chosen
      kind = "key of small order, s at its limits";
      const Scalar small = integer(below(3));
      const Scalar choices[] = {reduced(pattern()), reduced(pattern()), small, negated(small),
                                sum(negated(small), negated(integer(1)))};
      member.key = {};
      member.nonce = choices[below(std::size(choices))];
      member.item.key = edges_[below(kSmallOrderCount)];
      set_nonce(member.item, mixed(member.nonce));
      break;
    }
    case 5:
      kind = "R of small order";
      member.nonce = {};
      set_nonce(member.item, edges_[below(kSmallOrderCount)]);
      break;
    case 6:
      kind = "key and R of small order";
      member.key = member.nonce = {};
      member.item.key = edges_[below(kSmallOrderCount)];
      set_nonce(member.item, edges_[below(kSmallOrderCount)]);
      break;
    default: kind = "the same again"; member = members[below(members.size())];
  }
  sign(member);
  member.origin = Origin::edge;
  member.kind = &counts_.edges.try_emplace(kind).first->second;
  member.verdict.reset();
}

// Changes one thing in a member, which makes nearly every signature bad.
void EngineComparison::forge(Members& members, std::size_t i) {
  Member& member = members[i];
  SignedId& item = member.item;
  const auto bit = static_cast<std::uint8_t>(1U << below(8));
  const auto by_s = [&](const Scalar& s, std::string_view kind) {
    set_s(item, s);
    forged(member, kind);
  };
  switch (below(18)) {
    case 0: item.key[below(32)] ^= bit; return forged(member, "a bit of the key");
    case 1: item.id.bytes[below(32)] ^= bit; return forged(member, "a bit of the message");
    case 2: item.signature[below(32)] ^= bit; return forged(member, "a bit of R");
    case 3: item.signature[32 + below(32)] ^= bit; return forged(member, "a bit of s");
    case 4: item.key[31] ^= 0x80; return forged(member, "sign of the key");
    case 5: item.signature[31] ^= 0x80; return forged(member, "sign of R");
    case 6: item.key = edges_[below(edges_.size())]; return forged(member, "another key, at the edge");
    case 7: set_nonce(item, edges_[below(edges_.size())]); return forged(member, "another R, at the edge");
    case 8:  // its part of the equation is known, but for what the encoding adds
      item.key = edges_[below(edges_.size())];
      member.key = {};
      sign(member);
      return forged(member, "key at the edge, signed");
    case 9:
      set_nonce(item, edges_[below(edges_.size())]);
      member.nonce = {};
      sign(member);
      return forged(member, "R at the edge, signed");
    case 10: item.key = pattern(); return forged(member, "key with limbs at their limits");
    case 11: set_nonce(item, pattern()); return forged(member, "R with limbs at their limits");
    case 12: return by_s(pattern(), "s with limbs at their limits");
    case 13:
      for (std::size_t times = 1 + below(15); times > 0; --times) EdgeSigner::add_order(item.signature);
      return forged(member, "s and multiples of the order");
    case 14: {
      Signature order{};
      EdgeSigner::add_order(order);
      std::copy(order.begin() + 32, order.end(), item.signature.begin() + 32);
      item.signature[32] = static_cast<std::uint8_t>(item.signature[32] + below(3));
      member.key = member.nonce = {};
      item.key = edges_[below(kSmallOrderCount)];
      const auto r = encoding(base_times(integer(item.signature[32] - order[32])));
      set_nonce(item, r);
      return forged(member, "s at the order, else valid");
    }
    case 15: return by_s(negated(s_of(item)), "s negated");
    case 16: return by_s(sum(s_of(item), below(2) == 0 ? integer(1) : negated(integer(1))), "s next to it");
    default:
      item.signature = members[below(members.size())].item.signature;
      return forged(member, "another's signature");
  }
}

// Errors that would cancel in a sum without coefficients; of three, also in one with the weights 1, 2, 3.
void EngineComparison::forge_cancelling(Members& members, std::span<const std::size_t> at) {
  const auto weights = at.size() == 2 ? std::vector<Scalar>{integer(1), negated(integer(1))}
                                      : std::vector<Scalar>{integer(1), negated(integer(2)), integer(1)};
  if (below(2) == 0) {
    const Scalar error = below(2) == 0 ? integer(1) : random_scalar();
    for (std::size_t k = 0; k < at.size(); ++k) {
      Member& member = members[at[k]];
      set_s(member.item, product_and(weights[k], error, s_of(member.item)));
      forged(member, "errors of s that cancel");
    }
    return;
  }
  aether_native_point error;
  while (!aether_native_edwards_decompress(pattern().data(), &error)) {
  }
  for (std::size_t k = 0; k < at.size(); ++k) {
    Member& member = members[at[k]];
    aether_native_point times;
    aether_native_edwards_mul(weights[k].data(), &error, &times);
    set_nonce(member.item, encoding(sum(base_times(member.nonce), times)));
    sign(member);
    forged(member, "errors of R that cancel");
  }
}

// Some members, of which one to four are forged; mostly one, whose verdict alone is then the batch's.
EngineComparison::Members EngineComparison::forged_batch(const Members& members) {
  const std::size_t most = below(64) == 0 ? members.size() : below(16) == 0 ? 512 : below(4) == 0 ? 64 : 16;
  const std::size_t count = 1 + below(std::min(most, members.size())), first = below(members.size() - count + 1);
  Members out(members.begin() + static_cast<std::ptrdiff_t>(first),
              members.begin() + static_cast<std::ptrdiff_t>(first + count));
  Indices at(count);
  std::iota(at.begin(), at.end(), std::size_t{0});
  std::shuffle(at.begin(), at.end(), random_);
  if (count >= 3 && below(8) == 0) {
    forge_cancelling(out, std::span(at).first(2 + below(2)));
    return out;
  }
  const std::size_t forgeries = std::min(count, below(4) == 0 ? 2 + below(3) : 1);
  for (std::size_t k = 0; k < forgeries; ++k) forge(out, at[k]);
  return out;
}

std::expected<void, std::string> EngineComparison::judge(Members& members) {
  std::vector<SignedId> items;
  std::vector<bool> expected;
  bool all = true, any_forged = false;
  for (Member& member : members) {
    items.push_back(member.item);
    if (member.origin != Origin::plain && !member.verdict) {
      member.verdict = verify_id(member.item.key, tag_, member.item.id, member.item.signature);
      ++counts_.single_verdicts;
      ++member.kind->made;
      if (*member.verdict) ++member.kind->valid;
      if (!*member.verdict && member.origin == Origin::edge)
        return std::unexpected(report("zebra alone, on what is valid by construction", std::span(&items.back(), 1)));
    }
    expected.push_back(member.verdict.value_or(true));
    all = all && expected.back();
    any_forged = any_forged || member.origin == Origin::forged;
  }
  ++counts_.batches;
  if (any_forged) ++counts_.with_forgery;
  std::vector<std::uint32_t> groups(below(2) == 0 ? items.size() : 0);
  for (auto& group : groups) group = static_cast<std::uint32_t>(below(5));
  for (const Engine& engine : engines_) {
    if (below(engine.share) != 0) continue;
    counts_.judged[engine.name] += items.size();
    if (engine.holds(tag_, items) != all) return std::unexpected(report(engine.name, items));
    if (any_forged && engine.verdicts && engine.verdicts(tag_, items, groups) != expected)
      return std::unexpected(report(engine.name + ", verdict by verdict", items));
  }
  return {};
}

std::string EngineComparison::report(std::string_view what, std::span<const SignedId> items) const {
  std::string out = std::string(what) + ": another verdict than zebra's, seed " + std::to_string(seed_) + ", tag " +
                    std::string(tag_) + ", " + std::to_string(items.size()) + " signatures";
  for (const SignedId& item : items)
    out += "\nkey " + to_hex(item.key) + " id " + to_hex(item.id.bytes) + " signature " + to_hex(item.signature);
  return out;
}

std::expected<void, std::string> EngineComparison::run(std::uint64_t seed) {
  random_.seed(seed);
  seed_ = seed;
  tag_ = kTags[below(std::size(kTags))];
  Members members = make();
  // Every other seed has edges: some eight, or one in four.
  if (below(2) == 0)
    for (std::size_t n = below(64) == 0 ? members.size() / 4 : 1 + below(16); n > 0; --n)
      make_edge(members, below(members.size()));
  counts_.signatures += members.size();
  // One batch, or of sizes up to 1024, 256, 64 or 16.
  constexpr std::size_t kDraws = 32, kMost[] = {16, 64, 256, 256, 1024, 1024, 1024, 1024};
  const std::size_t draw = below(kDraws), most = draw < std::size(kMost) ? kMost[draw] : members.size();
  for (std::size_t first = 0; first < members.size();) {
    const std::size_t count = std::min(most == members.size() ? most : 1 + below(most), members.size() - first);
    Members batch(members.begin() + static_cast<std::ptrdiff_t>(first),
                  members.begin() + static_cast<std::ptrdiff_t>(first + count));
    if (auto judged = judge(batch); !judged) return judged;
    std::copy(batch.begin(), batch.end(), members.begin() + static_cast<std::ptrdiff_t>(first));  // with their verdicts
    first += count;
  }
  for (std::size_t n = 0; n < volume_.forged_batches; ++n) {
    Members batch = forged_batch(members);
    counts_.signatures += static_cast<std::uint64_t>(std::ranges::count(batch, Origin::forged, &Member::origin));
    if (auto judged = judge(batch); !judged) return judged;
  }
  ++counts_.seeds;
  return {};
}

}  // namespace aether::crypto::cases
