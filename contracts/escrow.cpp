// Escrow of SWR and AIC: a buyer deposits for a seller; the buyer or an arbiter releases, the seller or the arbiter
// refunds, and after the deadline the buyer takes back alone.
#include "aether/contract.hpp"

namespace {

using aether::Address;
using aether::Amount;
using aether::Asset;
using aether::u64;

enum Code : aether::u32 { kNoDeposit = 1, kDealExists = 2, kNoSuchDeal = 3, kNotAllowed = 4, kDeadlinePast = 5 };

struct Deal {
  Address buyer;
  Address seller;
  Address arbiter;
  u64 deadline = 0;  // the last slot before the buyer may take back alone
  Amount swr;
  Amount aic;

  template <class Self, class V>
  static constexpr void fields(Self& self, V& visit) {
    visit(self.buyer);
    visit(self.seller);
    visit(self.arbiter);
    visit(self.deadline);
    visit(self.swr);
    visit(self.aic);
  }
};

// A buyer numbers its deals.
struct DealId {
  Address buyer;
  u64 number = 0;

  template <class Self, class V>
  static constexpr void fields(Self& self, V& visit) {
    visit(self.buyer);
    visit(self.number);
  }
};

constexpr aether::Map<DealId, Deal> kDeals{1};
constexpr auto kOpened = aether::topic("escrow.opened");
constexpr auto kReleased = aether::topic("escrow.released");
constexpr auto kRefunded = aether::topic("escrow.refunded");

Deal find(const DealId& id) {
  const auto deal = kDeals.find(id);
  aether::require(static_cast<bool>(deal), kNoSuchDeal);
  return *deal;
}

void close(const DealId& id, const Deal& deal, const Address& to) {
  kDeals.erase(id);
  if (deal.swr > 0) aether::transfer(to, Asset::swr, deal.swr);
  if (deal.aic > 0) aether::transfer(to, Asset::aic, deal.aic);
}

// 0: what is attached is the deposit.
void open(u64 number, const Address& seller, const Address& arbiter, u64 deadline) {
  const DealId id{aether::caller(), number};
  const Deal deal{id.buyer, seller, arbiter, deadline, aether::attached(Asset::swr), aether::attached(Asset::aic)};
  aether::require(deal.swr > 0 || deal.aic > 0, kNoDeposit);
  aether::require(deadline >= aether::slot(), kDeadlinePast);
  aether::require(!kDeals.find(id), kDealExists);
  kDeals.set(id, deal);
  aether::log(kOpened, id, deal);
}

// 1
void release(const Address& buyer, u64 number) {
  const DealId id{buyer, number};
  const Deal deal = find(id);
  const Address who = aether::caller();
  aether::require(who == deal.buyer || who == deal.arbiter, kNotAllowed);
  close(id, deal, deal.seller);
  aether::log(kReleased, id);
}

// 2
void refund(const Address& buyer, u64 number) {
  const DealId id{buyer, number};
  const Deal deal = find(id);
  const Address who = aether::caller();
  const bool late = aether::slot() > deal.deadline;
  aether::require(who == deal.seller || who == deal.arbiter || (late && who == deal.buyer), kNotAllowed);
  close(id, deal, deal.buyer);
  aether::log(kRefunded, id);
}

// 3
Deal deal(const Address& buyer, u64 number) { return find({buyer, number}); }

}  // namespace

AETHER_CALL(open, release, refund, deal)
