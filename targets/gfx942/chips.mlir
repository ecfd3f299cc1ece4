// Products with CDNA3. AMD's GPU specification table (rocm.docs.amd.com) and the data sheets of the Instinct
// MI300X and MI325X. Peaks: dense TFLOP/s (i8: TOP/s), XF32's as tf32.

target.machine @gfx942 {
  target.chip @MI300X {compute_units = 304, clock_mhz = 2100, memory_gb = 192, bandwidth_gbps = 5300,
    dies = 8, l2_bytes = 33554432,
    peak = {f64 = 163.4, f32 = 163.4, tf32 = 653.7, f16 = 1307.4, bf16 = 1307.4, f8E4M3FNUZ = 2614.9,
    f8E5M2FNUZ = 2614.9, i8 = 2614.9}}

  target.chip @MI325X {compute_units = 304, clock_mhz = 2100, memory_gb = 256, bandwidth_gbps = 6000,
    dies = 8, l2_bytes = 33554432,
    peak = {f64 = 163.4, f32 = 163.4, tf32 = 653.7, f16 = 1307.4, bf16 = 1307.4, f8E4M3FNUZ = 2614.9,
    f8E5M2FNUZ = 2614.9, i8 = 2614.9}}
}
