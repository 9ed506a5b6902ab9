// An integer model on disk. The container is safetensors; its metadata hold the configuration (`config`, hex of BCS)
// and the hash of the tokenizer; its tensors are those of infer::Model:
//
//   embedding.{w,m,s} · layers.N.{attn_norm,mlp_norm} · layers.N.{q,k,v,o,gate,up,down}.{w,m,s,bias}
//   layers.N.head.{m,s} · final_norm · lm_head.{w,m,s,bias} · rope
//
// A model's directory holds it as model.safetensors, and beside it tokenizer.json.
#pragma once

#include "aether/infer/model.hpp"
#include "aether/models/safetensors.hpp"
#include "aether/models/tokenizer_json.hpp"

namespace aether::models {

inline constexpr std::string_view kModelFileName = "model.safetensors";
inline constexpr std::string_view kTokenizerFileName = "tokenizer.json";
inline constexpr std::size_t kModelFileBytesMax = std::size_t{16} << 30;

// What the container holds.
struct ModelFile {
  infer::Model model;
  Hash tokenizer_hash;
};
[[nodiscard]] Bytes encode_model(const infer::Model& model, const Hash& tokenizer_hash);
[[nodiscard]] Outcome<ModelFile> decode_model(Bytes file);

struct LoadedModel {
  infer::Model model;
  infer::Tokenizer tokenizer;
  Hash tokenizer_hash;
};
[[nodiscard]] Outcome<LoadedModel> load_model_directory(const env::Path& directory);

// Writes both files, each whole or not at all, the tokenizer first; the directory is made when absent.
[[nodiscard]] Outcome<void> save_model_directory(const env::Path& directory, ByteView model_file,
                                                 ByteView tokenizer_json);

// The root that model_id binds: over infer::Model's leaves.
[[nodiscard]] Hash model_root(const infer::Model& model);

}  // namespace aether::models
