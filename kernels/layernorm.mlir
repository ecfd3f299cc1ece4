// y = (x - mean(x)) / sqrt(variance(x) + eps) * weight + bias along rows of any length.
//
// Three passes over a row: mean, variance, result. The variance is the mean of (x - mean)^2 and not mean(x^2) - mean(x)^2,
// which cancels when the mean is large. Here columns beyond the end do need a mask: they read as zero, and (0 - mean)^2 is
// not zero.
!x = !kernel.tensor<[?, ?], T, align = Align>
!w = !kernel.tensor<[?], T, align = Align>
!t = !kernel.tile<[BM, BN], T>
!f32 = !kernel.tile<[BM, BN], f32>
!i32 = !kernel.tile<[BM, BN], i32>
!rows = !kernel.tile<[BM], f32>
!cols = !kernel.tile<[BN], f32>

kernel.func @layernorm<BM: index = 4, BN: index = 256, T: type = bf16, Align: index = 1>(
    %x: !x, %weight: !w, %bias: !w, %y: !x, %eps: f32) {
  %bm = kernel.param "BM" : index
  %bn = kernel.param "BN" : index
  %zero = arith.constant 0 : index
  %R = kernel.dim %x, 0 : !x
  %C = kernel.dim %x, 1 : !x
  %programs = arith.ceildivui %R, %bm : index
  %p = kernel.program_id grid(%programs)
  %r = arith.muli %p, %bm : index
  %c32 = arith.index_cast %C : index to i32
  %length = arith.sitofp %c32 : i32 to f32
  %lengths = kernel.splat %length : f32 -> !rows

  %none = kernel.constant 0.0 : !rows
  %sum = scf.for %c = %zero to %C step %bn iter_args(%s = %none) -> (!rows) {
    %xt = kernel.load %x[%r, %c] : !x -> !t
    %xf = kernel.convert %xt : !t -> !f32
    %blockSum = kernel.reduce "sum" %xf along 1 : !f32 -> !rows
    %next = arith.addf %s, %blockSum : !rows
    scf.yield %next : !rows
  }
  %mean = arith.divf %sum, %lengths : !rows
  %means = kernel.broadcast %mean along 1 : !rows -> !f32

  %column = kernel.iota 1 : !i32
  %zeros = kernel.constant 0.0 : !f32
  %squareSum = scf.for %c = %zero to %C step %bn iter_args(%s = %none) -> (!rows) {
    %xt = kernel.load %x[%r, %c] : !x -> !t
    %xf = kernel.convert %xt : !t -> !f32
    %difference = arith.subf %xf, %means : !f32
    %square = arith.mulf %difference, %difference : !f32
    %left = arith.subi %C, %c : index
    %left32 = arith.index_cast %left : index to i32
    %limit = kernel.splat %left32 : i32 -> !i32
    %inside = arith.cmpi slt, %column, %limit : !i32
    %masked = kernel.select %inside, %square, %zeros : !kernel.tile<[BM, BN], i1>, !f32
    %blockSum = kernel.reduce "sum" %masked along 1 : !f32 -> !rows
    %next = arith.addf %s, %blockSum : !rows
    scf.yield %next : !rows
  }
  %epsilons = kernel.splat %eps : f32 -> !rows
  %variance = arith.divf %squareSum, %lengths : !rows
  %shifted = arith.addf %variance, %epsilons : !rows
  %scale = math.rsqrt %shifted : !rows
  %scales = kernel.broadcast %scale along 1 : !rows -> !f32

  scf.for %c = %zero to %C step %bn {
    %xt = kernel.load %x[%r, %c] : !x -> !t
    %xf = kernel.convert %xt : !t -> !f32
    %wt = kernel.load %weight[%c] : !w -> !kernel.tile<[BN], T>
    %wf = kernel.convert %wt : !kernel.tile<[BN], T> -> !cols
    %weights = kernel.broadcast %wf along 0 : !cols -> !f32
    %bt = kernel.load %bias[%c] : !w -> !kernel.tile<[BN], T>
    %bf = kernel.convert %bt : !kernel.tile<[BN], T> -> !cols
    %biases = kernel.broadcast %bf along 0 : !cols -> !f32
    %difference = arith.subf %xf, %means : !f32
    %normal = arith.mulf %difference, %scales : !f32
    %weighted = arith.mulf %normal, %weights : !f32
    %result = arith.addf %weighted, %biases : !f32
    %yt = kernel.convert %result : !f32 -> !t
    kernel.store %yt, %y[%r, %c] : !t, !x
  }
  kernel.return
}
