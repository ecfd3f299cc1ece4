// out = silu(x) * y + scale * residual, element by element: a chain that costs one pass over memory instead of four.
//
// The tensors are flat: an elementwise kernel has no use for rows. One program computes B elements, in f32 whatever T is;
// rounding to T happens once, at the end.
!x = !kernel.tensor<[?], T, align = Align>
!f32 = !kernel.tile<[B], f32>
!t = !kernel.tile<[B], T>

kernel.func @silu_mul_add<B: index = 1024, T: type = bf16, Align: index = 1>(
    %x: !x, %y: !x, %residual: !x, %out: !x, %scale: f32) {
  %b = kernel.param "B" : index
  %size = kernel.dim %out, 0 : !x
  %programs = arith.ceildivui %size, %b : index
  %p = kernel.program_id grid(%programs)
  %i = arith.muli %p, %b : index

  %xt = kernel.load %x[%i] : !x -> !t
  %yt = kernel.load %y[%i] : !x -> !t
  %rt = kernel.load %residual[%i] : !x -> !t
  %xf = kernel.convert %xt : !t -> !f32
  %yf = kernel.convert %yt : !t -> !f32
  %rf = kernel.convert %rt : !t -> !f32

  // silu(x) = x * sigmoid(x) = x / (1 + exp(-x))
  %one = kernel.constant 1.0 : !f32
  %minus = arith.negf %xf : !f32
  %exp = math.exp %minus : !f32
  %onePlus = arith.addf %exp, %one : !f32
  %silu = arith.divf %xf, %onePlus : !f32

  %product = arith.mulf %silu, %yf : !f32
  %scales = kernel.splat %scale : f32 -> !f32
  %scaled = arith.mulf %rf, %scales : !f32
  %sum = arith.addf %product, %scaled : !f32
  %result = kernel.convert %sum : !f32 -> !t
  kernel.store %result, %out[%i] : !t, !x
  kernel.return
}
