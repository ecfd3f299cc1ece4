#include "format/Expression.h"

#include <cstring>
#include <gtest/gtest.h>
#include <optional>

namespace {

// a.0 = 100, a.stride.0 = 7, n = -5, B = 32.
int resolve(void *, const char *name, kiln_operand *operand) {
  if (!std::strcmp(name, "a.0"))
    *operand = {0, KILN_OPERAND_DIM, 0, 0};
  else if (!std::strcmp(name, "a.stride.0"))
    *operand = {0, KILN_OPERAND_STRIDE, 0, 0};
  else if (!std::strcmp(name, "n"))
    *operand = {0, KILN_OPERAND_SCALAR, 1, 0};
  else if (!std::strcmp(name, "B"))
    *operand = {32, KILN_OPERAND_CONSTANT, 0, 0};
  else
    return 0;
  return 1;
}

int64_t load(void *, const kiln_operand *operand) {
  return operand->kind == KILN_OPERAND_DIM ? 100 : operand->kind == KILN_OPERAND_STRIDE ? 7 : -5;
}

std::optional<int64_t> evaluate(const std::string &text, std::string *error = nullptr) {
  char reason[200] = "";
  kiln_expression *expression = kiln_expression_parse(text.c_str(), resolve, nullptr, reason, sizeof reason);
  int64_t value = 0;
  if (error)
    *error = reason;
  std::optional<int64_t> result;
  if (expression && kiln_expression_evaluate(expression, load, nullptr, &value))
    result = value;
  kiln_expression_free(expression);
  return result;
}

TEST(Expression, Arithmetic) {
  EXPECT_EQ(evaluate("1 + 2 * 3 - 4"), 3);
  EXPECT_EQ(evaluate("(1+2)*3"), 9);
  EXPECT_EQ(evaluate("10 - 4 - 3"), 3);
  EXPECT_EQ(evaluate("ceildiv(a.0, B)"), 4);
  EXPECT_EQ(evaluate("ceildiv(96, B)"), 3);
  EXPECT_EQ(evaluate("ceildiv(0, B)"), 0);
  EXPECT_EQ(evaluate("floordiv(a.0, B) + mod(a.0, B)"), 7);
  EXPECT_EQ(evaluate("min(a.0, 3) + max(a.stride.0, 9)"), 12);
  EXPECT_EQ(evaluate("mod(a.0, 10) == 0"), 1);
  EXPECT_EQ(evaluate("a.0 <= 99"), 0);
  EXPECT_EQ(evaluate("9223372036854775807"), INT64_MAX);
}

// Division rounds as its name says for negative numbers too: -5 = -2 * 3 + 1.
TEST(Expression, NegativeOperands) {
  EXPECT_EQ(evaluate("floordiv(n, 3)"), -2);
  EXPECT_EQ(evaluate("ceildiv(n, 3)"), -1);
  EXPECT_EQ(evaluate("mod(n, 3)"), 1);
}

TEST(Expression, OverflowAndDivisionAreErrors) {
  EXPECT_EQ(evaluate("9223372036854775807 + 1"), std::nullopt);
  EXPECT_EQ(evaluate("9223372036854775807 * 2"), std::nullopt);
  EXPECT_EQ(evaluate("0 - 9223372036854775807 - 2"), std::nullopt);
  EXPECT_EQ(evaluate("ceildiv(1, 0)"), std::nullopt);
  EXPECT_EQ(evaluate("mod(1, n)"), std::nullopt);
}

TEST(Expression, Refusals) {
  for (const char *text : {"", "1 +", "(1", "1)", "1 2", "x", "a.1", "ceildiv(1)", "ceildiv(1, 2",
                           "pow(1, 2)", "1 / 2", "-1", "9223372036854775808", "1 == 2 == 3", "a.0("})
    EXPECT_EQ(evaluate(text), std::nullopt) << text;
  std::string error;
  evaluate("1 + M", &error);
  EXPECT_EQ(error, "unknown name 'M'");
  evaluate("pow(1, 2)", &error);
  EXPECT_EQ(error, "unknown function 'pow'; known are ceildiv, floordiv, mod, min, max");
  evaluate(std::string(100, '(') + "1" + std::string(100, ')'), &error);
  EXPECT_EQ(error, "the expression nests deeper than 32");
  std::string deep = "1";
  for (int i = 0; i < 200; ++i)
    deep += "+1";
  evaluate(deep, &error);
  EXPECT_EQ(error, "the expression is too long");
}

} // namespace
