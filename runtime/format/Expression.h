// The manifest's arithmetic: integer expressions over a launch's sizes (docs/bundle.md, "Expressions").
//   expression := sum [("==" | "<=") sum]        sum := product {("+" | "-") product}
//   product    := atom {"*" atom}                atom := integer | name | "(" expression ")" | function "(" e
//   "," e ")" function   := ceildiv | floordiv | mod | min | max
#ifndef KILN_RUNTIME_FORMAT_EXPRESSION_H
#define KILN_RUNTIME_FORMAT_EXPRESSION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What a name means, found once when the manifest is read.
enum kiln_operand_kind { KILN_OPERAND_CONSTANT, KILN_OPERAND_DIM, KILN_OPERAND_STRIDE, KILN_OPERAND_SCALAR };
struct kiln_operand {
  int64_t value;           // of a constant
  uint8_t kind;            // kiln_operand_kind
  uint8_t argument, index; // index: of a dim or stride
};

struct kiln_expression;

// `resolve` returns 1 and fills the operand, or 0 if it knows no such name. Returns NULL and a reason in
// `error` on failure.
typedef int kiln_resolve(void *context, const char *name, struct kiln_operand *operand);
struct kiln_expression *kiln_expression_parse(const char *text, kiln_resolve *resolve, void *context,
                                              char *error, size_t errorSize);
void kiln_expression_free(struct kiln_expression *expression);

// `load` gives an operand's value (never asked for constants). Returns 1, or 0 on overflow or a division by
// less than 1.
typedef int64_t kiln_load_operand(void *context, const struct kiln_operand *operand);
int kiln_expression_evaluate(const struct kiln_expression *expression, kiln_load_operand *load, void *context,
                             int64_t *result);
// The text that it was parsed from.
const char *kiln_expression_text(const struct kiln_expression *expression);

#ifdef __cplusplus
}
#endif
#endif
