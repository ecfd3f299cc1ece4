#include "Expression.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A stack program: operands push, operations pop two and push one. The stack is bounded by the nesting that
// the parser allows.
enum { MAX_STEPS = 256, MAX_NESTING = 32, MAX_NAME = 128, MAX_STACK = 128 };
enum operation { PUSH, ADD, SUBTRACT, MULTIPLY, CEILDIV, FLOORDIV, MOD, MIN, MAX, EQUAL, AT_MOST };

struct step {
  struct kiln_operand operand;
  enum operation operation;
};

struct kiln_expression {
  char *text;
  uint32_t count;
  struct step steps[];
};

struct parser {
  const char *at;
  unsigned nesting, stack;
  struct kiln_expression *expression;
  kiln_resolve *resolve;
  void *context;
  char *error;
  size_t errorSize;
};

static int fail(struct parser *p, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(p->error, p->errorSize, format, args);
  va_end(args);
  return 0;
}

static int emit(struct parser *p, enum operation operation, const struct kiln_operand *operand) {
  p->stack += operation == PUSH ? 1 : -1u;
  if (p->expression->count == MAX_STEPS || p->stack > MAX_STACK)
    return fail(p, "the expression is too long");
  struct step *step = &p->expression->steps[p->expression->count++];
  step->operation = operation;
  if (operand)
    step->operand = *operand;
  return 1;
}

static int take(struct parser *p, const char *token) {
  while (*p->at == ' ')
    ++p->at;
  size_t length = strlen(token);
  if (strncmp(p->at, token, length) != 0)
    return 0;
  p->at += length;
  return 1;
}

static int isDigit(char c) { return c >= '0' && c <= '9'; }
static int isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static int expression(struct parser *p);

static int call(struct parser *p, enum operation operation) {
  if (!expression(p))
    return 0;
  if (!take(p, ","))
    return fail(p, "expected ',' at '%.20s'", p->at);
  if (!expression(p))
    return 0;
  return take(p, ")") ? emit(p, operation, NULL) : fail(p, "expected ')' at '%.20s'", p->at);
}

static int name(struct parser *p) {
  static const struct {
    const char *name;
    enum operation operation;
  } functions[] = {{"ceildiv", CEILDIV}, {"floordiv", FLOORDIV}, {"mod", MOD}, {"min", MIN}, {"max", MAX}};
  char spelling[MAX_NAME];
  size_t length = 0;
  for (; isLetter(*p->at) || isDigit(*p->at) || *p->at == '.'; ++p->at) {
    if (length == MAX_NAME - 1)
      return fail(p, "a name is too long");
    spelling[length++] = *p->at;
  }
  spelling[length] = 0;
  if (take(p, "(")) {
    for (size_t i = 0; i < sizeof functions / sizeof *functions; ++i)
      if (strcmp(spelling, functions[i].name) == 0)
        return call(p, functions[i].operation);
    return fail(p, "unknown function '%s'; known are ceildiv, floordiv, mod, min, max", spelling);
  }
  struct kiln_operand operand = {.kind = KILN_OPERAND_CONSTANT};
  if (!p->resolve(p->context, spelling, &operand))
    return fail(p, "unknown name '%s'", spelling);
  return emit(p, PUSH, &operand);
}

static int number(struct parser *p) {
  struct kiln_operand operand = {.kind = KILN_OPERAND_CONSTANT};
  for (; isDigit(*p->at); ++p->at)
    if (__builtin_mul_overflow(operand.value, 10, &operand.value) ||
        __builtin_add_overflow(operand.value, *p->at - '0', &operand.value))
      return fail(p, "a number does not fit 64 bits");
  return emit(p, PUSH, &operand);
}

static int atom(struct parser *p) {
  if (take(p, "("))
    return expression(p) && (take(p, ")") || fail(p, "expected ')' at '%.20s'", p->at));
  if (isDigit(*p->at))
    return number(p);
  return isLetter(*p->at) ? name(p) : fail(p, "expected a number, a name or '(' at '%.20s'", p->at);
}

