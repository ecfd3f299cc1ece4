// Rotary position embedding: each pair (x[d], x[d + D/2]) of a head is turned by an angle that depends on the position.
//
//   y[d]       = x[d] * cos - x[d + D/2] * sin
//   y[d + D/2] = x[d + D/2] * cos + x[d] * sin
//
// x and y are [batch, heads, sequence, D]; cos and sin are tables [sequence, D / 2]. y may be x. A program turns BS positions
// of one head; the two halves are two tiles, so that nothing has to move between elements.
!x = !kernel.tensor<[?, ?, ?, D], T, align = Align>
!table = !kernel.tensor<[?, D / 2], f32>
!t = !kernel.tile<[BS, D / 2], T>
!f32 = !kernel.tile<[BS, D / 2], f32>

kernel.func @rotary<BS: index = 64, D: index = 64, T: type = bf16, Align: index = 1>(
    %x: !x, %cos: !table, %sin: !table, %y: !x) {
  %bs = kernel.param "BS" : index
  %d = kernel.param "D" : index
  %zero = arith.constant 0 : index
  %two = arith.constant 2 : index
  %half = arith.divui %d, %two : index
  %batches = kernel.dim %x, 0 : !x
  %heads = kernel.dim %x, 1 : !x
  %length = kernel.dim %x, 2 : !x
  %blocks = arith.ceildivui %length, %bs : index
  %block, %head, %batch = kernel.program_id grid(%blocks, %heads, %batches)
  %s = arith.muli %block, %bs : index

  %lowT = kernel.load %x[%batch, %head, %s, %zero] : !x -> !t
  %highT = kernel.load %x[%batch, %head, %s, %half] : !x -> !t
  %low = kernel.convert %lowT : !t -> !f32
  %high = kernel.convert %highT : !t -> !f32
  %c = kernel.load %cos[%s, %zero] : !table -> !f32
  %n = kernel.load %sin[%s, %zero] : !table -> !f32

  %lowCos = arith.mulf %low, %c : !f32
  %highSin = arith.mulf %high, %n : !f32
  %newLow = arith.subf %lowCos, %highSin : !f32
  %highCos = arith.mulf %high, %c : !f32
  %lowSin = arith.mulf %low, %n : !f32
  %newHigh = arith.addf %highCos, %lowSin : !f32

  %outLow = kernel.convert %newLow : !f32 -> !t
  %outHigh = kernel.convert %newHigh : !f32 -> !t
  kernel.store %outLow, %y[%batch, %head, %s, %zero] : !t, !x
  kernel.store %outHigh, %y[%batch, %head, %s, %half] : !t, !x
  kernel.return
}
