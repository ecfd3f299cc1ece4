// Products with CDNA4. AMD's GPU specification table (rocm.docs.amd.com) and the data sheets of the Instinct
// MI350X and MI355X. Peaks: dense TFLOP/s (i8: TOP/s).

target.machine @gfx950 {
  target.chip @MI350X {compute_units = 256, clock_mhz = 2200, memory_gb = 288, bandwidth_gbps = 8000,
    dies = 8, l2_bytes = 33554432,
    peak = {f64 = 72.1, f32 = 144.2, f16 = 2300.0, bf16 = 2300.0, f8E4M3FN = 4600.0,
    f8E5M2 = 4600.0, i8 = 4600.0, f6E2M3FN = 9200.0, f6E3M2FN = 9200.0, f4E2M1FN = 9200.0}}

  target.chip @MI355X {compute_units = 256, clock_mhz = 2400, memory_gb = 288, bandwidth_gbps = 8000,
    dies = 8, l2_bytes = 33554432,
    peak = {f64 = 78.6, f32 = 157.3, f16 = 2500.0, bf16 = 2500.0, f8E4M3FN = 5000.0,
    f8E5M2 = 5000.0, i8 = 5000.0, f6E2M3FN = 10000.0, f6E3M2FN = 10000.0, f4E2M1FN = 10000.0}}
}
