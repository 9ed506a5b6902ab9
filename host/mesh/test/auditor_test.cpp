// Audits over two HTTP servers: a chain that holds the job's transactions, and a worker that serves its trace.
#include "aether/mesh/auditor.hpp"

#include <gtest/gtest.h>

#include <future>

#include "../../api/test/memory_chain.hpp"
#include "../../client/test/scripted_server.hpp"
#include "support.hpp"

namespace aether::mesh::testing {
namespace {

using api::testing::MemoryChain;
using client::testing::ok;
using client::testing::ScriptedServer;

class Audits : public ::testing::Test {
 protected:
  Audits() { models_.add(ready_model()); }

  Hash put(const programs::EscrowInstruction& instruction) {
    TransactionBody body;
    body.chain_id = MemoryChain::kChain;
    body.call = programs::make_call(instruction);
    const Transaction transaction = sign(body, crypto::Seed{});
    (void)static_cast<api::ChainService&>(chain_).handle(api::SendRawTransaction{codec::encode(transaction)});
    return transaction_id(body);
  }
  agents::Audit audit_of(const ServingWorker& worker) {
    agents::Audit out;
    out.job = kKey.job;
    out.model_id = worker.model->id();
    out.post_transaction = put(programs::Post{{}, worker.prompt});
    out.submit_transaction = put(programs::SubmitVcr{kKey.job, {}, worker.result.output});
    out.request_root = vcr::token_root(worker.prompt);
    out.output_root = vcr::token_root(worker.result.output);
    out.trace_root = worker.result.trace_root;
    out.endpoint = worker.endpoint();
    return out;
  }
  // What becomes of it, and the text.
  agents::AuditEnded run(const agents::Audit& audit) {
    done_ = {};
    auditor_.start(AuditTask{audit, kKey.attempt});
    auto event = done_.get_future().get();
    const auto* end = std::get_if<agents::AuditEnded>(&event);
    EXPECT_NE(end, nullptr);
    return end == nullptr ? agents::AuditEnded{} : *end;
  }

  MemoryChain chain_;
  ScriptedServer server_{[this](const std::string& body) { return ok(api::dispatch(chain_, body)); }};
  ChainReader reader_{client::Rpc(server_.url())};
  ReadyModels models_;
  std::promise<agents::WatchtowerEvent> done_;
  std::string text_;
  Auditor auditor_{reader_, models_, [this](agents::WatchtowerEvent event, const std::string& text) {
                     text_ = text;
                     done_.set_value(std::move(event));
                   }};
};

TEST_F(Audits, AnHonestRunIsFoundHonest) {
  ServingWorker worker;
  const auto end = run(audit_of(worker));
  EXPECT_EQ(end.job, kKey.job);
  EXPECT_TRUE(std::holds_alternative<agents::AuditHonest>(end.result));
  EXPECT_TRUE(text_.empty()) << text_;
  // What it ran is kept until it is dropped.
  const auto own = auditor_.run(kKey.job);
  ASSERT_TRUE(own.has_value());
  EXPECT_EQ(own->trace->root(), worker.result.trace_root);
  auditor_.drop(kKey.job);
  EXPECT_FALSE(auditor_.run(kKey.job).has_value());
  EXPECT_EQ(own->trace->root(), worker.result.trace_root);  // not before release()
  auditor_.release();
}

TEST_F(Audits, AFraudThatIsServedGivesTheClaimThatConvicts) {
  ServingWorker worker(flip(3, 4));
  auto end = run(audit_of(worker));
  auto* claim = std::get_if<vcr::Claim>(&end.result);
  ASSERT_NE(claim, nullptr) << text_;
  EXPECT_EQ(vcr::judge(worker.claim(), {kKey.job, kKey.attempt, std::move(*claim)}), vcr::Verdict::convicted);
}

TEST_F(Audits, WhatIsNotServedIsToldWithItsReason) {
  Tampering faults = flip(3, 4);
  faults.serve = [](const TraceAddress&, rpc::Response& out) { out = rpc::text_response(404, "no"); };
  ServingWorker worker(faults);
  agents::Audit audit = audit_of(worker);
  EXPECT_TRUE(std::holds_alternative<agents::AuditNotServed>(run(audit).result));
  EXPECT_NE(text_.find("404"), std::string::npos) << text_;
  EXPECT_TRUE(auditor_.run(kKey.job).has_value());
  audit.endpoint = "gopher://worker";
  EXPECT_TRUE(std::holds_alternative<agents::AuditNotServed>(run(audit).result));
  EXPECT_NE(text_.find("endpoint"), std::string::npos) << text_;
}

TEST_F(Audits, WhatCannotBeRunHasFailed) {
  ServingWorker worker;
  const agents::Audit right = audit_of(worker);
  agents::Audit wrong = right;
  wrong.post_transaction = Hash{{9}};
  EXPECT_TRUE(std::holds_alternative<agents::AuditFailed>(run(wrong).result));
  wrong = right;
  wrong.output_root = right.request_root;
  EXPECT_TRUE(std::holds_alternative<agents::AuditFailed>(run(wrong).result));
  wrong = right;
  wrong.model_id = Hash{{9}};
  EXPECT_TRUE(std::holds_alternative<agents::AuditFailed>(run(wrong).result));
  wrong = right;
  const std::vector<std::uint32_t> unknown{worker.model->config().vocab};
  wrong.post_transaction = put(programs::Post{{}, unknown});
  wrong.request_root = vcr::token_root(unknown);
  EXPECT_TRUE(std::holds_alternative<agents::AuditFailed>(run(wrong).result));
  EXPECT_FALSE(text_.empty());
}

TEST_F(Audits, MovesAreReadToTheTip) {
  (void)static_cast<api::ChainService&>(chain_).handle(api::DevSeal{4});
  auditor_.start(agents::ReadMoves{kKey.job, Slot{2}});
  const auto event = done_.get_future().get();
  const auto* moves = std::get_if<agents::MovesRead>(&event);
  ASSERT_NE(moves, nullptr);
  EXPECT_EQ(moves->job, kKey.job);
  EXPECT_EQ(moves->through, Slot{5});
  EXPECT_TRUE(moves->moves.empty());
}

}  // namespace
}  // namespace aether::mesh::testing
