// out[r, c] = act(x[r, c]) * x[r, C + c]: the gated activations (SwiGLU, GeGLU, ReGLU) of transformers' feed-forward
// blocks. x holds gate and value side by side, R x 2C, because one matmul computed both.
//
//   Act   1: relu, 2: gelu (with erf), 3: silu
!x = !kernel.tensor<[?, ?], T, align = Align>
!f32 = !kernel.tile<[BM, BN], f32>
!t = !kernel.tile<[BM, BN], T>

kernel.func @gated_activation<BM: index = 4, BN: index = 256, T: type = bf16, Act: index = 3, Align: index = 1>(
    %x: !x, %out: !x) {
  %bm = kernel.param "BM" : index
  %bn = kernel.param "BN" : index
  %act = kernel.param "Act" : index
  %R = kernel.dim %out, 0 : !x
  %C = kernel.dim %out, 1 : !x
  %tilesR = arith.ceildivui %R, %bm : index
  %tilesC = arith.ceildivui %C, %bn : index
  %tileR, %tileC = kernel.program_id grid(%tilesR, %tilesC)
  %r = arith.muli %tileR, %bm : index
  %c = arith.muli %tileC, %bn : index
  %valueC = arith.addi %c, %C : index

  // A gate tile that hangs over column C reads values as gates there; the store drops what comes of it.
  %gateT = kernel.load %x[%r, %c] : !x -> !t
  %valueT = kernel.load %x[%r, %valueC] : !x -> !t
  %gate = kernel.convert %gateT : !t -> !f32
  %value = kernel.convert %valueT : !t -> !f32
  %activated = scf.index_switch %act -> !f32
  case 1 {
    %zeros = kernel.constant 0.0 : !f32
    %y = arith.maximumf %gate, %zeros : !f32
    scf.yield %y : !f32
  }
  case 2 {
    %half = kernel.constant 0.5 : !f32
    %one = kernel.constant 1.0 : !f32
    %rsqrt2 = kernel.constant 0.70710678118654752 : !f32
    %inner = arith.mulf %gate, %rsqrt2 : !f32
    %erf = math.erf %inner : !f32
    %onePlus = arith.addf %erf, %one : !f32
    %halfX = arith.mulf %gate, %half : !f32
    %y = arith.mulf %halfX, %onePlus : !f32
    scf.yield %y : !f32
  }
  default {
    %one = kernel.constant 1.0 : !f32
    %minus = arith.negf %gate : !f32
    %exp = math.exp %minus : !f32
    %onePlus = arith.addf %exp, %one : !f32
    %y = arith.divf %gate, %onePlus : !f32
    scf.yield %y : !f32
  }
  %product = arith.mulf %activated, %value : !f32
  %result = kernel.convert %product : !f32 -> !t
  kernel.store %result, %out[%r, %c] : !t, !x
  kernel.return
}
