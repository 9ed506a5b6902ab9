#include "aether/models/model_file.hpp"

#include <set>

#include "aether/crypto/merkle.hpp"

namespace aether::models {

namespace {

constexpr std::string_view kFormat = "aether-int";
constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kConfigKey = "config";
constexpr std::string_view kTokenizerKey = "tokenizer_hash";
constexpr std::size_t kConfigBytesMax = 512;

using Shape = std::vector<std::uint64_t>;

// Visits every tensor of a model, const or not: visit(name, vector, shape).
template <class V>
void visit_channels(const std::string& name, auto& channels, V& visit) {
  const std::uint64_t count = channels.m.size();
  if (channels.width != 0) visit(name + ".w", channels.w, Shape{count, channels.width});
  visit(name + ".m", channels.m, Shape{count});
  visit(name + ".s", channels.s, Shape{count});
  if (!channels.bias.empty()) visit(name + ".bias", channels.bias, Shape{count});
}

template <class V>
void visit_tensors(auto& model, V visit) {
  const infer::Config& c = model.config();
  visit_channels("embedding", model.embedding, visit);
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    auto& layer = model.layers[i];
    const std::string at = "layers." + std::to_string(i) + ".";
    visit(at + "attn_norm", layer.attn_norm, Shape{c.d});
    visit_channels(at + "q", layer.q, visit);
    visit_channels(at + "k", layer.k, visit);
    visit_channels(at + "v", layer.v, visit);
    visit_channels(at + "head", layer.head, visit);
    visit_channels(at + "o", layer.o, visit);
    visit(at + "mlp_norm", layer.mlp_norm, Shape{c.d});
    visit_channels(at + "gate", layer.gate, visit);
    visit_channels(at + "up", layer.up, visit);
    visit_channels(at + "down", layer.down, visit);
  }
  visit("final_norm", model.final_norm, Shape{c.d});
  visit_channels("lm_head", model.lm_head, visit);
  visit("rope", model.rope, Shape{c.context, c.head_dim});
}

// Of all tensors together: the container holds the bytes of the leaves in another order. No overflow within the
// bounds that validate() sets.
std::uint64_t tensor_bytes(const infer::Config& c) {
  using Kind = infer::TensorKind;
  const auto of = [&](std::uint64_t count, Kind kind) { return count * infer::leaf_bytes(c, kind); };
  const std::uint64_t layer = of(1, Kind::attn_norm) + of(c.q_width(), Kind::q) + of(c.kv_width(), Kind::k) +
                              of(c.kv_width(), Kind::v) + of(c.heads, Kind::head) + of(c.d, Kind::o) +
                              of(1, Kind::mlp_norm) + of(c.ff, Kind::gate) + of(c.ff, Kind::up) + of(c.d, Kind::down);
  return of(c.vocab, Kind::embedding) + c.layers * layer + of(1, Kind::final_norm) + of(c.vocab, Kind::lm_head) +
         of(c.context, Kind::rope);
}

Outcome<infer::Config> read_config(const Metadata& metadata) {
  const auto format = metadata.find(kFormatKey), hex = metadata.find(kConfigKey);
  if (format == metadata.end() || format->second != kFormat || hex == metadata.end())
    return error(ErrorKind::not_a_model,
                 "not an integer model: its metadata name no configuration; convert it with `aetherctl model convert`");
  const auto bytes = hex->second.size() > 2 * kConfigBytesMax ? std::nullopt : from_hex(hex->second);
  const auto config = bytes ? codec::decode<infer::Config>(*bytes) : fail(codec::Error::truncated);
  if (!config) return error(ErrorKind::config, "the configuration in the metadata is damaged: convert the model again");
  if (const auto valid = infer::validate(*config); !valid)
    return error(ErrorKind::config,
                 "the configuration is refused: its " + std::string(to_string(valid.error())) + " is out of bounds");
  return *config;
}

// Fills `out` from the tensor of its name and notes the name.
struct Filler {
  const Safetensors& file;
  std::set<std::string, std::less<>>& known;
  std::optional<Error>& failure;

