// kiln compile {} --target sm_90a
// y = x / T(mean(x^2) + eps) * weight along rows of any length.
//
// Two passes over a row: the sum of squares, then the quotient. Columns beyond the end read as zero and add nothing to the
// sum; the mean divides by the true length.
!x = !kernel.tensor<[?, ?], T, align = Align>
!w = !kernel.tensor<[?], T, align = Align>
!t = !kernel.tile<[BM, BN], T>
!f32 = !kernel.tile<[BM, BN], f32>
!rows = !kernel.tile<[BM], f32>

kernel.func @rmsnorm<BM: index = 4, BN: index = 256, sqrt: type = bf16, Align: index = 1>(
    %x: !x, %weight: !w, %y: !x, %eps: f32) {
  %bm = kernel.param "BM" : index
  %bn = kernel.param "BN" : index
  %zero = arith.constant 0 : index
  %R = kernel.dim %x, 0 : !x
  %C = kernel.dim %x, 1 : !x
  %programs = arith.ceildivui %R, %bm : index
  %p = kernel.program_id grid(%programs)
  %r = arith.muli %p, %bm : index

  %none = kernel.constant 0.0 : !rows
  %sum = scf.for %c = %zero to %C step %bn iter_args(%s = %none) -> (!rows) {
    %xt = kernel.load %x[%r, %c] : !x -> !t
    %xf = kernel.convert %xt : !t -> !f32
    %squares = arith.mulf %xf, %xf : !f32
    %blockSum = kernel.reduce "sum" %squares along 1 : !f32 -> !rows
    %next = arith.addf %s, %blockSum : !rows
    scf.yield %next : !rows
  }

  %c32 = arith.index_cast %C : index to i32
  %length = arith.sitofp %c32 : i32 to f32
  %lengths = kernel.splat %length : f32 -> !rows
  %epsilons = kernel.splat %eps : f32 -> !rows
  %mean = arith.divf %sum, %lengths : !rows
  %shifted = arith.addf %mean, %epsilons : !rows
  %scale = math.rsqrt %shifted : !rows
  %scales = kernel.broadcast %scale along 1 : !rows -> !f32

  scf.for %c = %zero to %C step %bn {
    %xt = kernel.load %x[%r, %c] : !x -> !t
    %xf = kernel.convert %xt : !t -> !f32
    %wt = kernel.load %weight[%c] : !w -> !kernel.tile<[BN], T>
    %wf = kernel.convert %wt : !kernel.tile<[BN], T> -> !kernel.tile<[BN], f32>
    %weights = kernel.broadcast %wf along 0 : !kernel.tile<[BN], f32> -> !f32
    %normal = arith.mulf %xf, %scales : !f32
    %weighted = arith.mulf %normal, %weights : !f32
    %yt = kernel.convert %weighted : !f32 -> !t
    kernel.store %yt, %y[%r, %c] : !t, !x
  }
  kernel.return
}
