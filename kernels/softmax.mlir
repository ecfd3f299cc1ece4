// y = softmax(x) along rows of any length.
//
// exp(x) overflows, so softmax is computed as exp(x - max) / sum(exp(x - max)). Written plainly that takes three passes
// over a row: maximum, sum, quotient. The first two become one by carrying the sum of what has been seen *relative to the
// maximum of what has been seen*: when the maximum rises from m to m', the old sum is worth exp(m - m') of itself.
//
// Columns beyond the end read as -inf and contribute exp(-inf) = 0. The running maximum starts at a very low finite number,
// not at -inf: -inf - -inf is NaN. exp is computed as exp2(x * log2 e), which is what machines have.
!x = !kernel.tensor<[?, ?], T, align = Align>
!t = !kernel.tile<[BM, BN], T>
!f32 = !kernel.tile<[BM, BN], f32>
!rows = !kernel.tile<[BM], f32>

kernel.func @softmax<BM: index = 4, BN: index = 256, T: type = f32, Align: index = 1>(%x: !x, %y: !x) {
  %bm = kernel.param "BM" : index
  %bn = kernel.param "BN" : index
  %zero = arith.constant 0 : index
  %R = kernel.dim %x, 0 : !x
  %C = kernel.dim %x, 1 : !x
  %programs = arith.ceildivui %R, %bm : index
  %p = kernel.program_id grid(%programs)
  %r = arith.muli %p, %bm : index
  %log2e = kernel.constant 1.4426950408889634 : !f32

  %lowest = kernel.constant -1.0e30 : !rows
  %none = kernel.constant 0.0 : !rows
  %max, %sum = scf.for %c = %zero to %C step %bn iter_args(%m = %lowest, %s = %none) -> (!rows, !rows) {
    %xt = kernel.load %x[%r, %c] other(0xFF800000 : f32) : !x -> !t
    %xf = kernel.convert %xt : !t -> !f32
    %scaled = arith.mulf %xf, %log2e : !f32
    %blockMax = kernel.reduce "max" %scaled along 1 : !f32 -> !rows
    %newMax = arith.maximumf %m, %blockMax : !rows

    %fall = arith.subf %m, %newMax : !rows
    %factor = math.exp2 %fall : !rows
    %old = arith.mulf %s, %factor : !rows

    %maxes = kernel.broadcast %newMax along 1 : !rows -> !f32
    %relative = arith.subf %scaled, %maxes : !f32
    %exp = math.exp2 %relative : !f32
    %blockSum = kernel.reduce "sum" %exp along 1 : !f32 -> !rows
    %newSum = arith.addf %old, %blockSum : !rows
    scf.yield %newMax, %newSum : !rows, !rows
  }

  %maxes = kernel.broadcast %max along 1 : !rows -> !f32
  %sums = kernel.broadcast %sum along 1 : !rows -> !f32
  scf.for %c = %zero to %C step %bn {
    %xt = kernel.load %x[%r, %c] : !x -> !t
    %xf = kernel.convert %xt : !t -> !f32
    %scaled = arith.mulf %xf, %log2e : !f32
    %relative = arith.subf %scaled, %maxes : !f32
    %exp = math.exp2 %relative : !f32
    %quotient = arith.divf %exp, %sums : !f32
    %yt = kernel.convert %quotient : !f32 -> !t
    kernel.store %yt, %y[%r, %c] : !t, !x
  }
  kernel.return
}