  template <class T>
  void operator()(const std::string& name, std::vector<T>& out, const Shape& shape) {
    if (failure) return;
    known.insert(name);
    const Tensor* tensor = file.find(name);
    const std::string wanted = describe(dtype_of<T>, shape);
    if (tensor == nullptr) {
      failure = Error{ErrorKind::missing_tensor, "tensor '" + name + "' is missing; wanted " + wanted};
    } else if (tensor->dtype != dtype_of<T> || tensor->shape != shape) {
      failure = Error{ErrorKind::wrong_tensor, "tensor '" + name + "' is " + describe(tensor->dtype, tensor->shape) +
                                                   "; the configuration wants " + wanted};
    } else if (!out.empty()) {
      std::memcpy(out.data(), tensor->data.data(), tensor->data.size());
    }
  }
};

}  // namespace

Bytes encode_model(const infer::Model& model, const Hash& tokenizer_hash) {
  AETHER_ASSERT(model.well_formed());
  Tensors tensors;
  visit_tensors(model, [&]<class T>(const std::string& name, const std::vector<T>& values, const Shape& shape) {
    // Any object may be seen as bytes.
    const ByteView data(reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(T));
    tensors.emplace(name, Tensor{dtype_of<T>, shape, data});
  });
  const Metadata metadata{{std::string(kFormatKey), std::string(kFormat)},
                          {std::string(kConfigKey), to_hex(codec::encode(model.config()))},
                          {std::string(kTokenizerKey), to_hex(tokenizer_hash.view())}};
  return write_safetensors(metadata, tensors);
}

Outcome<ModelFile> decode_model(Bytes bytes) {
  AETHER_TRY(const Safetensors file, Safetensors::parse(std::move(bytes)));
  AETHER_TRY(const infer::Config config, read_config(file.metadata()));
  const auto text = file.metadata().find(kTokenizerKey);
  const auto tokenizer = text == file.metadata().end() ? std::nullopt : hash_from_hex(text->second);
  if (!tokenizer) return error(ErrorKind::not_a_model, "the metadata name no tokenizer: convert the model again");
  // Before anything is allocated in the sizes of the configuration.
  if (const std::uint64_t wanted = tensor_bytes(config); wanted != file.data_bytes())
    return error(ErrorKind::size, "the tensors are " + std::to_string(file.data_bytes()) +
                                      " bytes; the configuration wants " + std::to_string(wanted));
  ModelFile out{infer::Model(config), *tokenizer};
  std::set<std::string, std::less<>> known;
  std::optional<Error> failure;
  visit_tensors(out.model, Filler{file, known, failure});
  if (failure) return std::unexpected(std::move(*failure));
  for (const auto& [name, tensor] : file.tensors()) {
    if (!known.contains(name))
      return error(ErrorKind::unknown_tensor, "tensor '" + name + "' belongs to no part of the model");
  }
  return out;
}

Outcome<LoadedModel> load_model_directory(const env::Path& directory) {
  const env::Path model_path = directory / kModelFileName, tokenizer_path = directory / kTokenizerFileName;
  auto bytes = env::read_file(model_path, kModelFileBytesMax);
  if (!bytes) return error(std::move(bytes).error());
  auto file = decode_model(std::move(*bytes));
  if (!file) return in_file(model_path, std::move(file).error());
  AETHER_TRY(infer::Tokenizer tokenizer, read_tokenizer(tokenizer_path));
  if (tokenizer.hash() != file->tokenizer_hash)
    return error(ErrorKind::tokenizer_mismatch, tokenizer_path.string() +
                                                    " is not the tokenizer that the model beside it was made with: "
                                                    "restore it or convert the model again");
  if (tokenizer.vocabulary().pieces.size() > file->model.config().vocab)
    return error(ErrorKind::tokenizer_mismatch, tokenizer_path.string() + " has ids beyond the model's vocabulary of " +
                                                    std::to_string(file->model.config().vocab));
  return LoadedModel{std::move(file->model), std::move(tokenizer), file->tokenizer_hash};
}

Outcome<void> save_model_directory(const env::Path& directory, ByteView model_file, ByteView tokenizer_json) {
  if (auto made = env::make_directories(directory); !made) return error(std::move(made).error());
  for (const auto& [name, content] : {std::pair{kTokenizerFileName, tokenizer_json}, {kModelFileName, model_file}}) {
    if (auto written = env::write_file_atomically(directory / name, content); !written)
      return error(std::move(written).error());
  }
  return {};
}

Hash model_root(const infer::Model& model) {
  std::vector<Hash> leaves;
  const std::uint64_t count = infer::leaf_count(model.config());
  for (std::uint64_t i = 0; i < count; ++i) leaves.push_back(crypto::merkle_leaf(model.leaf(i)));
  return crypto::merkle_list_root(infer::kModelTag, leaves);
}

}  // namespace aether::models
