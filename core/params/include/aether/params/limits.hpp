// Maxima of the protocol: constants that bound every decoder and every object. Genesis values must be ≤ them
// (protocol section 1). Each says where it comes from; relations are asserted below.
#pragma once

#include <cstddef>
#include <cstdint>

namespace aether::limits {

// --- Transactions (protocol section 3) -----------------------------------------------------------------------------
inline constexpr std::size_t kTransactionBytesMax = 64 * 1024;
inline constexpr std::size_t kInputsMax = 64;
inline constexpr std::size_t kOutputsMax = 64;
inline constexpr std::size_t kAccessEntriesMax = 256;
inline constexpr std::size_t kCallDataBytesMax = 60 * 1024;  // a step proof and its frame fit a transaction
inline constexpr std::size_t kRedeemerBytesMax = 4 * 1024;
inline constexpr std::size_t kDatumBytesMax = 4 * 1024;
inline constexpr std::uint64_t kNonceWindow = 256;  // width of the replay window, both ways

// --- Blocks (sections 6 and 9) -------------------------------------------------------------------------------------
inline constexpr std::size_t kBlockBytesMax = 2 * 1024 * 1024;
inline constexpr std::size_t kBlockTransactionsMax = 16 * 1024;
inline constexpr std::size_t kGenesisAccountsMax = 4096;

// --- Shreds (sections 8 and 9; core/erasure cuts blocks) -----------------------------------------------------------
inline constexpr std::size_t kSetDataShardsMax = 200;  // RS(240, 200)
inline constexpr std::size_t kSetParityShardsMax = 40;
inline constexpr std::size_t kSetsMax = 9;  // the largest block is nine sets of 200 data shards, …
// … of 1 166 bytes. Fewer sets lose fewer blocks; more bytes a shard would not leave the path and the frame 2 KiB.
inline constexpr std::size_t kShredBytesMax =
    (kBlockBytesMax + kSetsMax * kSetDataShardsMax - 1) / (kSetsMax * kSetDataShardsMax);
inline constexpr std::size_t kShredsMax = kSetsMax * (kSetDataShardsMax + kSetParityShardsMax);  // leaves of shred_root
inline constexpr std::size_t kShredPathMax = 12;
inline constexpr std::size_t kShredFrameBytesMax = 64;  // the other fields, and the lengths of both lists
inline constexpr std::size_t kShredWireBytesMax = 2 * 1024;

// --- Consensus (sections 6, 7 and 9) -------------------------------------------------------------------------------
inline constexpr std::size_t kValidatorsMax = 512;
inline constexpr std::size_t kSignersBytesMax = kValidatorsMax / 8;  // a bitmap of signers
inline constexpr std::size_t kLateVotesMax = 8;                      // lists of late votes in a block
inline constexpr std::size_t kAttendanceSlots = 32;                  // blocks after a slot's that may name who voted
inline constexpr std::size_t kEvidenceMax = 16;                      // pieces of evidence in a block
inline constexpr std::uint64_t kKesPeriodEpochs = 2;
inline constexpr std::size_t kVoteMessageBytesMax = 8 * 1024;  // a vote, a certificate or a claim on its lane
// Sizes of canonical forms; core/types asserts that its types keep to them.
inline constexpr std::size_t kCertificateBytesMax = 256;
inline constexpr std::size_t kHeaderBytesMax = 1280;  // two certificates and a KES signature of 448 bytes
inline constexpr std::size_t kEvidenceBytesMax = 2 * kHeaderBytesMax + 16;
inline constexpr std::size_t kValidatorBytesMax = 200;

// --- AI jobs (AI page sections 2 to 4) -----------------------------------------------------------------------------
inline constexpr std::size_t kInlineTokenBytesMax = 32 * 1024;
inline constexpr std::size_t kInlineTokensMax = kInlineTokenBytesMax / 4;
inline constexpr std::size_t kStepProofBytesMax = 56 * 1024;
inline constexpr std::size_t kEndpointBytesMax = 128;
inline constexpr std::size_t kSessionsMax = 16;  // descent sessions of a job at once
inline constexpr std::size_t kAttemptsMax = 8;
inline constexpr std::size_t kVcrBytesMax = 512;
inline constexpr std::size_t kModelConfigBytesMax = 512;
inline constexpr std::size_t kTileBytes = 1024;

// --- Contracts (section 11, spec/contracts.md) ---------------------------------------------------------------------
inline constexpr std::size_t kCodeBytesMax = 1024 * 1024;
inline constexpr std::size_t kCodeChunkBytesMax = 48 * 1024;  // with its frame it fits a transaction
inline constexpr std::size_t kCodeChunksMax = (kCodeBytesMax + kCodeChunkBytesMax - 1) / kCodeChunkBytesMax;
inline constexpr std::size_t kStorageKeyBytesMax = 64;
inline constexpr std::size_t kStorageValueBytesMax = 16 * 1024;
inline constexpr std::size_t kContractOutputBytesMax = 16 * 1024;
inline constexpr std::size_t kLogDataBytesMax = 1024;
inline constexpr std::size_t kLogsMax = 64;      // of a transaction
inline constexpr std::size_t kCallDepthMax = 8;  // contracts on the stack at once
inline constexpr std::size_t kContractMemoryBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kContractMemoryPagesMax = kContractMemoryBytesMax / (64 * 1024);
inline constexpr std::size_t kContractStackBytesMax = 512 * 1024;
// Of a module, so that judging, compiling and making an instance are paid by what they are charged (host/wasm).
inline constexpr std::size_t kModuleTypesMax = 1024;
inline constexpr std::size_t kModuleSignatureMax = 16;  // parameters and results of a type
inline constexpr std::size_t kModuleImportsMax = 256;
inline constexpr std::size_t kModuleFunctionsMax = 8 * 1024;
inline constexpr std::size_t kModuleTableEntriesMax = 4 * 1024;  // of the table, and of all element segments together
inline constexpr std::size_t kModuleGlobalsMax = 1024;
inline constexpr std::size_t kModuleExportsMax = 1024;
inline constexpr std::size_t kModuleDataSegmentsMax = 1024;
inline constexpr std::size_t kFunctionBytesMax = 64 * 1024;
inline constexpr std::size_t kFunctionLocalsMax = 1024;

// --- Mempool (core/mempool) ----------------------------------------------------------------------------------------
// Transactions that wait: 32 blocks' by count, which is 16 s of full blocks, and four times as much by bytes, since
// what is charged is what an entry takes in memory.
inline constexpr std::size_t kMempoolTransactionsMax = 32 * kBlockTransactionsMax;
inline constexpr std::size_t kMempoolBytesMax = 128 * kBlockBytesMax;
inline constexpr std::size_t kMempoolDeclaredBytes = 160;          // charged for each declared object, for its queue
inline constexpr std::size_t kMempoolPerSenderMax = kNonceWindow;  // as many nonces ahead as can be used at once
inline constexpr std::size_t kMempoolReplacementBps = 1'000;       // a replacement pays a tenth more, at least
// Transactions whose signatures are not verified yet: some 40 ms of a core's work, an eighth of it of one peer.
inline constexpr std::size_t kUnverifiedMax = 8 * 1024;
inline constexpr std::size_t kUnverifiedBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kUnverifiedPerPeerMax = kUnverifiedMax / 8;
inline constexpr std::size_t kUnverifiedBytesPerPeerMax = kUnverifiedBytesMax / 8;
inline constexpr std::size_t kVerifyBatchMax = 1024;                         // signatures verified at once
inline constexpr std::size_t kUnfinalUsesMax = 256 * kBlockTransactionsMax;  // nonces of the blocks that are not final
// Of one selection: entries looked at, and queues in a row without anything small enough for what is left of the block.
inline constexpr std::size_t kSelectVisitsMax = 8 * kBlockTransactionsMax;
inline constexpr std::size_t kSelectMisfitsMax = 64;

// A value in the state: the largest is a job object with its sessions. A program's value has this bound; a validator
// set, which the protocol itself writes, has its own.
inline constexpr std::size_t kStateValueBytesMax = 64 * 1024;
inline constexpr std::size_t kValidatorListBytesMax = 16 + kValidatorsMax * kValidatorBytesMax;

static_assert(kStepProofBytesMax < kCallDataBytesMax && kCallDataBytesMax < kTransactionBytesMax);
static_assert(kInlineTokenBytesMax < kCallDataBytesMax);
static_assert(kTransactionBytesMax < kBlockBytesMax);
static_assert(kCodeChunkBytesMax < kCallDataBytesMax && kStorageValueBytesMax < kStateValueBytesMax);
static_assert(kSetDataShardsMax + kSetParityShardsMax <= 255 && kSetDataShardsMax == 5 * kSetParityShardsMax);
static_assert(kShredsMax <= std::size_t{1} << kShredPathMax);
static_assert(kShredFrameBytesMax + kShredBytesMax + kShredPathMax * 32 <= kShredWireBytesMax);
static_assert(kTransactionBytesMax + kAccessEntriesMax * kMempoolDeclaredBytes < kMempoolBytesMax / 1024);
static_assert(kTransactionBytesMax <= kUnverifiedBytesPerPeerMax && kVerifyBatchMax <= kUnverifiedMax);
static_assert(kValidatorsMax % 8 == 0);
static_assert(kCertificateBytesMax + kHeaderBytesMax <= kVoteMessageBytesMax);
static_assert(kEvidenceMax * kEvidenceBytesMax < kBlockBytesMax / 4);
static_assert(kEvidenceBytesMax < kTransactionBytesMax);

}  // namespace aether::limits
