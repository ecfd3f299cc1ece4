// Products with compute capability 8.0. Peaks are dense, in TFLOP/s (TOP/s).
target.machine @sm_80 {
  // NVIDIA A100 Tensor Core GPU Architecture (whitepaper V1.0), table 1: 108 SMs, boost clock 1410 MHz, 40 MB
  // L2, and the peaks. A100 80GB SXM datasheet (June 2021): 80 GB, 2,039 GB/s.
  target.chip @A100 {compute_units = 108, clock_mhz = 1410, memory_gb = 80, bandwidth_gbps = 2039,
    l2_bytes = 41943040,
    peak = {f64 = 19.5, f32 = 19.5, tf32 = 156.0, f16 = 312.0, bf16 = 312.0, i8 = 624.0, i4 = 1248.0}}
}
