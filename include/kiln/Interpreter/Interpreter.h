// Runs a kernel as it is written: no schedule, no machine, no generated code. Slow and plain, because
// everything else is judged by it.
#ifndef KILN_INTERPRETER_INTERPRETER_H
#define KILN_INTERPRETER_INTERPRETER_H

#include "dialects/Kernel/Kernel.h"

namespace kiln::interpreter {

/// What is passed for one argument of a kernel. The element type is the one that the kernel declares.
struct Argument {
  enum Kind { Tensor, Float, Integer } kind = Integer;
  llvm::MutableArrayRef<uint8_t>
      bytes; // Tensor: its memory; elements narrower than a byte are packed, low bits first
  llvm::SmallVector<int64_t> dims;    // Tensor: in elements
  llvm::SmallVector<int64_t> strides; // Tensor: in elements; empty means row-major and contiguous
  double real = 0;                    // Float: rounded to the kernel's type
  int64_t integer = 0;                // Integer: truncated to the kernel's type

  static Argument tensor(llvm::MutableArrayRef<uint8_t> bytes, llvm::ArrayRef<int64_t> dims,
                         llvm::ArrayRef<int64_t> strides = {});
  static Argument scalar(double value);
  static Argument scalar(int64_t value);
};

/// Runs every program of the grid of a kernel without open parameters, on `threads` threads (0: as many as
/// the host has). Results are in the tensors' memory. Every result of every op is rounded to its element
/// type, sums over K included, in rising order of K. What goes wrong is a diagnostic at the op where it did.
///
/// Beyond what the kernel dialect says: conversion to a float format without infinities saturates whichever
/// op does it; a shift by the width or more gives 0 (or the sign); integer division by zero is an error.
mlir::LogicalResult run(kernel::FuncOp func, llvm::ArrayRef<Argument> args, unsigned threads = 0);

} // namespace kiln::interpreter

#endif
