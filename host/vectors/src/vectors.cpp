#include "aether/vectors/vectors.hpp"

#include <algorithm>
#include <istream>
#include <ostream>

#include "aether/api/json.hpp"
#include "aether/codec/bcs.hpp"
#include "examples.hpp"
#include "op.hpp"

namespace aether::vectors {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 2> kNotFields{"op", "id"};
constexpr std::string_view kDescribe = "describe";

std::vector<Op> all_ops() {
  std::vector<Op> out;
  for (const auto part : {hash_ops, ed25519_ops, key_ops, type_ops, bls_ops, vrf_ops, kes_ops, kzg_ops, erasure_ops}) {
    auto some = part();
    std::move(some.begin(), some.end(), std::back_inserter(out));
  }
  return out;
}

json::object types_of(std::span<const Field> fields) {
  json::object out;
  for (const Field& field : fields) out.emplace(field.name, type_text(field));
  return out;
}

json::object describe() {
  json::array described;
  for (const Op& op : ops()) {
    const Example example = example_of(op.name);
    described.push_back(json::object{{"op", op.name},
                                     {"summary", op.summary},
                                     {"fields", types_of(op.takes)},
                                     {"gives", types_of(op.gives)},
                                     {"example", json::parse(example.request)},
                                     {"answer", json::parse(example.answer)}});
  }
  json::array types;
  for (const auto name : type_names()) types.emplace_back(name);
  return {{"ops", std::move(described)}, {"types", std::move(types)}};
}

Output run(const json::object& request, Machine& machine) {
  const json::value* name = request.if_contains("op");
  if (name == nullptr || !name->is_string()) return fail(std::string("op: the name of an op in a string wanted"));
  const std::string_view wanted = name->get_string();
  if (wanted == kDescribe) {
    AETHER_TRY(const Value none, read_fields(request, {}, kNotFields));
    return describe();
  }
  const auto op = std::find_if(ops().begin(), ops().end(), [&](const Op& o) { return o.name == wanted; });
  if (op == ops().end()) {
    std::string known(kDescribe);
    for (const Op& one : ops()) known += ", " + std::string(one.name);
    return fail("op: no op \"" + std::string(wanted.substr(0, 64)) + "\"; the ops are " + known);
  }
  AETHER_TRY(const Value in, read_fields(request, op->takes, kNotFields));
  if (op->check != nullptr) AETHER_CHECK(op->check(Fields(in)));
  Output out = op->run(Fields(in), machine);
  if (out || op->kind == Kind::makes) return out;
  return json::object{{"valid", false}, {"reason", out.error()}};
}

// {"ok": …, the fields, and the request's id}.
std::string answer_text(Output output, const json::value* id) {
  json::object out{{"ok", output.has_value()}};
  if (output) {
    for (auto& [key, value] : *output) out.emplace(key, std::move(value));
  } else {
    out.emplace("error", output.error());
  }
  if (id != nullptr) out.emplace("id", *id);
  return json::serialize(out);
}

enum class Line : std::uint8_t { end, whole, too_long };

// The next line without its end; a last one needs none. Of a line that is too long nothing is kept.
Line next_line(std::istream& in, std::string& line, std::size_t bytes_max) {
  using Traits = std::istream::traits_type;
  line.clear();
  bool too_long = false;
  std::streambuf& buffer = *in.rdbuf();
  for (auto c = buffer.sbumpc(); !Traits::eq_int_type(c, Traits::eof()); c = buffer.sbumpc()) {
    if (c == '\n') return too_long ? Line::too_long : Line::whole;
    too_long = too_long || line.size() >= bytes_max;
    if (too_long) {
      line.clear();
    } else {
      line.push_back(Traits::to_char_type(c));
    }
  }
  if (too_long) return Line::too_long;
  return line.empty() ? Line::end : Line::whole;
}

}  // namespace

struct Vectors::State {
  Machine machine;
};

Vectors::Vectors() : state_(std::make_unique<State>()) {}
Vectors::~Vectors() = default;

std::string Vectors::answer(std::string_view line) {
  const auto request = api::parse_json(line, line.size());
  if (!request) return answer_text(fail(request.error().text()), nullptr);
  if (!request->is_object()) return answer_text(fail(std::string("a line is one JSON object")), nullptr);
  return answer_text(run(request->get_object(), state_->machine), request->get_object().if_contains("id"));
}

bool Vectors::serve(std::istream& in, std::ostream& out, std::size_t line_bytes_max) {
  std::string line;
  for (Line found; (found = next_line(in, line, line_bytes_max)) != Line::end;) {
    out << (found == Line::whole
                ? answer(line)
                : answer_text(fail("a line has at most " + std::to_string(line_bytes_max) + " bytes"), nullptr))
        << std::endl;
    if (!out) return false;
  }
  return true;
}

std::string overview() {
  std::string out;
  for (const Op& op : ops()) out += std::string(op.name) + "  " + std::string(op.summary) + "\n";
  return out;
}

const std::vector<Op>& ops() {
  static const std::vector<Op> all = all_ops();
  return all;
}

Bytes framed(std::string_view tag, ByteView message) {
  codec::Writer writer;
  writer.put(codec::Text<127>(std::string(tag)));
  writer.raw(message);
  return writer.take();
}

Bytes signed_message(const Fields& in) {
  return in.has("tag") ? framed(in.text("tag"), in.bytes("message")) : in.bytes("message");
}

}  // namespace aether::vectors
