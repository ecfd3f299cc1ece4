// Accesses outside what there is, and misaligned ones. Watch has 64 KiB of memory at s[0:1], 64 KiB of LDS
// and 1 KiB of scratch a lane.
#include "Watch.h"

using namespace kiln::emulator;

static std::vector<Finding> found(const std::string &text, std::string *error = nullptr) {
  Watch watch("bounds");
  std::vector<Finding> findings = watch.run(text);
  if (error)
    *error = watch.error;
  else
    EXPECT_EQ(watch.error, "");
  return findings;
}
static std::string kinds(const std::vector<Finding> &findings) {
  std::string all;
  for (const Finding &finding : findings)
    all += finding.kind + " ";
  return all;
}

TEST(Bounds, GlobalRedZones) {
  // Lane 63 reads the last dword; four bytes on it reads what is behind the buffer.
  std::string address = "v_lshlrev_b32 v1, 2, v0\nv_add_u32 v1, 0xff00, v1\n";
  EXPECT_EQ(kinds(found(address + "global_load_dword v2, v1, s[0:1]")), "");
  auto findings = found(address + "global_load_dword v2, v1, s[0:1] offset:4");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, "out-of-bounds");
  EXPECT_EQ(findings[0].lane, 63);
  EXPECT_EQ(findings[0].message,
            "reads 4 bytes of global memory at 0x100010000, 65536 bytes into 'buffer' of 65536");
  std::string error;
  EXPECT_EQ(kinds(found(address + "global_store_dword v1, v0, s[0:1] offset:4", &error)), "out-of-bounds ");
  EXPECT_NE(error.find("out of bounds"), std::string::npos);
  findings = found("v_mov_b32 v1, 0\nglobal_store_dword v1, v0, s[0:1] offset:-4", &error);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].message, "writes 4 bytes of global memory at 0xfffffffc, below every allocation");
}

TEST(Bounds, InactiveLanesAccessNothing) {
  EXPECT_EQ(kinds(found("v_mov_b32 v1, 0x7fffffff\ns_mov_b64 exec, 1\nv_mov_b32 v1, 0\n"
                        "global_load_dword v2, v1, s[0:1]")),
            "");
}

TEST(Bounds, LdsIsReportedAndGoesOn) {
  std::string address = "v_lshlrev_b32 v1, 2, v0\nv_add_u32 v1, 0xff00, v1\n";
  EXPECT_EQ(kinds(found(address + "ds_read_b32 v2, v1")), "");
  auto findings = found(address + "ds_read_b64 v[2:3], v1");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].lane, 63);
  EXPECT_EQ(findings[0].message, "reads 8 bytes of LDS at 0xfffc, which has 65536");
  EXPECT_EQ(kinds(found(address + "ds_write_b32 v1, v0 offset:4")), "out-of-bounds ");
  // Flat addresses lead to LDS by their aperture.
  EXPECT_EQ(kinds(found("s_mov_b64 s[4:5], src_shared_base\nv_mov_b32 v2, 0x10000\nv_mov_b32 v3, s5\n"
                        "flat_load_dword v4, v[2:3]")),
            "out-of-bounds ");
}

TEST(Bounds, LoadsIntoLds) {
  std::string text = "v_lshlrev_b32 v1, 2, v0\ns_mov_b32 m0, ";
  EXPECT_EQ(kinds(found(text + "0xff00\ns_nop 0\nglobal_load_lds_dword v1, s[0:1]")), "");
  EXPECT_EQ(kinds(found(text + "0xff04\ns_nop 0\nglobal_load_lds_dword v1, s[0:1]")), "out-of-bounds ");
}

TEST(Bounds, Scratch) {
  EXPECT_EQ(kinds(found("scratch_store_dword off, v0, off offset:1020")), "");
  std::string error;
  auto findings = found("scratch_store_dword off, v0, off offset:1024", &error);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].message, "writes 4 bytes of scratch at 0x400, which has 1024 a lane");
}

TEST(Bounds, RangeOfADescriptorIsNoFinding) {
  // 16 records: lanes beyond read zero. Kernels rely on it.
  EXPECT_EQ(kinds(found("s_mov_b32 s4, s0\ns_mov_b32 s5, s1\ns_mov_b32 s6, 64\ns_mov_b32 s7, 0x20000\n"
                        "v_lshlrev_b32 v1, 2, v0\nbuffer_load_dword v2, v1, s[4:7], 0 offen")),
            "");
  // A descriptor that says more than there is does not help.
  std::string error;
  EXPECT_EQ(kinds(found("s_mov_b32 s4, s0\ns_mov_b32 s5, s1\ns_mov_b32 s6, -1\ns_mov_b32 s7, 0x20000\n"
                        "v_mov_b32 v1, 0x10000\nbuffer_load_dword v2, v1, s[4:7], 0 offen",
                        &error)),
            "out-of-bounds ");
}