static int product(struct parser *p) {
  if (!atom(p))
    return 0;
  while (take(p, "*"))
    if (!atom(p) || !emit(p, MULTIPLY, NULL))
      return 0;
  return 1;
}

static int sum(struct parser *p) {
  if (!product(p))
    return 0;
  for (;;) {
    enum operation operation = take(p, "+") ? ADD : take(p, "-") ? SUBTRACT : PUSH;
    if (operation == PUSH)
      return 1;
    if (!product(p) || !emit(p, operation, NULL))
      return 0;
  }
}

static int expression(struct parser *p) {
  if (++p->nesting > MAX_NESTING)
    return fail(p, "the expression nests deeper than %d", MAX_NESTING);
  if (!sum(p))
    return 0;
  enum operation operation = take(p, "==") ? EQUAL : take(p, "<=") ? AT_MOST : PUSH;
  --p->nesting;
  return operation == PUSH || (sum(p) && emit(p, operation, NULL));
}

struct kiln_expression *kiln_expression_parse(const char *text, kiln_resolve *resolve, void *context,
                                              char *error, size_t errorSize) {
  struct kiln_expression *result = calloc(1, sizeof *result + MAX_STEPS * sizeof(struct step));
  struct parser p = {text, 0, 0, result, resolve, context, error, errorSize};
  if (!result || !(result->text = strdup(text))) {
    free(result);
    fail(&p, "out of memory");
    return NULL;
  }
  if (expression(&p)) {
    take(&p, "");
    if (!*p.at) {
      struct kiln_expression *fitted = realloc(result, sizeof *result + result->count * sizeof(struct step));
      return fitted ? fitted : result;
    }
    fail(&p, "unexpected '%.20s'", p.at);
  }
  kiln_expression_free(result);
  return NULL;
}

void kiln_expression_free(struct kiln_expression *expression) {
  if (expression)
    free(expression->text);
  free(expression);
}

const char *kiln_expression_text(const struct kiln_expression *expression) { return expression->text; }

static int64_t floorDivide(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static int apply(enum operation operation, int64_t a, int64_t b, int64_t *result) {
  int divides = operation == CEILDIV || operation == FLOORDIV || operation == MOD;
  if (divides && b < 1)
    return 0;
  switch (operation) {
  case ADD:
    return !__builtin_add_overflow(a, b, result);
  case SUBTRACT:
    return !__builtin_sub_overflow(a, b, result);
  case MULTIPLY:
    return !__builtin_mul_overflow(a, b, result);
  case CEILDIV:
    *result = floorDivide(a, b) + (a % b != 0);
    return 1;
  case FLOORDIV:
    *result = floorDivide(a, b);
    return 1;
  case MOD:
    *result = a % b + (a % b < 0 ? b : 0);
    return 1;
  case MIN:
    *result = a < b ? a : b;
    return 1;
  case MAX:
    *result = a > b ? a : b;
    return 1;
  case EQUAL:
    *result = a == b;
    return 1;
  default:
    *result = a <= b;
    return 1;
  }
}

int kiln_expression_evaluate(const struct kiln_expression *expression, kiln_load_operand *load, void *context,
                             int64_t *result) {
  int64_t stack[MAX_STACK];
  unsigned top = 0;
  for (uint32_t i = 0; i < expression->count; ++i) {
    const struct step *step = &expression->steps[i];
    if (step->operation == PUSH) {
      const struct kiln_operand *operand = &step->operand;
      stack[top++] = operand->kind == KILN_OPERAND_CONSTANT ? operand->value : load(context, operand);
      continue;
    }
    --top;
    if (!apply(step->operation, stack[top - 1], stack[top], &stack[top - 1]))
      return 0;
  }
  *result = stack[0];
  return 1;
}
