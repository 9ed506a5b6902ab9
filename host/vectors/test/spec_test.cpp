// spec/vectors.md says of each op what the program says of it.
#include "op.hpp"
#include "support.hpp"

namespace aether::vectors {
namespace {

using namespace testing;

std::string cell(std::span<const Field> fields) {
  std::string out;
  for (const Field& field : fields)
    out += (out.empty() ? "`" : "; `") + std::string(field.name) + "` " + type_text(field);
  return out;
}

std::string op_rows() {
  std::string out;
  for (const Op& op : ops())
    out += "| `" + std::string(op.name) + "` | " + cell(op.takes) + " | " + cell(op.gives) + " | " +
           std::string(op.summary) + " |\n";
  return out;
}

std::string type_line() {
  std::string out;
  for (const std::string_view name : type_names()) out += (out.empty() ? "`" : ", `") + std::string(name) + "`";
  return out;
}

TEST(Spec, lists_the_ops_and_types_of_the_program) {
  const std::string page = read_text(kSource / "spec" / "vectors.md");
  const std::string head = "|---|---|---|---|\n";
  const std::size_t table = page.find(head);
  ASSERT_NE(table, std::string::npos);
  const std::size_t from = table + head.size();
  EXPECT_EQ(page.substr(from, page.find("\n\n", from) + 1 - from), op_rows()) << "the table of spec/vectors.md";
  std::string words = page;
  std::replace(words.begin(), words.end(), '\n', ' ');
  EXPECT_NE(words.find(type_line()), std::string::npos) << "the types of spec/vectors.md: " << type_line();
}

}  // namespace
}  // namespace aether::vectors
