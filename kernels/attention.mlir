// O = softmax(scale * Q * K^T) * V, forward, without ever holding the whole matrix of scores.
//
// Q and O are [batch, heads, queries, D]; K and V are [batch, key heads, keys, D]. One program computes BM queries of one
// head. It walks along the keys, BN at a time, and keeps three things: the output so far, and for each query the maximum
// and the sum of its softmax so far (see softmax.mlir: when the maximum rises, both output and sum are scaled down). The
// quotient by the sum comes last, once.
//
// Grouped queries: `heads` may be a multiple of `key heads`; neighbours share a key head.
// Causal: query i sees key j only if j <= i + (keys - queries), so that the last query sees all keys. Tiles of keys that
// no query of the program sees are not visited. A query that sees no key at all gives zeros.
!q = !kernel.tensor<[?, ?, ?, D], T, align = Align>
!qTile = !kernel.tile<[BM, D], T>
!kTile = !kernel.tile<[BN, D], T>
!kTransposed = !kernel.tile<[D, BN], T>
!scores = !kernel.tile<[BM, BN], f32>
!places = !kernel.tile<[BM, BN], i32>
!mask = !kernel.tile<[BM, BN], i1>
!rows = !kernel.tile<[BM], f32>
!o = !kernel.tile<[BM, D], f32>

kernel.func @attention<BM: index = 64, BN: index = 64, D: index = 64, T: type = bf16, Causal: bool = false,
                       Align: index = 1>(%q: !q, %k: !q, %v: !q, %o: !q, %scale: f32) {
  %bm = kernel.param "BM" : index
  %bn = kernel.param "BN" : index
  %causal = kernel.param "Causal" : i1
  %zero = arith.constant 0 : index
  %batches = kernel.dim %q, 0 : !q
  %heads = kernel.dim %q, 1 : !q
  %queries = kernel.dim %q, 2 : !q
  %keyHeads = kernel.dim %k, 1 : !q
  %keys = kernel.dim %k, 2 : !q
  %blocks = arith.ceildivui %queries, %bm : index
  %block, %head, %batch = kernel.program_id grid(%blocks, %heads, %batches)
  %m = arith.muli %block, %bm : index
  %group = arith.divui %heads, %keyHeads : index
  %keyHead = arith.divui %head, %group : index

  // The last key that a program's last query sees, plus one.
  %offset = arith.subi %keys, %queries : index
  %afterLast = arith.addi %m, %bm : index
  %seen = arith.addi %afterLast, %offset : index
  %causalEnd = arith.minsi %seen, %keys : index
  %end = arith.select %causal, %causalEnd, %keys : index

  // exp(s) = exp2(s * log2 e): the constant goes into the scale.
  %log2e = arith.constant 1.44269504 : f32
  %scale2 = arith.mulf %scale, %log2e : f32
  %scales = kernel.splat %scale2 : f32 -> !scores
  %minusInf = arith.constant 0xFF800000 : f32
  %hidden = kernel.splat %minusInf : f32 -> !scores
  %noScores = kernel.constant 0.0 : !scores
  %row = kernel.iota 0 : !places
  %column = kernel.iota 1 : !places

  %qt = kernel.load %q[%batch, %head, %m, %zero] : !q -> !qTile
  %noOutput = kernel.constant 0.0 : !o
  %lowest = kernel.constant -1.0e30 : !rows
  %none = kernel.constant 0.0 : !rows
  %acc, %max, %sum = scf.for %n = %zero to %end step %bn
      iter_args(%accSoFar = %noOutput, %maxSoFar = %lowest, %sumSoFar = %none) -> (!o, !rows, !rows) {
    %kt = kernel.load %k[%batch, %keyHead, %n, %zero] : !q -> !kTile
    %kTurned = kernel.transpose %kt [1, 0] : !kTile -> !kTransposed
    %product = kernel.mma %qt, %kTurned, %noScores : !qTile, !kTransposed, !scores
    %scaled = arith.mulf %product, %scales : !scores

    // Keys beyond the end are hidden from all queries: column < keys - n.
    %left = arith.subi %keys, %n : index
    %left32 = arith.index_cast %left : index to i32
    %limit = kernel.splat %left32 : i32 -> !places
    %exists = arith.cmpi slt, %column, %limit : !places
    %visible = scf.if %causal -> (!mask) {
      // n + column <= m + row + offset
      %lead = arith.addi %m, %offset : index
      %distance = arith.subi %lead, %n : index
      %distance32 = arith.index_cast %distance : index to i32
      %distances = kernel.splat %distance32 : i32 -> !places
      %reach = arith.addi %row, %distances : !places
      %past = arith.cmpi sle, %column, %reach : !places
      %both = arith.andi %exists, %past : !mask
      scf.yield %both : !mask
    } else {
      scf.yield %exists : !mask
    }
    %s = kernel.select %visible, %scaled, %hidden : !mask, !scores

    %blockMax = kernel.reduce "max" %s along 1 : !scores -> !rows
    %newMax = arith.maximumf %maxSoFar, %blockMax : !rows
    %fall = arith.subf %maxSoFar, %newMax : !rows
    %factor = math.exp2 %fall : !rows
    %maxes = kernel.broadcast %newMax along 1 : !rows -> !scores
    %relative = arith.subf %s, %maxes : !scores
    %p = math.exp2 %relative : !scores

    %blockSum = kernel.reduce "sum" %p along 1 : !scores -> !rows
    %oldSum = arith.mulf %sumSoFar, %factor : !rows
    %newSum = arith.addf %oldSum, %blockSum : !rows

    %factors = kernel.broadcast %factor along 1 : !rows -> !o
    %oldAcc = arith.mulf %accSoFar, %factors : !o
    %vt = kernel.load %v[%batch, %keyHead, %n, %zero] : !q -> !kTile
    %pt = kernel.convert %p : !scores -> !kernel.tile<[BM, BN], T>
    %newAcc = kernel.mma %pt, %vt, %oldAcc : !kernel.tile<[BM, BN], T>, !kTile, !o
    scf.yield %newAcc, %newMax, %newSum : !o, !rows, !rows
  }

  // The sum of a query that sees a key is at least 1, its largest term; this only keeps 0 / 0 away.
  %least = kernel.constant 1.0e-30 : !rows
  %divisor = arith.maximumf %sum, %least : !rows
  %divisors = kernel.broadcast %divisor along 1 : !rows -> !o
  %normal = arith.divf %acc, %divisors : !o
  %out = kernel.convert %normal : !o -> !qTile
  kernel.store %out, %o[%batch, %head, %m, %zero] : !qTile, !q
  kernel.return
}
