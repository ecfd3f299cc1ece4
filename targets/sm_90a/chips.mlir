// Products with compute capability 9.0. Peaks are dense, in TFLOP/s (TOP/s).
target.machine @sm_90a {
  // NVIDIA H100 Tensor Core GPU Architecture (whitepaper V1.04), tables 1 and 4, column SXM5: 132 SMs, 80 GB
  // HBM3, 3,352 GB/s, 50 MB L2, and the peaks. The clock is the one that the tensor peaks follow from (132
  // SMs x 4096 FLOP x 1830 MHz = 989.4 TFLOP/s of bf16); those of f32 and f64 assume 1980 MHz, the highest
  // that the SM has.
  target.chip @H100 {compute_units = 132, clock_mhz = 1830, memory_gb = 80, bandwidth_gbps = 3352,
    l2_bytes = 52428800,
    peak = {f64 = 66.9, f32 = 66.9, tf32 = 494.7, f16 = 989.4, bf16 = 989.4, f8E4M3FN = 1978.9,
            f8E5M2 = 1978.9, i8 = 1978.9}}

  // NVIDIA H200 datasheet (2024), column SXM: the processor of H100 with 141 GB at 4.8 TB/s.
  target.chip @H200 {compute_units = 132, clock_mhz = 1830, memory_gb = 141, bandwidth_gbps = 4800,
    l2_bytes = 52428800,
    peak = {f64 = 66.9, f32 = 66.9, tf32 = 494.7, f16 = 989.4, bf16 = 989.4, f8E4M3FN = 1978.9,
            f8E5M2 = 1978.9, i8 = 1978.9}}
}
