#include "json/Json.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>

namespace {

struct Deleter {
  void operator()(kiln_json_document *document) const { kiln_json_free(document); }
};

struct Parsed {
  std::unique_ptr<kiln_json_document, Deleter> document;
  std::string error;
  const kiln_json_value *root() const { return kiln_json_root(document.get()); }
};

Parsed parse(const std::string &text, size_t memory = 1 << 20) {
  char error[200] = "";
  Parsed parsed;
  parsed.document.reset(kiln_json_parse(text.data(), text.size(), memory, error, sizeof error));
  parsed.error = error;
  return parsed;
}

TEST(Json, ReadsEveryKind) {
  Parsed parsed =
      parse("{\"a\": [1, -2.5e3, true, false, null],\n \"b\": {\"c\": \"x\\n\\u00e9\\ud83d\\ude00\"}}");
  ASSERT_TRUE(parsed.document) << parsed.error;
  const kiln_json_value *a = kiln_json_member(parsed.root(), "a");
  ASSERT_EQ(a->count, 5u);
  int64_t one = 0;
  EXPECT_TRUE(kiln_json_i64(a->first, &one));
  EXPECT_EQ(one, 1);
  double number = 0;
  EXPECT_TRUE(kiln_json_double(a->first->next, &number));
  EXPECT_EQ(number, -2500.0);
  EXPECT_FALSE(kiln_json_i64(a->first->next, &one));
  const kiln_json_value *c = kiln_json_member(kiln_json_member(parsed.root(), "b"), "c");
  EXPECT_STREQ(c->text, "x\n\xc3\xa9\xf0\x9f\x98\x80");
  EXPECT_EQ(c->line, 2u);
}

TEST(Json, IntegersAreExactAndBounded) {
  Parsed parsed = parse("[18446744073709551615, 18446744073709551616, -9223372036854775808, -1]");
  const kiln_json_value *value = parsed.root()->first;
  uint64_t u = 0;
  int64_t i = 0;
  EXPECT_TRUE(kiln_json_u64(value, &u));
  EXPECT_EQ(u, UINT64_MAX);
  EXPECT_FALSE(kiln_json_i64(value, &i));
  EXPECT_FALSE(kiln_json_u64(value->next, &u));
  EXPECT_TRUE(kiln_json_i64(value->next->next, &i));
  EXPECT_EQ(i, INT64_MIN);
  EXPECT_FALSE(kiln_json_u64(value->next->next->next, &u));
}

TEST(Json, RefusesWhatIsNoJson) {
  for (const char *text : {"",          "{",           "[1,]",        "[1 2]",
                           "{\"a\" 1}", "{a: 1}",      "\"",          "\"\\\"",
                           "\"\\u12\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\x\"",
                           "01",        "1.",          "-",           "1e",
                           "tru",       "[] []",       "\"\n\"",      "{\"a\":1,\"a\":2}",
                           "\x01"})
    EXPECT_FALSE(parse(text).document) << text;
}

TEST(Json, NamesTheLine) { EXPECT_EQ(parse("{\n\n\"a\": oops}").error, "line 3: expected a value"); }

TEST(Json, BoundsDepthAndMemory) {
  EXPECT_TRUE(parse(std::string(64, '[') + std::string(64, ']')).document);
  EXPECT_EQ(parse(std::string(65, '[') + std::string(65, ']')).error, "line 1: nested deeper than 64");
  std::string zeros = "[0";
  for (int i = 0; i < 100000; ++i)
    zeros += ",0";
  EXPECT_FALSE(parse(zeros + "]").document);
  EXPECT_TRUE(parse(zeros + "]", 64 << 20).document);
}

} // namespace
