#include "aether/models/safetensors.hpp"

#include <limits>

#include "aether/base/checked.hpp"
#include "json.hpp"

namespace aether::models {

namespace json = boost::json;

namespace {

struct DtypeInfo {
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array<DtypeInfo, 8> kDtypes{
    {{"F16", 2}, {"BF16", 2}, {"F32", 4}, {"I8", 1}, {"U8", 1}, {"I16", 2}, {"U16", 2}, {"I32", 4}}};
constexpr std::size_t kLengthBytes = 8;
constexpr std::string_view kMetadataKey = "__metadata__";

std::optional<Dtype> dtype_named(std::string_view name) {
  for (std::size_t i = 0; i < kDtypes.size(); ++i) {
    if (kDtypes[i].name == name) return static_cast<Dtype>(i);
  }
  return std::nullopt;
}

// None on overflow.
std::optional<std::uint64_t> bytes_of(Dtype dtype, std::span<const std::uint64_t> shape) {
  std::optional<std::uint64_t> out = bytes_of(dtype);
  for (const std::uint64_t dimension : shape) {
    if (out) out = checked_mul(*out, dimension);
  }
  return out;
}

struct Entry {
  Dtype dtype = Dtype::f32;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

std::string quoted(std::string_view name) { return "tensor '" + std::string(name) + "'"; }

Outcome<Metadata> read_metadata(const json::value& in) {
  Metadata out;
  const auto* object = in.if_object();
  if (object == nullptr) return error(ErrorKind::header_entry, "__metadata__ is not an object of texts");
  for (const auto& [key, text] : *object) {
    if (!text.is_string())
      return error(ErrorKind::header_entry, "__metadata__ '" + std::string(key) + "' is not a text");
    out.emplace(key, text.get_string());
  }
  return out;
}

Outcome<std::vector<std::uint64_t>> read_numbers(std::string_view name, const json::value& in, std::string_view what) {
  std::vector<std::uint64_t> out;
  const auto* array = in.if_array();
  if (array == nullptr)
    return error(ErrorKind::header_entry, quoted(name) + ": " + std::string(what) + " is not a list of numbers");
  for (const auto& item : *array) {
    const auto number = natural(item);
    if (!number)
      return error(ErrorKind::header_entry,
                   quoted(name) + ": " + std::string(what) + " holds what is no number from 0");
    out.push_back(*number);
  }
  return out;
}

Outcome<Entry> read_entry(std::string_view name, const json::value& in) {
  const auto* object = in.if_object();
  const auto* dtype = object == nullptr ? nullptr : object->if_contains("dtype");
  const auto* shape = object == nullptr ? nullptr : object->if_contains("shape");
  const auto* offsets = object == nullptr ? nullptr : object->if_contains("data_offsets");
  if (dtype == nullptr || shape == nullptr || offsets == nullptr || object->size() != 3 || !dtype->is_string())
    return error(ErrorKind::header_entry, quoted(name) + ": wanted dtype, shape and data_offsets, and nothing else");
  const auto type = dtype_named(dtype->get_string());
  if (!type)
    return error(ErrorKind::dtype, quoted(name) + " has numbers of type " + std::string(dtype->get_string()) +
                                       "; read are F16, BF16, F32, I8, U8, I16, U16 and I32");
  Entry out;
  out.dtype = *type;
  AETHER_TRY(out.shape, read_numbers(name, *shape, "shape"));
  AETHER_TRY(const auto range, read_numbers(name, *offsets, "data_offsets"));
  if (range.size() != 2 || range[0] > range[1])
    return error(ErrorKind::header_entry, quoted(name) + ": data_offsets are not [begin, end]");
  out.begin = range[0];
  out.end = range[1];
  const auto wanted = out.shape.size() > kDimensionsMax ? std::nullopt : bytes_of(out.dtype, out.shape);
  if (!wanted || *wanted != out.end - out.begin)
    return error(ErrorKind::shape, quoted(name) + ": " + describe(out.dtype, out.shape) + " is not " +
                                       std::to_string(out.end - out.begin) + " bytes");
  return out;
}

// The data of an entry follows that of the one before, which ends at `end`.
Outcome<void> check_order(std::string_view name, const Entry& entry, std::uint64_t begin_before,
                          std::uint64_t end_before) {
  const std::string where = quoted(name) + " begins at byte " + std::to_string(entry.begin) + " of the data, ";
  if (entry.begin < begin_before) return error(ErrorKind::unsorted, where + "before the tensor that stands before it");
  if (entry.begin < end_before)
    return error(ErrorKind::overlap, where + "but the one before ends at " + std::to_string(end_before));
  if (entry.begin > end_before)
    return error(ErrorKind::gap, where + "and the bytes from " + std::to_string(end_before) + " belong to none");
  return {};
}

}  // namespace

std::string_view to_string(Dtype dtype) { return kDtypes[static_cast<std::size_t>(dtype)].name; }
std::size_t bytes_of(Dtype dtype) { return kDtypes[static_cast<std::size_t>(dtype)].bytes; }

std::string describe(Dtype dtype, std::span<const std::uint64_t> shape) {
  std::string out = std::string(to_string(dtype)) + " [";
  for (std::size_t i = 0; i < shape.size(); ++i) out += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return out + "]";
}

Outcome<Safetensors> Safetensors::parse(Bytes file) {
  if (file.size() < kLengthBytes) return error(ErrorKind::truncated, "not a safetensors file: shorter than 8 bytes");
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, file.data(), kLengthBytes);
  if (header_bytes == 0 || header_bytes > kHeaderBytesMax)
    return error(ErrorKind::header_size, "not a safetensors file: its header would be " + std::to_string(header_bytes) +
                                             " bytes; at most " + std::to_string(kHeaderBytesMax));
  if (header_bytes > file.size() - kLengthBytes)
    return error(ErrorKind::truncated, "the file ends inside its header: copy it again");
  Safetensors out;
  out.file_ = std::move(file);
  const ByteView all = out.file_;
  AETHER_TRY(const json::value header,
             parse_json(as_text(all.subspan(kLengthBytes, header_bytes)), ErrorKind::header_json));
  if (!header.is_object()) return error(ErrorKind::header_json, "the header is not an object");
  const ByteView data = all.subspan(kLengthBytes + header_bytes);
  out.data_bytes_ = data.size();
  if (header.get_object().size() > kTensorsMax)
    return error(ErrorKind::too_many,
                 std::to_string(header.get_object().size()) + " tensors; at most " + std::to_string(kTensorsMax));
  std::uint64_t begin = 0, end = 0;
  for (const auto& [key, content] : header.get_object()) {
    const std::string_view name = key;
    if (name == kMetadataKey) {
      AETHER_TRY(out.metadata_, read_metadata(content));
      continue;
    }
    AETHER_TRY(Entry entry, read_entry(name, content));
    AETHER_CHECK(check_order(name, entry, begin, end));
    begin = entry.begin;
    end = entry.end;
    if (end > data.size())
      return error(ErrorKind::truncated, "the file ends inside " + quoted(name) + ": copy it again");
    out.tensors_.emplace(name, Tensor{entry.dtype, std::move(entry.shape), data.subspan(begin, end - begin)});
  }
  if (end != data.size())
    return error(ErrorKind::trailing, std::to_string(data.size() - end) + " bytes follow the last tensor");
  return out;
}

const Tensor* Safetensors::find(std::string_view name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

Outcome<Safetensors> read_safetensors(const env::Path& path, std::size_t bytes_max) {
  auto bytes = env::read_file(path, bytes_max);
  if (!bytes) return error(std::move(bytes).error());
  auto out = Safetensors::parse(std::move(*bytes));
  if (!out) return in_file(path, std::move(out).error());
  return out;
}

Bytes write_safetensors(const Metadata& metadata, const Tensors& tensors) {
  json::object header;
  if (!metadata.empty()) {
    json::object texts;
    for (const auto& [key, text] : metadata) texts[key] = text;
    header[kMetadataKey] = std::move(texts);
  }
  std::uint64_t end = 0;
  for (const auto& [name, tensor] : tensors) {
    AETHER_ASSERT(bytes_of(tensor.dtype, tensor.shape) == tensor.data.size() && name != kMetadataKey);
    const std::uint64_t begin = end;
    end += tensor.data.size();
    header[name] = {{"dtype", to_string(tensor.dtype)},
                    {"shape", json::array(tensor.shape.begin(), tensor.shape.end())},
                    {"data_offsets", {begin, end}}};
  }
  std::string text = json::serialize(header);
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');
  Bytes out;
  out.reserve(kLengthBytes + text.size() + end);
  for (std::size_t i = 0; i < kLengthBytes; ++i) out.push_back(static_cast<std::uint8_t>(text.size() >> (8 * i)));
  append(out, as_bytes(text));
  for (const auto& [name, tensor] : tensors) append(out, tensor.data);
  return out;
}

}  // namespace aether::models
