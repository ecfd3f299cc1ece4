module attributes {transform.with_named_sequence} {
  transform.named_sequence @small(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul", schedule.sizes = "c.0 <= 16"} {
    schedule.parameters %kernel {BM = 16 : index} : !transform.any_op
    transform.yield
  }
}
