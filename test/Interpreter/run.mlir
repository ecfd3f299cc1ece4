// `kiln run --device interpreter`: what it computes and what it refuses.
// REQUIRES: compiler, numpy
//
// RUN: kiln run %s --kernel fill --arg zeros:i32[2,3],save=%t.npy --arg i32:5
// RUN: %python -c "import numpy, sys; print(numpy.load(sys.argv[1]).tolist())" %t.npy | FileCheck %s --check-prefix=FILL
// FILL: {{\[\[5, 6, 7\], \[5, 6, 7\]\]}}
//
// RUN: kiln run %s --kernel fill --param Step=10 --arg zeros:i32[1,3],save=%t.npy --arg i32:0
// RUN: %python -c "import numpy, sys; print(numpy.load(sys.argv[1]).tolist())" %t.npy | FileCheck %s --check-prefix=STEP
// STEP: {{\[\[0, 10, 20\]\]}}
//
// RUN: not kiln run %s 2>&1 | FileCheck %s --check-prefix=WHICH
// WHICH: error: {{.*}}run.mlir: name one of its kernels; it has fill, needs
// RUN: not kiln run %s --kernel pour 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: {{.*}}run.mlir: no kernel 'pour'; it has fill, needs
// RUN: not kiln run %s --kernel needs 2>&1 | FileCheck %s --check-prefix=VALUE
// VALUE: run.mlir:[[#]]:1: error: parameter 'B' of @needs has no default: give it with --param B=VALUE
// RUN: not kiln run %s --kernel fill --param Stop=1 2>&1 | FileCheck %s --check-prefix=PARAM
// PARAM: error: @fill has no parameter 'Stop'; it has Step
// RUN: not kiln run %s --kernel fill --param Step=f32 2>&1 | FileCheck %s --check-prefix=KIND
// KIND: error: parameter 'Step' is of kind index, found 'f32'
// RUN: not kiln run %s --kernel fill --param Step 2>&1 | FileCheck %s --check-prefix=FORM
// FORM: error: --param: expected NAME=VALUE, found 'Step'
// RUN: not kiln run %s --kernel fill --arg zeros:i32[2,3] 2>&1 | FileCheck %s --check-prefix=COUNT
// COUNT: error: @fill takes 2 arguments, found 1
// RUN: not kiln run %s --kernel fill --arg zeros:f32[2,3] --arg i32:5 2>&1 | FileCheck %s --check-prefix=TYPE
// TYPE: error: argument 0 of @fill: expected elements 'i32', found f32
// RUN: not kiln run %s --kernel fill --arg zeros:i32[2,3] --arg f32:5 2>&1 | FileCheck %s --check-prefix=SCALAR
// SCALAR: error: argument 1 of @fill: expected a scalar 'i32', found a float
// RUN: not kiln run %t.none.mlir 2>&1 | FileCheck %s --check-prefix=FILE
// FILE: error: {{.*}}none.mlir: No such file or directory

// x[i][j] = start + Step * j
kernel.func @fill<Step: index = 1>(%x: !kernel.tensor<[?, ?], i32>, %start: i32) {
  %step = kernel.param "Step" : index
  %zero = arith.constant 0 : index
  %rows = kernel.dim %x, 0 : !kernel.tensor<[?, ?], i32>
  %row = kernel.program_id grid(%rows)
  %step32 = arith.index_cast %step : index to i32
  %steps = kernel.splat %step32 : i32 -> !kernel.tile<[4], i32>
  %starts = kernel.splat %start : i32 -> !kernel.tile<[4], i32>
  %column = kernel.iota 0 : !kernel.tile<[4], i32>
  %rise = arith.muli %column, %steps : !kernel.tile<[4], i32>
  %value = arith.addi %rise, %starts : !kernel.tile<[4], i32>
  kernel.store %value, %x[%row, %zero] : !kernel.tile<[4], i32>, !kernel.tensor<[?, ?], i32>
  kernel.return
}

kernel.func @needs<B: index>() {
  kernel.return
}
