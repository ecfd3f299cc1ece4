// The functions of math.mlir on f16 and bf16: in f32, rounded once at the end.
target.machine @generic {
  target.elementwise @exp_f16 attributes {implements = "math.exp", from = f16, to = f16} {
  ^bb0(%x: f16):
    %wide = arith.extf %x : f16 to f32
    %result = math.exp %wide : f32
    %y = arith.truncf %result : f32 to f16
    target.yield %y : f16
  }

  target.elementwise @exp2_f16 attributes {implements = "math.exp2", from = f16, to = f16} {
  ^bb0(%x: f16):
    %wide = arith.extf %x : f16 to f32
    %result = math.exp2 %wide : f32
    %y = arith.truncf %result : f32 to f16
    target.yield %y : f16
  }

  target.elementwise @log_f16 attributes {implements = "math.log", from = f16, to = f16} {
  ^bb0(%x: f16):
    %wide = arith.extf %x : f16 to f32
    %result = math.log %wide : f32
    %y = arith.truncf %result : f32 to f16
    target.yield %y : f16
  }

  target.elementwise @log2_f16 attributes {implements = "math.log2", from = f16, to = f16} {
  ^bb0(%x: f16):
    %wide = arith.extf %x : f16 to f32
    %result = math.log2 %wide : f32
    %y = arith.truncf %result : f32 to f16
    target.yield %y : f16
  }

  target.elementwise @tanh_f16 attributes {implements = "math.tanh", from = f16, to = f16} {
  ^bb0(%x: f16):
    %wide = arith.extf %x : f16 to f32
    %result = math.tanh %wide : f32
    %y = arith.truncf %result : f32 to f16
    target.yield %y : f16
  }

  target.elementwise @erf_f16 attributes {implements = "math.erf", from = f16, to = f16} {
  ^bb0(%x: f16):
    %wide = arith.extf %x : f16 to f32
    %result = math.erf %wide : f32
    %y = arith.truncf %result : f32 to f16
    target.yield %y : f16
  }

  target.elementwise @rsqrt_f16 attributes {implements = "math.rsqrt", from = f16, to = f16} {
  ^bb0(%x: f16):
    %wide = arith.extf %x : f16 to f32
    %result = math.rsqrt %wide : f32
    %y = arith.truncf %result : f32 to f16
    target.yield %y : f16
  }

  target.elementwise @exp_bf16 attributes {implements = "math.exp", from = bf16, to = bf16} {
  ^bb0(%x: bf16):
    %wide = arith.extf %x : bf16 to f32
    %result = math.exp %wide : f32
    %y = arith.truncf %result : f32 to bf16
    target.yield %y : bf16
  }

  target.elementwise @exp2_bf16 attributes {implements = "math.exp2", from = bf16, to = bf16} {
  ^bb0(%x: bf16):
    %wide = arith.extf %x : bf16 to f32
    %result = math.exp2 %wide : f32
    %y = arith.truncf %result : f32 to bf16
    target.yield %y : bf16
  }

  target.elementwise @log_bf16 attributes {implements = "math.log", from = bf16, to = bf16} {
  ^bb0(%x: bf16):
    %wide = arith.extf %x : bf16 to f32
    %result = math.log %wide : f32
    %y = arith.truncf %result : f32 to bf16
    target.yield %y : bf16
  }

  target.elementwise @log2_bf16 attributes {implements = "math.log2", from = bf16, to = bf16} {
  ^bb0(%x: bf16):
    %wide = arith.extf %x : bf16 to f32
    %result = math.log2 %wide : f32
    %y = arith.truncf %result : f32 to bf16
    target.yield %y : bf16
  }

  target.elementwise @tanh_bf16 attributes {implements = "math.tanh", from = bf16, to = bf16} {
  ^bb0(%x: bf16):
    %wide = arith.extf %x : bf16 to f32
    %result = math.tanh %wide : f32
    %y = arith.truncf %result : f32 to bf16
    target.yield %y : bf16
  }

  target.elementwise @erf_bf16 attributes {implements = "math.erf", from = bf16, to = bf16} {
  ^bb0(%x: bf16):
    %wide = arith.extf %x : bf16 to f32
    %result = math.erf %wide : f32
    %y = arith.truncf %result : f32 to bf16
    target.yield %y : bf16
  }

  target.elementwise @rsqrt_bf16 attributes {implements = "math.rsqrt", from = bf16, to = bf16} {
  ^bb0(%x: bf16):
    %wide = arith.extf %x : bf16 to f32
    %result = math.rsqrt %wide : f32
    %y = arith.truncf %result : f32 to bf16
    target.yield %y : bf16
  }
}
