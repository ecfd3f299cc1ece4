// One element: how it is held, rounded, converted, and stored in memory.
#ifndef KILN_INTERPRETER_NUMBERS_H
#define KILN_INTERPRETER_NUMBERS_H

#include "mlir/IR/BuiltinTypes.h"

namespace kiln::interpreter {

/// A float (every type up to f64 fits) or an integer, sign-extended from its width (so a true i1 is -1).
union Cell {
  double real;
  int64_t integer;
};

inline Cell real(double value) {
  Cell cell;
  cell.real = value;
  return cell;
}
inline Cell integer(int64_t value) {
  Cell cell;
  cell.integer = value;
  return cell;
}

/// Null, or why elements of this type cannot be held.
const char *whyNotSupported(mlir::Type type);
/// Bits of one element in memory; 64 for index.
unsigned bitWidth(mlir::Type type);

/// The nearest value that `type` has, ties to even. A format without infinities saturates; where there is no
/// NaN either, NaN becomes the largest value. Integers wrap.
Cell round(mlir::Type type, Cell value);
/// The value without its sign extension.
uint64_t zeroExtend(mlir::Type type, Cell value);

/// An element's bits in memory, and back.
uint64_t encode(mlir::Type type, Cell value);
Cell decode(mlir::Type type, uint64_t bits);

/// kernel.convert: to float rounds, float to integer truncates and saturates, integers are signed.
Cell convert(mlir::Type from, mlir::Type to, Cell value);
/// An unsigned integer as a float, and a float as an unsigned integer (truncates and saturates).
Cell unsignedToReal(mlir::Type from, mlir::Type to, Cell value);
Cell realToUnsigned(mlir::Type to, Cell value);
/// a * b + c with one rounding.
Cell fusedMultiplyAdd(mlir::Type type, Cell a, Cell b, Cell c);

} // namespace kiln::interpreter

#endif
