#include "aether/models/safetensors.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace aether::models {
namespace {

Bytes file_of(std::string header, std::size_t data_bytes) {
  Bytes out;
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<std::uint8_t>(header.size() >> (8 * i)));
  append(out, as_bytes(header));
  out.resize(out.size() + data_bytes);
  return out;
}

struct Refusal {
  std::string header;
  std::size_t data_bytes;
  ErrorKind kind;
  std::string names;  // what the message must name
};

constexpr const char* kA = R"("a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]})";

TEST(Safetensors, each_malformed_header_has_its_error) {
  const std::string a = kA;
  const std::vector<Refusal> refusals{
      {"{", 0, ErrorKind::header_json, "JSON"},
      {"[]", 0, ErrorKind::header_json, "object"},
      {R"({"a":1})", 0, ErrorKind::header_entry, "'a'"},
      {R"({"a":{"dtype":"U8","shape":[4]}})", 4, ErrorKind::header_entry, "data_offsets"},
      {R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"more":1}})", 4, ErrorKind::header_entry, "'a'"},
      {R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0]}})", 4, ErrorKind::header_entry, "'a'"},
      {R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}})", 4, ErrorKind::header_entry, "'a'"},
      {R"({"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}})", 4, ErrorKind::header_entry, "shape"},
      {R"({"a":{"dtype":"U8","shape":4,"data_offsets":[0,4]}})", 4, ErrorKind::header_entry, "shape"},
      {R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4.5]}})", 4, ErrorKind::header_entry, "data_offsets"},
      {R"({"__metadata__":{"x":1}})", 0, ErrorKind::header_entry, "'x'"},
      {R"({"__metadata__":[]})", 0, ErrorKind::header_entry, "__metadata__"},
      {R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})", 8, ErrorKind::dtype, "F64"},
      {R"({"a":{"dtype":"I16","shape":[4],"data_offsets":[0,4]}})", 4, ErrorKind::shape, "I16 [4]"},
      {R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0, ErrorKind::shape, "'a'"},
      {R"({"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}})", 1, ErrorKind::shape, "'a'"},
      {"{" + a + R"(,"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}})", 6, ErrorKind::gap, "'b'"},
      {"{" + a + R"(,"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}})", 5, ErrorKind::overlap, "'b'"},
      {R"({"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]},)" + a + "}", 8, ErrorKind::gap, "'b'"},
      {"{" + a +
           R"(,"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},"c":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
       6, ErrorKind::unsorted, "'c'"},
      {"{" + a + "}", 3, ErrorKind::truncated, "'a'"},
      {"{" + a + "}", 5, ErrorKind::trailing, "1 bytes"},
  };
  for (const Refusal& refusal : refusals) {
    const auto read = Safetensors::parse(file_of(refusal.header, refusal.data_bytes));
    ASSERT_FALSE(read) << refusal.header;
    EXPECT_EQ(read.error().kind, refusal.kind) << refusal.header << ": " << read.error().message;
    EXPECT_NE(read.error().message.find(refusal.names), std::string::npos) << read.error().message;
  }
}

TEST(Safetensors, lengths_of_the_header_are_bounded) {
  EXPECT_EQ(Safetensors::parse({}).error().kind, ErrorKind::truncated);
  EXPECT_EQ(Safetensors::parse(Bytes(7)).error().kind, ErrorKind::truncated);
  EXPECT_EQ(Safetensors::parse(Bytes(8)).error().kind, ErrorKind::header_size);
  EXPECT_EQ(Safetensors::parse(Bytes{3, 0, 0, 0, 0, 0, 0, 0, '{', '}'}).error().kind, ErrorKind::truncated);
  EXPECT_EQ(Safetensors::parse(Bytes(16, 0xff)).error().kind, ErrorKind::header_size);
  EXPECT_TRUE(Safetensors::parse(Bytes{2, 0, 0, 0, 0, 0, 0, 0, '{', '}'}));
}

TEST(Safetensors, too_many_tensors_are_refused) {
  std::string header = "{";
  for (std::size_t i = 0; i <= kTensorsMax; ++i)
    header += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  EXPECT_EQ(Safetensors::parse(file_of(header + "}", 0)).error().kind, ErrorKind::too_many);
}

TEST(Safetensors, a_missing_file_is_named) {
  const auto read = read_safetensors("no-such-file", 1);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::environment);
  EXPECT_NE(read.error().message.find("no-such-file"), std::string::npos);
}

RC_GTEST_PROP(Safetensors, what_is_written_is_read_and_written_again, (const Metadata& metadata, const Bytes& pool)) {
  Tensors tensors;
  std::vector<Bytes> data;
  const auto count = *rc::gen::inRange<std::size_t>(0, 6);
  data.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Tensor tensor;
    tensor.dtype = static_cast<Dtype>(*rc::gen::inRange(0, 8));
    std::size_t bytes = bytes_of(tensor.dtype);
    for (int left = *rc::gen::inRange(0, 4); left > 0; --left) {
      tensor.shape.push_back(*rc::gen::inRange<std::uint64_t>(0, 4));
      bytes *= tensor.shape.back();
    }
    Bytes content(bytes);
    for (std::size_t k = 0; k < bytes && !pool.empty(); ++k) content[k] = pool[(k + i) % pool.size()];
    data.push_back(std::move(content));
    tensor.data = data.back();
    tensors.insert_or_assign("t" + std::to_string(*rc::gen::inRange(0, 100)), tensor);
  }
  // JSON is UTF-8; other bytes in a text cannot be written.
  Metadata texts;
  for (const auto& [key, text] : metadata) texts.emplace(to_hex(as_bytes(key)), to_hex(as_bytes(text)));
  const Bytes file = write_safetensors(texts, tensors);
  const auto read = Safetensors::parse(file);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->metadata() == texts);
  RC_ASSERT(read->tensors().size() == tensors.size());
  for (const auto& [name, tensor] : tensors) {
    const Tensor* found = read->find(name);
    RC_ASSERT(found != nullptr && found->dtype == tensor.dtype && found->shape == tensor.shape);
    RC_ASSERT(std::ranges::equal(found->data, tensor.data));
  }
  RC_ASSERT(write_safetensors(read->metadata(), read->tensors()) == file);
}

RC_GTEST_PROP(Safetensors, any_prefix_is_refused, ()) {
  const Bytes content{1, 2, 3, 4};
  const Bytes file = write_safetensors({}, {{"a", {Dtype::u8, {4}, content}}});
  const auto size = *rc::gen::inRange<std::size_t>(0, file.size());
  RC_ASSERT(!Safetensors::parse(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size))));
}

}  // namespace
}  // namespace aether::models
