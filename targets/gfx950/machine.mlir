// AMD CDNA4: MI350X, MI355X. What differs from CDNA3. Section numbers are those of AMD's "CDNA4 Instruction
// Set Architecture" manual.

target.machine @gfx950 attributes {
    cpu = "gfx950",
    // 7.1.2 and 7.1.5: OCP's 8-bit floats (those of CDNA3 are gone), its 6- and 4-bit ones and its E8M0
    // scales.
    formats = [f64, f32, f16, bf16, f8E4M3FN, f8E5M2, f6E2M3FN, f6E3M2FN, f4E2M1FN, f8E8M0FNU, i8, i32],
    inherits = ["gfx942"],
    // 7: the XF32 instructions are gone, and so are CDNA3's 8-bit floats.
    removes = [
      "mfma_f32_16x16x8_xf32", "mfma_f32_32x32x4_xf32", "convert_f32_to_f8E4M3FNUZ_x2",
      "convert_f32_to_f8E4M3FNUZ_x4", "convert_f8E4M3FNUZ_to_f32_x2", "convert_f8E4M3FNUZ_to_f32_x4",
      "convert_f32_to_f8E5M2FNUZ_x2", "convert_f32_to_f8E5M2FNUZ_x4", "convert_f8E5M2FNUZ_to_f32_x2",
      "convert_f8E5M2FNUZ_to_f32_x4"]} {

  // 11.1: 160 KiB in 64 banks of 4 bytes; 3.6.5: allocated in units of 1280 bytes. Phases and the banks that
  // an access sees were measured on MI350X and MI355X with SQ_LDS_BANK_CONFLICT (HazyResearch/HipKittens,
  // analysis/) for reads of 8, 12 and 16 bytes and writes of 8 bytes; the others are taken to be CDNA3's.
  target.memory @shared {space = 3, bytes = 163840, granule = 1280, banks = 64, bank_bytes = 4,
    access_banks = {read_4 = 32, read_12 = 32, write_4 = 32, write_8 = 32, write_16 = 32}, phases = {
    read_4 = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
               16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31],
              [32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
               48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63]],
    read_8 = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
               16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31],
              [32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
               48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63]],
    read_12 = [[0, 1, 2, 3, 20, 21, 22, 23], [4, 5, 6, 7, 16, 17, 18, 19], [8, 9, 10, 11, 28, 29, 30, 31],
               [12, 13, 14, 15, 24, 25, 26, 27], [32, 33, 34, 35, 52, 53, 54, 55],
               [36, 37, 38, 39, 48, 49, 50, 51], [40, 41, 42, 43, 60, 61, 62, 63],
               [44, 45, 46, 47, 56, 57, 58, 59]],
    read_16 = [[0, 1, 2, 3, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 26, 27],
               [4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 28, 29, 30, 31],
               [32, 33, 34, 35, 44, 45, 46, 47, 52, 53, 54, 55, 56, 57, 58, 59],
               [36, 37, 38, 39, 40, 41, 42, 43, 48, 49, 50, 51, 60, 61, 62, 63]],
    write_4 = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31],
               [32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63]],
    write_8 = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
               [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31],
               [32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47],
               [48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63]],
    write_16 = [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15], [16, 17, 18, 19, 20, 21, 22, 23],
                [24, 25, 26, 27, 28, 29, 30, 31], [32, 33, 34, 35, 36, 37, 38, 39],
                [40, 41, 42, 43, 44, 45, 46, 47], [48, 49, 50, 51, 52, 53, 54, 55],
                [56, 57, 58, 59, 60, 61, 62, 63]]}}
}
