// Reductions: of every row of a matrix, and of everything.
//
// A reduction in two levels: blocks are combined element by element, and only the last tile is reduced across its elements,
// because combining two tiles is what a machine does fastest and reducing one is what it does slowest.

// out[r] = sum (or, with Max, maximum) of row r of x.
!x = !kernel.tensor<[?, ?], T, align = Align>
!out = !kernel.tensor<[?], f32>
!t = !kernel.tile<[BM, BN], T>
!f32 = !kernel.tile<[BM, BN], f32>
!rows = !kernel.tile<[BM], f32>

kernel.func @reduce_rows<BM: index = 4, BN: index = 256, T: type = f32, Max: bool = false, Align: index = 1>(
    %x: !x, %out: !out) {
  %bm = kernel.param "BM" : index
  %bn = kernel.param "BN" : index
  %max = kernel.param "Max" : i1
  %zero = arith.constant 0 : index
  %R = kernel.dim %x, 0 : !x
  %C = kernel.dim %x, 1 : !x
  %programs = arith.ceildivui %R, %bm : index
  %p = kernel.program_id grid(%programs)
  %r = arith.muli %p, %bm : index

  %result = scf.if %max -> (!rows) {
    %minusInf = arith.constant 0xFF800000 : f32
    %init = kernel.splat %minusInf : f32 -> !f32
    %all = scf.for %c = %zero to %C step %bn iter_args(%m = %init) -> (!f32) {
      %xt = kernel.load %x[%r, %c] other(0xFF800000 : f32) : !x -> !t
      %xf = kernel.convert %xt : !t -> !f32
      %next = arith.maximumf %m, %xf : !f32
      scf.yield %next : !f32
    }
    %y = kernel.reduce "max" %all along 1 : !f32 -> !rows
    scf.yield %y : !rows
  } else {
    %init = kernel.constant 0.0 : !f32
    %all = scf.for %c = %zero to %C step %bn iter_args(%s = %init) -> (!f32) {
      %xt = kernel.load %x[%r, %c] : !x -> !t
      %xf = kernel.convert %xt : !t -> !f32
      %next = arith.addf %s, %xf : !f32
      scf.yield %next : !f32
    }
    %y = kernel.reduce "sum" %all along 1 : !f32 -> !rows
    scf.yield %y : !rows
  }
  kernel.store %result, %out[%r] : !rows, !out
  kernel.return
}

// partial[p] = the part of the sum of x that program p computed. There are as many programs as `partial` has elements;
// program p takes blocks p, p + P, p + 2P, ... To sum everything, launch it twice: the second time on the partial sums, with
// one program.
!flat = !kernel.tensor<[?], T, align = Align>

kernel.func @reduce_all<B: index = 1024, T: type = f32, Align: index = 1>(%x: !flat, %partial: !out) {
  %b = kernel.param "B" : index
  %size = kernel.dim %x, 0 : !flat
  %programs = kernel.dim %partial, 0 : !out
  %p = kernel.program_id grid(%programs)
  %first = arith.muli %p, %b : index
  %step = arith.muli %programs, %b : index

  %init = kernel.constant 0.0 : !kernel.tile<[B], f32>
  %sums = scf.for %i = %first to %size step %step iter_args(%s = %init) -> (!kernel.tile<[B], f32>) {
    %xt = kernel.load %x[%i] : !flat -> !kernel.tile<[B], T>
    %xf = kernel.convert %xt : !kernel.tile<[B], T> -> !kernel.tile<[B], f32>
    %next = arith.addf %s, %xf : !kernel.tile<[B], f32>
    scf.yield %next : !kernel.tile<[B], f32>
  }
  %sum = kernel.reduce "sum" %sums along 0 : !kernel.tile<[B], f32> -> f32
  %one = kernel.splat %sum : f32 -> !kernel.tile<[1], f32>
  kernel.store %one, %partial[%p] : !kernel.tile<[1], f32>, !out
  kernel.return
}
