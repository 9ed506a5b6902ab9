#include <gtest/gtest.h>

#include "aether/crypto/ed25519.hpp"
#include "aether/replica/wire.hpp"

namespace aether::replica {
namespace {

Block sample() {
  Block block;
  TransactionBody body;
  body.nonce = 1;
  block.transactions.push_back(sign(body, crypto::Seed(std::array<std::uint8_t, 32>{1})));
  BftSealer sealer;
  sealer.evidence_root = evidence_root(block.evidence);
  block.header.body.sealer = sealer;
  block.header.body.transactions_root = transactions_root(block.transactions);
  block.header.body.slot = Slot{1};
  block.header.signature = crypto::KesSignature{};
  return block;
}

TEST(Wire, EachKindHasOneForm) {
  const Block block = sample();
  const std::vector<NetMessage> messages{block.header,
                                         Vote{},
                                         Claim{},
                                         PrevoteCertificate{},
                                         PrecommitCertificate{},
                                         Shred{},
                                         dissem::ShredRequest{Slot{1}, Hash{}, {1, 2}},
                                         sync::BranchRequest{7, Hash{}, Slot{2}},
                                         sync::ChainRequest{8, Slot{2}, 3},
                                         sync::Reply{9, {block}},
                                         Transactions{{block.transactions[0]}},
                                         sync::OffersRequest{10, Slot{3}},
                                         sync::Offers{11, {{Hash{}, 5, {{block.header, block.header}, {}}}}},
                                         sync::EpochsRequest{12, 4},
                                         sync::Epochs{13, {{block.header, {}, light::NextValidators{}}}},
                                         sync::ManifestRequest{14, Hash{}, 1},
                                         sync::ChunkRequest{15, Hash{}, 2},
                                         sync::Piece{16, {Bytes{1, 2, 3}}},
                                         block};
  ASSERT_EQ(messages.size(), std::variant_size_v<NetMessage>);
  for (std::size_t kind = 0; kind < messages.size(); ++kind) {
    ASSERT_EQ(messages[kind].index(), kind);
    const Bytes bytes = codec::encode(messages[kind]);
    EXPECT_EQ(bytes[0], kind) << "a kind never changes its tag";
    const auto again = codec::decode<NetMessage>(bytes);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(*again, messages[kind]);
    EXPECT_FALSE(codec::decode<NetMessage>(ByteView(bytes).first(bytes.size() - 1)).has_value());
  }
  const Bytes unknown{static_cast<std::uint8_t>(messages.size())};
  EXPECT_FALSE(codec::decode<NetMessage>(unknown).has_value());
}

TEST(Wire, TransactionsAreEncodedWhereTheyStand) {
  const Transaction one = sample().transactions[0];
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, kGossipTransactionsMax}) {
    Transactions message;
    message.transactions.assign(count, one);
    EXPECT_EQ(encoded_transactions(std::vector<IdentifiedTransaction>(count, one)), codec::encode(NetMessage(message)));
  }
}

TEST(Wire, ABodyFitsTheHeaderThatNamesIt) {
  const Block block = sample();
  const Body body{block.transactions, block.evidence};
  EXPECT_TRUE(fits(block.header, body));
  EXPECT_FALSE(fits(block.header, Body{{}, block.evidence}));
  Body late = body;
  late.evidence.late_votes.push_back({});
  EXPECT_FALSE(fits(block.header, late));
  Header dev = block.header;
  dev.body.sealer = DevSealer{};
  dev.signature = crypto::Signature{};
  EXPECT_FALSE(fits(dev, body));
}

}  // namespace
}  // namespace aether::replica
