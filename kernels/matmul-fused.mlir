// C = act(alpha * A * B + bias) + beta * R on tiles: a matmul with everything that usually follows it.
//
// The product is the one of matmul.mlir. What follows, the epilogue, works on the accumulator while it is still in
// registers: each step that is fused here saves one trip of the whole result to memory and back.
//
//   alpha, beta   scalars
//   bias          one number per column of C           (HasBias)
//   residual      a matrix like C, which may be C itself: then this is BLAS's C = alpha A B + beta C   (HasResidual)
//   Act           0: none, 1: relu, 2: gelu (the exact one, with erf), 3: silu (x * sigmoid(x))
//
// A switch that is off costs nothing: its branch is gone once the parameter has a value, and the argument is not read
// (pass an empty tensor).
!a = !kernel.tensor<[?, ?], T, align = Align>
!c = !kernel.tensor<[?, ?], Out, align = Align>
!bias = !kernel.tensor<[?], BiasT>
!acc = !kernel.tile<[BM, BN], Acc>
!f32 = !kernel.tile<[BM, BN], f32>
!out = !kernel.tile<[BM, BN], Out>

kernel.func @matmul_fused<BM: index = 64, BN: index = 64, BK: index = 32, T: type = bf16, Acc: type = f32,
                          Out: type = bf16, BiasT: type = f32, TransA: bool = false, TransB: bool = true,
                          Act: index = 0, HasBias: bool = true, HasResidual: bool = true, Align: index = 1>(
    %a: !a, %b: !a, %c: !c, %bias: !bias, %residual: !c, %alpha: f32, %beta: f32) attributes {flops = "2 * a.0 * a.1 * c.1"} {
  %bm = kernel.param "BM" : index
  %bn = kernel.param "BN" : index
  %bk = kernel.param "BK" : index
  %act = kernel.param "Act" : index
  %transA = kernel.param "TransA" : i1
  %transB = kernel.param "TransB" : i1
  %hasBias = kernel.param "HasBias" : i1
  %hasResidual = kernel.param "HasResidual" : i1
  %zero = arith.constant 0 : index

  %M = kernel.dim %c, 0 : !c
  %N = kernel.dim %c, 1 : !c
  %a0 = kernel.dim %a, 0 : !a
  %a1 = kernel.dim %a, 1 : !a
  %K = arith.select %transA, %a0, %a1 : index

  %tilesM = arith.ceildivui %M, %bm : index
  %tilesN = arith.ceildivui %N, %bn : index
  %tileM, %tileN = kernel.program_id grid(%tilesM, %tilesN)
  %m = arith.muli %tileM, %bm : index
  %n = arith.muli %tileN, %bn : index

  %init = kernel.constant 0.0 : !acc
  %sum = scf.for %k = %zero to %K step %bk iter_args(%acc = %init) -> (!acc) {
    %at = scf.if %transA -> (!kernel.tile<[BM, BK], T>) {
      %stored = kernel.load %a[%k, %m] : !a -> !kernel.tile<[BK, BM], T>
      %t = kernel.transpose %stored [1, 0] : !kernel.tile<[BK, BM], T> -> !kernel.tile<[BM, BK], T>
      scf.yield %t : !kernel.tile<[BM, BK], T>
    } else {
      %t = kernel.load %a[%m, %k] : !a -> !kernel.tile<[BM, BK], T>
      scf.yield %t : !kernel.tile<[BM, BK], T>
    }
    %bt = scf.if %transB -> (!kernel.tile<[BK, BN], T>) {
      %stored = kernel.load %b[%n, %k] : !a -> !kernel.tile<[BN, BK], T>
      %t = kernel.transpose %stored [1, 0] : !kernel.tile<[BN, BK], T> -> !kernel.tile<[BK, BN], T>
      scf.yield %t : !kernel.tile<[BK, BN], T>
    } else {
      %t = kernel.load %b[%k, %n] : !a -> !kernel.tile<[BK, BN], T>
      scf.yield %t : !kernel.tile<[BK, BN], T>
    }
    %next = kernel.mma %at, %bt, %acc : !kernel.tile<[BM, BK], T>, !kernel.tile<[BK, BN], T>, !acc
    scf.yield %next : !acc
  }

  // The epilogue computes in f32, whatever the accumulator and the output are.
  %product = kernel.convert %sum : !acc -> !f32
  %alphas = kernel.splat %alpha : f32 -> !f32
  %scaled = arith.mulf %product, %alphas : !f32
  %biased = scf.if %hasBias -> (!f32) {
    %row = kernel.load %bias[%n] : !bias -> !kernel.tile<[BN], BiasT>
    %rowf = kernel.convert %row : !kernel.tile<[BN], BiasT> -> !kernel.tile<[BN], f32>
    %rows = kernel.broadcast %rowf along 0 : !kernel.tile<[BN], f32> -> !f32
    %x = arith.addf %scaled, %rows : !f32
    scf.yield %x : !f32
  } else {
    scf.yield %scaled : !f32
  }
  %activated = scf.index_switch %act -> !f32
  case 1 {
    %zeros = kernel.constant 0.0 : !f32
    %x = arith.maximumf %biased, %zeros : !f32
    scf.yield %x : !f32
  }
  case 2 {
    // x / 2 * (1 + erf(x / sqrt 2))
    %half = kernel.constant 0.5 : !f32
    %one = kernel.constant 1.0 : !f32
    %rsqrt2 = kernel.constant 0.70710678118654752 : !f32
    %inner = arith.mulf %biased, %rsqrt2 : !f32
    %erf = math.erf %inner : !f32
    %onePlus = arith.addf %erf, %one : !f32
    %halfX = arith.mulf %biased, %half : !f32
    %x = arith.mulf %halfX, %onePlus : !f32
    scf.yield %x : !f32
  }
  case 3 {
    // x / (1 + exp(-x))
    %one = kernel.constant 1.0 : !f32
    %minus = arith.negf %biased : !f32
    %exp = math.exp %minus : !f32
    %onePlus = arith.addf %exp, %one : !f32
    %x = arith.divf %biased, %onePlus : !f32
    scf.yield %x : !f32
  }
  default {
    scf.yield %biased : !f32
  }
  %result = scf.if %hasResidual -> (!f32) {
    %r = kernel.load %residual[%m, %n] : !c -> !out
    %rf = kernel.convert %r : !out -> !f32
    %betas = kernel.splat %beta : f32 -> !f32
    %weighted = arith.mulf %rf, %betas : !f32
    %x = arith.addf %activated, %weighted : !f32
    scf.yield %x : !f32
  } else {
    scf.yield %activated : !f32
  }
  %out = kernel.convert %result : !f32 -> !out
  kernel.store %out, %c[%m, %n] : !out, !c
  kernel.return
}
