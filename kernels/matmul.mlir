// C = A * B on tiles.
//
// One program computes one BM x BN tile of C. It walks along K in steps of BK; whatever a tile reads beyond the edges
// of A and B is zero, so any M, N and K work, and what it writes beyond the edges of C is dropped.
//
// TransA and TransB say that an operand is stored transposed: A as K x M, B as N x K. The transposition is in the
// types only; which lane reads what is decided when the tile is placed.
kernel.func @matmul<BM: index = 64, BN: index = 64, BK: index = 32, T: type = bf16, Acc: type = f32, Out: type = f32,
                    TransA: bool = false, TransB: bool = true, Align: index = 1>(
    %a: !kernel.tensor<[?, ?], T, align = Align>, %b: !kernel.tensor<[?, ?], T, align = Align>,
    %c: !kernel.tensor<[?, ?], Out, align = Align>) attributes {flops = "2 * a.0 * a.1 * c.1"} {
  %bm = kernel.param "BM" : index
  %bn = kernel.param "BN" : index
  %bk = kernel.param "BK" : index
  %transA = kernel.param "TransA" : i1
  %transB = kernel.param "TransB" : i1
  %zero = arith.constant 0 : index

  %M = kernel.dim %c, 0 : !kernel.tensor<[?, ?], Out, align = Align>
  %N = kernel.dim %c, 1 : !kernel.tensor<[?, ?], Out, align = Align>
  %a0 = kernel.dim %a, 0 : !kernel.tensor<[?, ?], T, align = Align>
  %a1 = kernel.dim %a, 1 : !kernel.tensor<[?, ?], T, align = Align>
  %K = arith.select %transA, %a0, %a1 : index

  %tilesM = arith.ceildivui %M, %bm : index
  %tilesN = arith.ceildivui %N, %bn : index
  %tileM, %tileN = kernel.program_id grid(%tilesM, %tilesN)
  %m = arith.muli %tileM, %bm : index
  %n = arith.muli %tileN, %bn : index

  %init = kernel.constant 0.0 : !kernel.tile<[BM, BN], Acc>
  %sum = scf.for %k = %zero to %K step %bk iter_args(%acc = %init) -> (!kernel.tile<[BM, BN], Acc>) {
    %at = scf.if %transA -> (!kernel.tile<[BM, BK], T>) {
      %stored = kernel.load %a[%k, %m] : !kernel.tensor<[?, ?], T, align = Align> -> !kernel.tile<[BK, BM], T>
      %t = kernel.transpose %stored [1, 0] : !kernel.tile<[BK, BM], T> -> !kernel.tile<[BM, BK], T>
      scf.yield %t : !kernel.tile<[BM, BK], T>
    } else {
      %t = kernel.load %a[%m, %k] : !kernel.tensor<[?, ?], T, align = Align> -> !kernel.tile<[BM, BK], T>
      scf.yield %t : !kernel.tile<[BM, BK], T>
    }
    %bt = scf.if %transB -> (!kernel.tile<[BK, BN], T>) {
      %stored = kernel.load %b[%n, %k] : !kernel.tensor<[?, ?], T, align = Align> -> !kernel.tile<[BN, BK], T>
      %t = kernel.transpose %stored [1, 0] : !kernel.tile<[BN, BK], T> -> !kernel.tile<[BK, BN], T>
      scf.yield %t : !kernel.tile<[BK, BN], T>
    } else {
      %t = kernel.load %b[%k, %n] : !kernel.tensor<[?, ?], T, align = Align> -> !kernel.tile<[BK, BN], T>
      scf.yield %t : !kernel.tile<[BK, BN], T>
    }
    %next = kernel.mma %at, %bt, %acc : !kernel.tile<[BM, BK], T>, !kernel.tile<[BK, BN], T>, !kernel.tile<[BM, BN], Acc>
    scf.yield %next : !kernel.tile<[BM, BN], Acc>
  }
  %out = kernel.convert %sum : !kernel.tile<[BM, BN], Acc> -> !kernel.tile<[BM, BN], Out>
  kernel.store %out, %c[%m, %n] : !kernel.tile<[BM, BN], Out>, !kernel.tensor<[?, ?], Out, align = Align>
  kernel.return
}