TEST(Bounds, Misaligned) {
  std::string address = "v_lshlrev_b32 v1, 3, v0\n";
  EXPECT_EQ(kinds(found(address + "global_load_dwordx2 v[2:3], v1, s[0:1] offset:1")), "")
      << "unaligned access mode";
  EXPECT_EQ(kinds(found(address + "ds_add_u32 v1, v0")), "");
  std::string error;
  EXPECT_EQ(kinds(found(address + "ds_add_u32 v1, v0 offset:2", &error)), "misaligned ");
  EXPECT_NE(error.find("misaligned address"), std::string::npos) << error;
  EXPECT_EQ(kinds(found(address + "global_atomic_add v1, v0, s[0:1] offset:1", &error)), "misaligned ");
  EXPECT_EQ(kinds(found(address + "ds_read_b64_tr_b16 v[2:3], v1")), "");
  EXPECT_EQ(kinds(found(address + "ds_read_b64_tr_b16 v[2:3], v1 offset:4")), "misaligned ");
  EXPECT_EQ(kinds(found("s_load_dword s4, s[0:1], 0x2")), "misaligned ");
  // The counter is where M0 says, whatever addresses other instructions had.
  EXPECT_EQ(kinds(found("v_mov_b32 v1, 3\nds_write_b8 v1, v0\ns_mov_b32 m0, 64\nds_append v2\n"
                        "ds_consume v2 offset:4")),
            "");
  EXPECT_EQ(kinds(found("s_load_dword s4, s[0:1], 0x4")), "");
}

static std::string registers(const std::string &text) {
  Watch watch("bounds");
  watch.poison = [](Wave &wave) {
    wave.registers = {32, 8, 16};
    wave.allocatedSgprs = 16;
  };
  std::string messages;
  for (const Finding &finding : watch.run(text))
    messages += finding.kind + ": " + finding.message + "\n";
  EXPECT_EQ(watch.error, "");
  return messages;
}

TEST(Bounds, RegistersThatTheKernelHasNot) {
  EXPECT_EQ(registers("s_mov_b32 s13, 1\nv_mov_b32 v31, s13\nv_accvgpr_write_b32 a7, v31"), "");
  EXPECT_EQ(registers("s_mov_b32 s16, 1"),
            "unallocated-register: s16 is written, and the wave has 16 registers s: the result is dropped\n");
  EXPECT_EQ(registers("v_mov_b32 v0, s20"),
            "unallocated-register: s20 is read, and the wave has 16 registers s: s0 is read\n");
  EXPECT_EQ(registers("s_load_dwordx8 s[12:19], s[0:1], 0x0\ns_waitcnt lgkmcnt(0)"),
            "unallocated-register: s16 is written, and the wave has 16 registers s: the result is dropped\n");
  EXPECT_EQ(
      registers("v_mov_b32 v32, 1"),
      "unallocated-register: v32 is written, and the wave has 32 registers v: the instruction is ignored\n");
  EXPECT_EQ(registers("v_mov_b32 v0, v40"),
            "unallocated-register: v40 is read, and the wave has 32 registers v: v0 is read\n");
  EXPECT_EQ(registers("v_accvgpr_read_b32 v0, a8"),
            "unallocated-register: a8 is read, and the wave has 8 registers a: a0 is read\n");
  // Others than s0 to s101 are not counted.
  EXPECT_EQ(registers("s_mov_b64 vcc, exec\ns_mov_b32 m0, ttmp3\ns_mov_b32 s4, xnack_mask_lo"), "");
}

TEST(Bounds, RelativeRegistersThatTheKernelHasNot) {
  std::string relative = "s_mov_b32 m0, 8\ns_nop 0\n";
  EXPECT_EQ(registers(relative + "s_movrels_b32 s3, s5"), "");
  EXPECT_EQ(registers(relative + "s_movrels_b32 s3, s9"),
            "unallocated-register: s17 is read, and the wave has 16 registers s: s0 is read\n");
  EXPECT_EQ(registers(relative + "s_movreld_b32 s9, s3"),
            "unallocated-register: s17 is written, and the wave has 16 registers s: the result is dropped\n");
  std::string indexed = "s_mov_b32 s4, 20\ns_set_gpr_idx_on s4, gpr_idx(DST)\n";
  EXPECT_EQ(registers(indexed + "v_mov_b32 v11, 1\ns_set_gpr_idx_off"), "");
  EXPECT_EQ(
      registers(indexed + "v_mov_b32 v12, 1\ns_set_gpr_idx_off"),
      "unallocated-register: v32 is written, and the wave has 32 registers v: the instruction is ignored\n");
}

TEST(Bounds, TheLastScalarRegistersAreVcc) {
  EXPECT_EQ(registers("s_mov_b64 s[14:15], 1\ns_mov_b64 s[4:5], 1"), "");
  std::string finding =
      "unallocated-register: s14 and s15 are VCC, of 16 scalar registers that the wave has, "
      "and both are used\n";
  EXPECT_EQ(registers("s_mov_b64 s[14:15], 1\nv_cmp_eq_u32 vcc, 0, v0"), finding);
  EXPECT_EQ(registers("v_cmp_eq_u32 vcc, 0, v0\ns_mov_b32 s15, 1\ns_mov_b32 s14, 1"), finding);
  EXPECT_EQ(registers("v_cmp_eq_u32 vcc, 0, v0\ns_mov_b32 s13, 1"), "");
}
