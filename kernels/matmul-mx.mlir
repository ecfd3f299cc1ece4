// C = A * B^T with block-scaled operands (OCP Microscaling Formats 1.0): mxfp8, mxfp6, mxfp4, mixed as you like.
//
// An operand is a matrix of small floats and a matrix of scales: 32 neighbours along K share one scale, a power of two
// stored as its exponent (f8E8M0FNU). So A is M x K of TA with scales M x ceil(K / 32), and B, stored N x K, likewise: both
// have K last, because that is how blocks are cut. Elements narrower than a byte are packed, lowest bits first.
//
// The scales are never multiplied into the elements; kernel.mma takes both, as the matrix units that know these formats
// do. Beyond the edges elements read as zero, so which scale is read there does not matter. AlignScales is the scales'
// alignment in bytes, as Align is the elements'.
!a = !kernel.tensor<[?, ?], TA, align = Align>
!b = !kernel.tensor<[?, ?], TB, align = Align>
!scales = !kernel.tensor<[?, ?], f8E8M0FNU, align = AlignScales>
!c = !kernel.tensor<[?, ?], Out, align = Align>
!acc = !kernel.tile<[BM, BN], f32>

kernel.func @matmul_mx<BM: index = 64, BN: index = 64, BK: index = 128, TA: type = f4E2M1FN, TB: type = f4E2M1FN,
                       Out: type = f32, Align: index = 1, AlignScales: index = 1>(
    %a: !a, %b: !b, %scaleA: !scales, %scaleB: !scales, %c: !c) attributes {flops = "2 * a.0 * a.1 * c.1"} {
  %bm = kernel.param "BM" : index
  %bn = kernel.param "BN" : index
  %bk = kernel.param "BK" : index
  %zero = arith.constant 0 : index
  %block = arith.constant 32 : index

  %M = kernel.dim %c, 0 : !c
  %N = kernel.dim %c, 1 : !c
  %K = kernel.dim %a, 1 : !a
  %tilesM = arith.ceildivui %M, %bm : index
  %tilesN = arith.ceildivui %N, %bn : index
  %tileM, %tileN = kernel.program_id grid(%tilesM, %tilesN)
  %m = arith.muli %tileM, %bm : index
  %n = arith.muli %tileN, %bn : index

  %init = kernel.constant 0.0 : !acc
  %sum = scf.for %k = %zero to %K step %bk iter_args(%acc = %init) -> (!acc) {
    %kBlock = arith.divui %k, %block : index
    %at = kernel.load %a[%m, %k] : !a -> !kernel.tile<[BM, BK], TA>
    %bStored = kernel.load %b[%n, %k] : !b -> !kernel.tile<[BN, BK], TB>
    %bt = kernel.transpose %bStored [1, 0] : !kernel.tile<[BN, BK], TB> -> !kernel.tile<[BK, BN], TB>
    %sa = kernel.load %scaleA[%m, %kBlock] : !scales -> !kernel.tile<[BM, BK / 32], f8E8M0FNU>
    %sbStored = kernel.load %scaleB[%n, %kBlock] : !scales -> !kernel.tile<[BN, BK / 32], f8E8M0FNU>
    %sb = kernel.transpose %sbStored [1, 0]
        : !kernel.tile<[BN, BK / 32], f8E8M0FNU> -> !kernel.tile<[BK / 32, BN], f8E8M0FNU>
    %next = kernel.mma %at, %bt, %acc scale %sa, %sb
        : !kernel.tile<[BM, BK], TA>, !kernel.tile<[BK, BN], TB>, !acc,
          !kernel.tile<[BM, BK / 32], f8E8M0FNU>, !kernel.tile<[BK / 32, BN], f8E8M0FNU>
    scf.yield %next : !acc
  }
  %out = kernel.convert %sum : !acc -> !kernel.tile<[BM, BN], Out>
  kernel.store %out, %c[%m, %n] : !kernel.tile<[BM, BN], Out>, !c
  kernel.return
}
