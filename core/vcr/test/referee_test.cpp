#include <ctime>

#include <gtest/gtest.h>

#include "support.hpp"

namespace aether::vcr::testing {
namespace {

struct Tally {
  std::size_t convicted = 0, proof_bytes_max = 0;
  std::clock_t slowest = 0;
};

// Judges as the chain does: from bytes.
Result<Verdict, RefereeError> judge_bytes(const JobClaim& job, const StepProof& proof, Tally& tally) {
  const Bytes bytes = codec::encode(proof);
  tally.proof_bytes_max = std::max(tally.proof_bytes_max, bytes.size());
  const auto decoded = codec::decode<StepProof>(bytes);
  AETHER_ASSERT(decoded && *decoded == proof);
  const std::clock_t start = std::clock();  // of this process: others on the machine do not count
  const auto verdict = judge(job, *decoded);
  tally.slowest = std::max(tally.slowest, std::clock() - start);
  return verdict;
}

void expect_conviction(const HonestRun& run, TraceSource& worker, const Hash& root, Tally& tally,
                       const std::string& what) {
  auto fraud = find_first_fraud(*run.own, *run.tree, run.tokens(), worker, root);
  ASSERT_TRUE(fraud) << what << ": " << to_string(fraud.error());
  const auto verdict = judge_bytes(run.claim(root), run.proof(std::move(*fraud)), tally);
  ASSERT_TRUE(verdict) << what << ": " << to_string(verdict.error());
  ASSERT_EQ(*verdict, Verdict::convicted) << what;
  ++tally.convicted;
}

// One flipped bit in rows of every operator, at the first, the last and random positions.
void flip_bits(const HonestRun& run, std::size_t random_rows, Tally& tally) {
  Random random(run.rows.size());
  for (std::uint32_t op = 0; op < infer::op_count(run.config()); ++op) {
    std::vector<std::size_t> mine;
    for (std::size_t i = 0; i < run.rows.size(); ++i) {
      if (run.rows[i].op == op) mine.push_back(i);
    }
    if (mine.empty()) continue;
    std::vector<std::size_t> chosen{mine.front(), mine.front(), mine.back(), mine.back()};
    for (std::size_t i = 0; i < random_rows; ++i) chosen.push_back(mine[below(random, mine.size())]);
    for (const std::size_t i : chosen) {
      std::vector<Row> rows = run.rows;
      const std::uint32_t byte = below(random, rows[i].bytes.size());
      rows[i].bytes[byte] ^= static_cast<std::uint8_t>(1U << below(random, 8));
      TraceStore worker = run.with(rows);
      expect_conviction(run, worker, worker.root(), tally,
                        "op " + std::to_string(op) + " position " + std::to_string(rows[i].position) + " byte " +
                            std::to_string(byte));
    }
  }
}

const HonestRun& small_run() {
  static const HonestRun run = random_run(small_config(), 37, 9, 1);
  return run;
}
// Positions 0 … 139 with F = 128: keys up to F, F + 1 and beyond.
const HonestRun& wide_run() {
  static const HonestRun run = random_run(wide_config(), 134, 7, 2);
  return run;
}
const HonestRun& hostile_run() {
  static const HonestRun run = random_run(wide_config(), 132, 3, 3, true);
  return run;
}

TEST(Referee, every_flipped_bit_is_convicted) {
  Tally tally;
  flip_bits(small_run(), 40, tally);
  flip_bits(wide_run(), 76, tally);
  flip_bits(hostile_run(), 6, tally);
  flip_bits(random_run(odd_config(), 175, 2, 4), 6, tally);
  flip_bits(random_run(small_config(), 1, 1, 5), 3, tally);
  flip_bits(random_run(small_config(), 300, 2, 6), 3, tally);  // more than one token tile
  EXPECT_GE(tally.convicted, 2000u);
  EXPECT_LE(tally.proof_bytes_max, limits::kStepProofBytesMax);
  EXPECT_LE(tally.proof_bytes_max, std::max(proof_bytes_max(small_config()), proof_bytes_max(wide_config())));
  std::printf("[ frauds  ] %zu convicted, largest proof %zu bytes, slowest verdict %lld us\n", tally.convicted,
              tally.proof_bytes_max, static_cast<long long>(tally.slowest * 1'000'000 / CLOCKS_PER_SEC));
}

// A lie that everything after it follows is convicted where it begins.
TEST(Referee, lies_about_maxima_are_convicted) {
  const HonestRun& run = wide_run();
  const infer::Config& c = run.config();
  Tally tally;
  for (std::size_t i = 0; i < run.rows.size(); i += 7) {
    const OpKind kind = infer::op_at(c, run.rows[i].op).kind;
    if (kind != OpKind::q && kind != OpKind::attn_max) continue;
    const std::size_t from = kind == OpKind::q ? c.q_width() : 0;
    for (const int delta : {-1, 1, 1000}) {
      for (const std::size_t field : {0, 4}) {
        std::vector<Row> rows = run.rows;
        std::uint8_t* at = &rows[i].bytes[from + 6 * (rows[i].position % c.heads) + field];
        const int value = at[0] | at[1] << 8;
        at[0] = static_cast<std::uint8_t>(value + delta);
        at[1] = static_cast<std::uint8_t>((value + delta) >> 8);
        TraceStore worker = run.with(rows);
        expect_conviction(run, worker, worker.root(), tally, "maximum");
      }
    }
  }
  EXPECT_GT(tally.convicted, 100u);
}

// With equal scores the lowest key is the maximum, and any other is convicted; equal channels of q likewise.
TEST(Referee, ties_go_to_the_lowest) {
  const HonestRun& run = hostile_run();
  const infer::Config& c = run.config();
  Tally tally;
  std::size_t ties = 0;
  for (const std::uint32_t layer : {0U, 1U}) {
    const std::uint32_t op = infer::op_index(c, OpKind::attn_max, layer);
    for (std::uint32_t head = 0; head < c.heads; ++head) {
      for (std::size_t i = 0; i < run.rows.size(); ++i) {
        if (run.rows[i].op != op) continue;
        std::vector<Row> rows = run.rows;
        rows[i].bytes[6 * head + 4] = static_cast<std::uint8_t>(rows[i].position);  // the highest key
        if (rows[i] == run.rows[i]) continue;
        TraceStore worker = run.with(rows);
        expect_conviction(run, worker, worker.root(), tally, "tie");
        ++ties;
      }
    }
  }
  EXPECT_GT(ties, 0u);
}

TEST(Referee, wrong_tokens_are_convicted_over_a_consistent_trace) {
  const HonestRun& honest = small_run();
  Tally tally;
  for (std::size_t at = 0; at < honest.output.size(); ++at) {
    std::vector<std::uint32_t> claimed = honest.output;
    claimed[at] = (claimed[at] + 1 + static_cast<std::uint32_t>(at)) % honest.config().vocab;
    const HonestRun lie = run_of(honest.model, honest.tree, honest.prompt, 0, claimed);
    expect_conviction(lie, *lie.own, lie.own->root(), tally, "token " + std::to_string(at));
  }
  EXPECT_EQ(tally.convicted, honest.output.size());
  EXPECT_EQ(find_first_fraud(*honest.own, *honest.tree, honest.tokens(), *honest.own, honest.own->root()).error(),
            ProveError::no_fraud);
}

TEST(Referee, on_equal_logits_only_the_lowest_token_is_right) {
  infer::Config config = small_config();
  auto model = std::make_shared<const infer::Model>(with_equal_logits(make_model(config, 4, false)));
  auto tree = std::make_shared<const ModelTree>(*model);
  const HonestRun honest = run_of(model, tree, {1, 2, 3}, 3);
  EXPECT_EQ(honest.output, (std::vector<std::uint32_t>{0, 0, 0}));
  Tally tally;
  const HonestRun lie = run_of(model, tree, {1, 2, 3}, 0, {0, 5, 0});
  expect_conviction(lie, *lie.own, lie.own->root(), tally, "tie");
  // The other way round it is no fraud.
  const auto proof = prove_sample(honest.own->shape(), honest.tokens(), *honest.own, 1, 5);
  EXPECT_EQ(*judge(honest.claim(honest.own->root()), honest.proof(*proof)), Verdict::equal);
}

// A trace of another output does not cover for this one: the embedding of the claimed token differs.
TEST(Referee, garbage_trace_with_correct_output_is_convicted) {
  const HonestRun& run = small_run();
  const HonestRun other = run_of(run.model, run.tree, run.prompt, 0, std::vector<std::uint32_t>(run.output.size(), 11));
  Tally tally;
  expect_conviction(run, *other.own, other.own->root(), tally, "other output");
}

TEST(Referee, wrong_length_and_padding_are_convicted) {
  Random random(5);
  Tally tally;
  for (const HonestRun* run : {&small_run(), &wide_run()}) {
    const TraceShape& shape = run->own->shape();
    for (std::uint32_t op = 0; op < shape.op_count(); ++op) {
      if (shape.op(op).leaves() == 0) continue;
      for (int i = 0; i < 4; ++i) {
        const std::uint64_t leaf = random() % (std::uint64_t{1} << shape.depth(op));
        if (!shape.exists({op, 0, leaf})) continue;
        Overlay worker(*run->own);
        if (shape.padding({op, 0, leaf})) {
          worker.set({op, 0, leaf}, Hash{{7}});
        } else {
          Bytes bytes = *run->own->tile(op, leaf);
          if (i % 2 == 0) {
            bytes.push_back(0);
          } else {
            bytes.pop_back();
          }
          worker.set_tile(op, leaf, bytes);
        }
        expect_conviction(*run, worker, worker.root(), tally, "op " + std::to_string(op));
      }
    }
    Overlay worker(*run->own);
    worker.set({kOperatorTree, 0, shape.op_count()}, Hash{{1}});
    expect_conviction(*run, worker, worker.root(), tally, "operators' padding");
  }
  EXPECT_GT(tally.convicted, 50u);
}

TEST(Referee, what_is_not_served_or_does_not_hash_is_left_to_the_descent) {
  const HonestRun& run = small_run();
  Overlay worker(*run.own);
  worker.set({1, 0, 5}, Hash{{7}});  // a hash without a preimage
  EXPECT_EQ(find_first_fraud(*run.own, *run.tree, run.tokens(), worker, worker.root()).error(), ProveError::not_served);
  EXPECT_EQ(find_first_fraud(*run.own, *run.tree, run.tokens(), *run.own, Hash{{7}}).error(), ProveError::not_served);
}

// A coordinate that exists, of any operator of the run.
Coordinate random_coordinate(const HonestRun& run, Random& random) {
  const infer::Config& c = run.config();
  while (true) {
    const std::uint32_t op = below(random, infer::op_count(c));
    const infer::OpShape& shape = run.own->shape().op(op);
    if (shape.rows == 0) continue;
    Coordinate at{op, shape.first_position + below(random, shape.rows), 0, 0};
    switch (infer::op_at(c, op).kind) {
      case OpKind::q:
        at.element = below(random, c.q_width() + c.heads);
        if (at.element >= c.q_width()) at.witness = below(random, c.head_dim);
        break;
      case OpKind::attn_max:
      case OpKind::attn_p:
        at.element = below(random, c.heads);
        at.witness = below(random, at.position + 1);
        break;
      case OpKind::k:
      case OpKind::v: at.element = below(random, c.kv_width()); break;
      case OpKind::attn_out: at.element = below(random, c.q_width()); break;
      case OpKind::gate_up: at.element = below(random, c.ff); break;
      case OpKind::logits: at.element = below(random, c.vocab); break;
      default: at.element = below(random, c.d);
    }
    return at;
  }
}

TEST(Referee, honest_runs_are_equal_at_every_coordinate) {
  Random random(6);
  Tally tally;
  for (const HonestRun* run : {&small_run(), &wide_run(), &hostile_run()}) {
    const JobClaim job = run->claim(run->own->root());
    for (int i = 0; i < 2500; ++i) {
      const Coordinate at = random_coordinate(*run, random);
      const auto proof = prove_element(run->own->shape(), *run->tree, run->tokens(), *run->own, at);
      ASSERT_TRUE(proof);
      const auto verdict = judge_bytes(job, run->proof(*proof), tally);
      ASSERT_TRUE(verdict) << to_string(verdict.error());
      ASSERT_EQ(*verdict, Verdict::equal) << "op " << at.op << " element " << at.element << " at " << at.position;
    }
    for (int i = 0; i < 300; ++i) {
      const std::uint32_t row = below(random, run->output.size()), better = below(random, run->config().vocab);
      const auto proof = prove_sample(run->own->shape(), run->tokens(), *run->own, row, better);
      ASSERT_EQ(*judge_bytes(job, run->proof(*proof), tally), Verdict::equal);
    }
  }
}

template <class List>
void disturb(List& list, Random& random) {
  if (list.empty()) return;
  const std::size_t i = below(random, list.size()), j = below(random, list.size());
  switch (below(random, 4)) {
    case 0: list.erase(list.begin() + static_cast<std::ptrdiff_t>(i)); break;
    case 1:
      if (list.size() < List::kMax) list.push_back(list[i]);
      break;
    case 2: std::swap(list[i], list[j]); break;
    default: list[i] = list[j];
  }
}

// A change that an accuser might make to an honest proof.
void tamper(StepProof& proof, const HonestRun& run, Random& random) {
  auto* element = std::get_if<ElementProof>(&proof.claim);
  if (element == nullptr) return;
  TileRange& range = element->ranges[below(random, element->ranges.size())];
  switch (below(random, 9)) {
    case 0: range.bytes[below(random, range.bytes.size())] ^= static_cast<std::uint8_t>(1U << below(random, 8)); break;
    case 1:
      if (!range.path.empty()) range.path[below(random, range.path.size())].bytes[below(random, 32)] ^= 1;
      break;
    case 2: disturb(range.path, random); break;
    case 3: disturb(element->ranges, random); break;
    case 4: disturb(element->leaves, random); break;
    case 5: element->at = random_coordinate(run, random); break;
    case 6:
      if (!element->leaves.empty()) {
        ModelLeaf& leaf = element->leaves[below(random, element->leaves.size())];
        leaf.bytes[below(random, leaf.bytes.size())] ^= static_cast<std::uint8_t>(1U << below(random, 8));
      }
      break;
    case 7:
      if (!element->leaves.empty()) {
        element->leaves[below(random, element->leaves.size())] =
            run.tree->leaf(random() % infer::leaf_count(run.config()));
      }
      break;
    default:
      switch (below(random, 4)) {
        case 0: element->at.op = static_cast<std::uint32_t>(random() >> (random() % 64)); break;
        case 1: element->at.position = static_cast<std::uint32_t>(random() >> (random() % 64)); break;
        case 2: element->at.element = static_cast<std::uint32_t>(random() >> (random() % 64)); break;
        default: element->at.witness = static_cast<std::uint32_t>(random() >> (random() % 64));
      }
  }
}

TEST(Referee, no_tampered_accusation_convicts) {
  Random random(7);
  std::size_t accusations = 0, refused = 0;
  for (const HonestRun* run : {&small_run(), &wide_run(), &hostile_run()}) {
    const JobClaim job = run->claim(run->own->root());
    for (int i = 0; i < 1400; ++i) {
      const auto honest =
          prove_element(run->own->shape(), *run->tree, run->tokens(), *run->own, random_coordinate(*run, random));
      for (int j = 0; j < 5; ++j, ++accusations) {
        StepProof proof = run->proof(*honest);
        for (std::uint32_t n = below(random, 3) + 1; n > 0 && !std::get_if<ElementProof>(&proof.claim)->ranges.empty();
             --n) {
          tamper(proof, *run, random);
        }
        const auto verdict = judge(job, proof);
        ASSERT_TRUE(!verdict || *verdict == Verdict::equal);
        refused += verdict ? 0 : 1;
      }
    }
  }
  EXPECT_GE(accusations, 20'000u);
  EXPECT_GT(refused, accusations * 8 / 10);
}

TEST(Referee, fuzzed_bytes_never_convict) {
  Random random(8);
  const HonestRun& run = small_run();
  const JobClaim job = run.claim(run.own->root());
  for (int i = 0; i < 400; ++i) {
    Claim claim = *prove_element(run.own->shape(), *run.tree, run.tokens(), *run.own, random_coordinate(run, random));
    if (i % 4 == 0)
      claim = *prove_sample(run.own->shape(), run.tokens(), *run.own, below(random, run.output.size()), 3);
    const Bytes honest = codec::encode(run.proof(std::move(claim)));
    for (int j = 0; j < 50; ++j) {
      Bytes bytes = honest;
      for (std::uint32_t n = below(random, 4) + 1; n > 0; --n) {
        // Mostly the frame: job, tag, coordinate and lengths stand in front.
        const std::uint32_t at = below(random, random() % 2 == 0 ? 64 : bytes.size());
        bytes[at] = static_cast<std::uint8_t>(random());
      }
      if (random() % 8 == 0) bytes.resize(below(random, bytes.size()));
      const auto proof = codec::decode<StepProof>(bytes);
      if (!proof) continue;
      ASSERT_EQ(codec::encode(*proof), bytes);
      const auto verdict = judge(job, *proof);
      ASSERT_TRUE(!verdict || *verdict == Verdict::equal);
    }
  }
}

TEST(Referee, false_length_and_padding_claims_do_not_convict) {
  Random random(9);
  const HonestRun& run = wide_run();
  const TraceShape& shape = run.own->shape();
  const JobClaim job = run.claim(run.own->root());
  std::size_t equal = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::uint32_t op = below(random, shape.op_count());
    const auto level = static_cast<std::uint8_t>(below(random, shape.depth(op) + 1));
    Node node{op, level, random() % (std::uint64_t{1} << (shape.depth(op) - level))};
    if (i % 5 == 0) node = {kOperatorTree, 0, below(random, 32)};
    if (!shape.exists(node)) continue;
    std::vector<Hash> path;
    for (Node at = shape.canonical(node); at != shape.root(); at = *shape.parent(at)) {
      const Node up = *shape.parent(at);
      const bool right = shape.child(up, 1, 1) == at;
      path.push_back(*run.own->node(shape.child(up, 1, right ? 0 : 1)));
    }
    const Hash hash = *run.own->node(node);
    const auto padding = judge(job, run.proof(PaddingProof{shape.canonical(node), hash, path}));
    ASSERT_TRUE(!padding || *padding == Verdict::equal);
    equal += padding ? 1 : 0;
    ASSERT_NE(judge(job, run.proof(PaddingProof{shape.canonical(node), Hash{{3}}, path})), Verdict::convicted);
    if (node.op == kOperatorTree || node.level != 0) continue;
    const ByteView tile = run.own->tile_view(op, node.index);
    const auto length = judge(job, run.proof(LengthProof{op, node.index, {Bytes(tile.begin(), tile.end()), path}}));
    ASSERT_TRUE(!length || *length == Verdict::equal);
    // The 64 bytes of a node below do not pass as a tile: tags differ.
    Bytes longer(tile.begin(), tile.end());
    longer.push_back(0);
    ASSERT_NE(judge(job, run.proof(LengthProof{op, node.index, {longer, path}})), Verdict::convicted);
  }
  EXPECT_GT(equal, 100u);
}

TEST(Referee, a_proof_convicts_only_where_it_belongs) {
  const HonestRun& run = wide_run();
  const HonestRun other_model = random_run(wide_config(), 134, 7, 77);
  Random random(10);
  for (int i = 0; i < 60; ++i) {
    std::vector<Row> rows = run.rows;
    Row& row = rows[below(random, rows.size())];
    row.bytes[below(random, row.bytes.size())] ^= 64;
    TraceStore worker = run.with(rows);
    const Claim claim = *find_first_fraud(*run.own, *run.tree, run.tokens(), worker, worker.root());
    const StepProof proof = run.proof(claim);
    ASSERT_EQ(judge(run.claim(worker.root()), proof), Verdict::convicted);

    JobClaim job = run.claim(worker.root());
    job.job_id = Hash{{2}};
    EXPECT_EQ(judge(job, proof).error(), RefereeError::wrong_job);
    job = run.claim(worker.root());
    job.attempt = 1;
    EXPECT_EQ(judge(job, proof).error(), RefereeError::wrong_attempt);
    EXPECT_FALSE(judge(run.claim(run.own->root()), proof));  // the honest worker's job
    job = run.claim(worker.root());
    job.model_root = other_model.tree->root();
    EXPECT_NE(judge(job, proof), Verdict::convicted);
    // The same bytes under another coordinate.
    for (int j = 0; j < 20; ++j) {
      StepProof moved = proof;
      auto& at = std::get_if<ElementProof>(&moved.claim)->at;
      const Coordinate honest = at;
      at = random_coordinate(run, random);
      if (j % 3 == 0) at = {honest.op, honest.position, at.element, honest.witness};
      if (j % 3 == 1) at = {honest.op, at.position, honest.element, honest.witness};
      const auto verdict = judge(run.claim(worker.root()), moved);
      // Only the wrong bit itself can be shown, by whatever names it.
      if (verdict && *verdict == Verdict::convicted) {
        EXPECT_EQ(at.op, honest.op);
        EXPECT_EQ(at.position, honest.position);
      }
    }
  }
}

TEST(Referee, each_malformed_proof_has_its_error) {
  const HonestRun& run = wide_run();
  const JobClaim job = run.claim(run.own->root());
  const infer::Config& c = run.config();
  const std::uint32_t q = infer::op_index(c, OpKind::q, 1), peak = infer::op_index(c, OpKind::attn_max, 1);
  const ElementProof good = *prove_element(run.own->shape(), *run.tree, run.tokens(), *run.own, {q, 130, 3, 0});
  const auto expect = [&](const Claim& claim, RefereeError error) {
    const auto verdict = judge(job, run.proof(claim));
    ASSERT_FALSE(verdict) << to_string(error);
    EXPECT_EQ(to_string(verdict.error()), to_string(error));
  };
  const auto changed = [&](auto&& change, RefereeError error) {
    ElementProof proof = good;
    change(proof);
    expect(proof, error);
  };
  changed([&](ElementProof& p) { p.at.op = infer::op_count(c); }, RefereeError::operator_range);
  changed([&](ElementProof& p) { p.at.position = 140; }, RefereeError::position_range);
  changed([&](ElementProof& p) { p.at = {peak, 127, 0, 0}; }, RefereeError::position_range);
  changed([&](ElementProof& p) { p.at.element = c.q_width() + c.heads; }, RefereeError::element_range);
  changed([&](ElementProof& p) { p.at.witness = 1; }, RefereeError::witness_range);
  changed([&](ElementProof& p) { p.at = {peak, 130, 0, 131}; }, RefereeError::witness_range);
  changed([&](ElementProof& p) { p.ranges.pop_back(); }, RefereeError::range_count);
  changed([&](ElementProof& p) { p.leaves.pop_back(); }, RefereeError::leaf_count);
  changed([&](ElementProof& p) { p.ranges[0].bytes.push_back(0); }, RefereeError::range_length);
  changed([&](ElementProof& p) { p.ranges[0].path.push_back({}); }, RefereeError::range_path_length);
  changed([&](ElementProof& p) { p.ranges[0].path.pop_back(); }, RefereeError::range_path_length);
  changed([&](ElementProof& p) { p.ranges[2].bytes[5] ^= 1; }, RefereeError::range_path);
  changed([&](ElementProof& p) { p.leaves[0].bytes.push_back(0); }, RefereeError::leaf_length);
  changed([&](ElementProof& p) { p.leaves[1].bytes[0] ^= 1; }, RefereeError::leaf_path);
  changed([&](ElementProof& p) { std::swap(p.leaves[1], p.leaves[2]); }, RefereeError::leaf_path);
  changed([&](ElementProof& p) { p.leaves[0].path.pop_back(); }, RefereeError::leaf_path);
  changed([&](ElementProof& p) { p.leaves[0].bytes.resize(limits::kStepProofBytesMax); }, RefereeError::too_large);
  expect(LengthProof{99, 0, {}}, RefereeError::operator_range);
  expect(LengthProof{q, std::uint64_t{1} << 60, {}}, RefereeError::leaf_range);
  expect(LengthProof{q, 0, {}}, RefereeError::range_path_length);
  expect(PaddingProof{{q, 200, 0}, {}, {}}, RefereeError::node_range);
  expect(PaddingProof{{q, 0, 0}, {}, {}}, RefereeError::not_padding);
  expect(PaddingProof{{kOperatorTree, 0, 31}, {}, {}}, RefereeError::node_path_length);
  expect(PaddingProof{{kOperatorTree, 0, 31}, {}, std::vector<Hash>(5)}, RefereeError::node_path);
  expect(SampleProof{7, 0, {}, {}, {}}, RefereeError::row_range);
  expect(SampleProof{0, c.vocab, {}, {}, {}}, RefereeError::token_range);
  JobClaim bad = job;
  bad.extent.n_out = 5000;
  EXPECT_EQ(judge(bad, run.proof(good)).error(), RefereeError::bad_claim);
  bad = job;
  bad.config.head_dim = 3;
  EXPECT_EQ(judge(bad, run.proof(good)).error(), RefereeError::bad_claim);
}

TEST(Bounds, cover_every_proof_and_refuse_what_exceeds_them) {
  EXPECT_TRUE(provable(small_config()));
  infer::Config large;
  large.vocab = 128'256;
  large.d = 4'096;
  large.layers = 32;
  large.heads = 32;
  large.kv_heads = 8;
  large.head_dim = 128;
  large.ff = 14'336;
  large.context = 8'192;
  EXPECT_TRUE(provable(large));
  infer::Config most = large;
  most.vocab = 131'072;
  most.d = 5'120;
  most.layers = 256;
  most.heads = 64;
  most.head_dim = 256;
  most.kv_heads = 64;
  most.ff = 16'384;
  std::printf("[ bounds  ] small test model %llu, 8 B model %llu, at all limits %llu bytes\n",
              static_cast<unsigned long long>(proof_bytes_max(small_config())),
              static_cast<unsigned long long>(proof_bytes_max(large)),
              static_cast<unsigned long long>(proof_bytes_max(most)));
  EXPECT_EQ(provable(most), proof_bytes_max(most) <= limits::kStepProofBytesMax);
  infer::Config invalid = large;
  invalid.ff = 16'385;
  EXPECT_FALSE(provable(invalid));

  Random random(12);
  std::size_t most_seen = 0;
  for (const HonestRun* run : {&small_run(), &wide_run()}) {
    const std::uint64_t bound = proof_bytes_max(run->config());
    for (int i = 0; i < 500; ++i) {
      const auto proof =
          prove_element(run->own->shape(), *run->tree, run->tokens(), *run->own, random_coordinate(*run, random));
      most_seen = std::max(most_seen, codec::encode(run->proof(*proof)).size());
      ASSERT_LE(most_seen, bound);
    }
  }
}

}  // namespace
}  // namespace aether::vcr::testing
