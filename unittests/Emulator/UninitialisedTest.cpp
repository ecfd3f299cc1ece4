// Values that nothing has written, where they matter and where they do not.
#include "Watch.h"

using namespace kiln::emulator;

/// v4..v7, a0.. and s8..s11 hold nothing; the rest is as Watch says.
static Watch watching() {
  Watch watch("uninitialised");
  watch.poison = [](Wave &wave) {
    for (unsigned i : {4, 5, 6, 7, 256, 257})
      std::fill_n(wave.vgpr[i], Lanes, Poison);
    for (unsigned i : {8, 9, 10, 11})
      wave.sgpr[i] = Poison;
  };
  return watch;
}
static std::string found(const std::string &text) {
  Watch watch = watching();
  std::string messages = watch.messages(text);
  EXPECT_EQ(watch.error, "");
  return messages;
}
static const char *Store = "\nv_lshlrev_b32 v1, 2, v0\nglobal_store_dword v1, v2, s[0:1]";

TEST(Uninitialised, StoresAndAddresses) {
  EXPECT_EQ(found("global_store_dword v0, v4, s[0:1]"),
            "v4 holds a value that nothing has written, and is stored\n");
  EXPECT_EQ(found("v_and_b32 v3, 0xfc, v4\nglobal_store_dword v3, v0, s[0:1]"), "") << "masked";
  EXPECT_EQ(found("ds_read_b32 v3, v4"),
            "v4 holds a value that nothing has written, and is used as an address\n");
  EXPECT_EQ(found("global_store_dword v0, v0, s[0:1]"), "");
}

TEST(Uninitialised, PaddingIsStored) {
  EXPECT_EQ(found("v_mov_b32 v6, 0\nglobal_store_dwordx4 v0, v[4:7], s[0:1]"), "");
  EXPECT_NE(found("global_store_dwordx4 v0, v[4:7], s[0:1]"), "");
  // Lane 0 has something, the others nothing.
  EXPECT_NE(
      found(
          "s_mov_b64 exec, 1\nv_mov_b32 v6, 0\ns_mov_b64 exec, -1\nglobal_store_dwordx4 v0, v[4:7], s[0:1]"),
      "");
}

TEST(Uninitialised, FollowsArithmetic) {
  EXPECT_NE(found(std::string("v_add_u32 v2, v4, v0") + Store), "");
  EXPECT_NE(found(std::string("v_add_u32 v2, s8, v0") + Store), "");
  EXPECT_NE(found(std::string("s_add_u32 s4, s8, s2\nv_mov_b32 v2, s4") + Store), "");
  EXPECT_EQ(found(std::string("v_mov_b32 v2, v4\nv_mov_b32 v2, v0") + Store), "");
  EXPECT_EQ(found(std::string("v_xor_b32 v2, v4, v4") + Store), "");
  EXPECT_NE(found(std::string("v_fma_f32 v2, v0, v0, v4") + Store), "");
}

TEST(Uninitialised, LaneByLane) {
  std::string write = "s_mov_b64 exec, 0xffff\nv_mov_b32 v4, 1\n";
  std::string copy = "v_mov_b32 v2, v4";
  EXPECT_EQ(found(write + copy + Store), "");
  EXPECT_NE(found(write + "s_mov_b64 exec, -1\n" + copy + Store), "");
}

TEST(Uninitialised, SelectTakesTheChosenSource) {
  EXPECT_EQ(found(std::string("s_mov_b64 vcc, 0\nv_cndmask_b32 v2, v0, v4, vcc") + Store), "");
  EXPECT_NE(found(std::string("s_mov_b64 vcc, 1\nv_cndmask_b32 v2, v0, v4, vcc") + Store), "");
}

TEST(Uninitialised, MovesOfTwoRegisters) {
  EXPECT_EQ(found(std::string("v_mov_b32 v6, v0\nv_mov_b64 v[2:3], v[6:7]") + Store), "") << "v7 goes to v3";
  EXPECT_NE(found(std::string("v_mov_b32 v7, v0\nv_mov_b64 v[2:3], v[6:7]") + Store), "");
}

TEST(Uninitialised, RegistersAreFilledByParts) {
  // Two halves put into v4, which holds nothing.
  std::string fill = "s_mov_b32 s4, 0xffff\ns_not_b32 s5, s4\nv_bfi_b32 v4, s4, v0, v4\nv_bfi_b32 v4, s5, "
                     "v0, v4\nv_mov_b32 v2, v4";
  EXPECT_EQ(found(fill + Store), "");
  EXPECT_NE(found(std::string("v_bfi_b32 v2, s2, v4, v5") + Store), "");
  EXPECT_NE(found(std::string("v_bfi_b32 v2, v4, v0, v0") + Store), "");
  EXPECT_EQ(found(std::string("s_mov_b32 s4, 0x04040404\nv_perm_b32 v2, v0, v4, s4") + Store), "");
  EXPECT_NE(found(std::string("s_mov_b32 s4, 0x03020100\nv_perm_b32 v2, v0, v4, s4") + Store), "");
  EXPECT_EQ(found(std::string("s_mov_b32 s4, 0x04020500\nv_perm_b32 v2, v0, v4, s4") + Store), "")
      << "a half that is filled by bytes";
  EXPECT_NE(found(std::string("v_perm_b32 v2, v5, v4, s2") + Store), "");
  EXPECT_NE(found(std::string("v_perm_b32 v2, v0, v0, v4") + Store), "");
  EXPECT_EQ(found(std::string("v_and_or_b32 v2, v4, 15, v0") + Store), "");
  // 0xe4 chooses by S2 as v_bfi does by S0, 0x96 is the exclusive or of all three.
  EXPECT_EQ(found(std::string("v_bitop3_b32 v2, v0, v4, s4 bitop3:0xe4") + Store), "");
  EXPECT_NE(found(std::string("v_bitop3_b32 v2, v5, v4, s4 bitop3:0xe4") + Store), "");
  EXPECT_NE(found(std::string("v_bitop3_b32 v2, v0, v4, s4 bitop3:0x96") + Store), "");
}

TEST(Uninitialised, OldResults) {
  // These keep the other part of v4, which counts as written.
  for (const char *part :
       {"v_fma_mixlo_f16 v4, v0, v0, v0", "v_fma_mixhi_f16 v4, v0, v0, v0", "v_cvt_pk_fp8_f32 v4, v0, v0",
        "v_cvt_sr_fp8_f32 v4, v0, v0", "v_cvt_scalef32_pk_fp4_f32 v4, v0, v0, v0"})
    EXPECT_EQ(found(std::string(part) + "\nv_mov_b32 v2, v4" + Store), "") << part;
  for (const char *sum :
       {"v_fmac_f32 v4, v0, v0", "v_fmac_f64 v[4:5], v[0:1], v[0:1]", "v_pk_fmac_f16 v4, v0, v0",
        "v_dot2c_f32_f16 v4, v0, v0", "v_dot8c_i32_i4 v4, v0, v0", "v_fma_mixlo_f16 v4, v0, v5, v0"})
    EXPECT_NE(found(std::string(sum) + "\nv_mov_b32 v2, v4" + Store), "") << sum;
}

TEST(Uninitialised, DwordsOfAPackedOperation) {
  std::string scale = "s_mov_b32 s8, 2\nv_pk_mul_f32 v[2:3], v[0:1], s[8:9]"; // s9 holds nothing
  EXPECT_EQ(found(scale + " op_sel_hi:[1,0]\nv_mov_b32 v2, v3" + Store), "");
  EXPECT_NE(found(scale + "\nv_mov_b32 v2, v3" + Store), "");
  EXPECT_EQ(found(scale + Store), "");
}

TEST(Uninitialised, WideSumsCarryUpwards) {
  std::string sum = "v_mov_b32 v4, v0\nv_mad_u64_u32 v[2:3], s[12:13], v0, v0, v[4:5]"; // v5 holds nothing
  EXPECT_EQ(found(sum + Store), "");
  EXPECT_NE(found(sum + "\nv_mov_b32 v2, v3" + Store), "");
}

TEST(Uninitialised, Decisions) {
  EXPECT_EQ(found("s_cmp_eq_u32 s8, 0\ns_cbranch_scc1 0"),
            "scc holds a value that nothing has written, and is used as the condition of a branch\n");
  EXPECT_NE(found("v_cmp_eq_u32 vcc, 0, v4\ns_and_saveexec_b64 s[12:13], vcc"), "");
  EXPECT_EQ(found("v_cmp_eq_u32 vcc, 0, v0\ns_and_saveexec_b64 s[12:13], vcc\ns_cbranch_execz 0"), "");
}

TEST(Uninitialised, MasksAreFollowedByBit) {
  // The undefined lanes of the compare are masked out before the decision.
  std::string compare = "s_mov_b64 exec, 0xff\nv_mov_b32 v4, 0\ns_mov_b64 exec, -1\n"
                        "v_cmp_eq_u32 vcc, 0, v4\n";
  EXPECT_EQ(found(compare + "s_and_b64 s[12:13], vcc, 0xff\ns_and_saveexec_b64 s[14:15], s[12:13]"), "");
  EXPECT_NE(found(compare + "s_and_b64 s[12:13], vcc, 0x1ff\ns_and_saveexec_b64 s[14:15], s[12:13]"), "");
}

TEST(Uninitialised, SpilledMasks) {
  std::string spill = "v_mov_b32 v3, 0\nv_writelane_b32 v3, s12, 5\ns_nop 3\nv_readlane_b32 s14, v3, 5\n"
                      "s_mov_b32 s15, 0\ns_and_saveexec_b64 s[16:17], s[14:15]";
  EXPECT_EQ(found("s_and_b32 s12, s8, 0xffff0000\n" + spill), "") << "the lower lanes' bits are known";
  EXPECT_NE(found("s_mov_b32 s12, s8\n" + spill), "");
}

TEST(Uninitialised, LdsBytes) {
  std::string address = "v_lshlrev_b32 v3, 2, v0\n";
  EXPECT_NE(found(address + "ds_read_b32 v2, v3\ns_waitcnt lgkmcnt(0)" + Store), "");
  EXPECT_EQ(found(address + "ds_write_b32 v3, v0\nds_read_b32 v2, v3\ns_waitcnt lgkmcnt(0)" + Store), "");
  EXPECT_NE(found(address + "ds_write_b32 v3, v4\nds_read_b32 v2, v3\ns_waitcnt lgkmcnt(0)" + Store), "");
  EXPECT_EQ(found(address + "ds_write_b32 v3, v4"), "") << "LDS may hold anything until it is used";
  EXPECT_NE(found(address + "ds_write_b8 v3, v0\nds_read_b32 v2, v3\ns_waitcnt lgkmcnt(0)" + Store), "");
}

/// Of each dword of LDS the low half is written, and v4 has it.
static const char *LowHalves = "v_lshlrev_b32 v3, 2, v0\nds_write_b16 v3, v0\nds_read_b32 v4, v3\ns_waitcnt "
                               "lgkmcnt(0)\n";

TEST(Uninitialised, HalvesOfADword) {
  std::string low = LowHalves;
  std::string stored = "\nglobal_store_short v3, v2, s[0:1]";
  EXPECT_EQ(found(low + "v_mov_b32 v2, v4" + stored), "");
  EXPECT_NE(found(low + "v_lshrrev_b32 v2, 16, v4" + stored), "");
  EXPECT_EQ(found(low + "v_lshlrev_b32 v2, 16, v4" + Store), "");
  EXPECT_NE(found(low + "v_mov_b32 v2, v4\nglobal_store_short_d16_hi v3, v2, s[0:1]"), "");
  EXPECT_NE(found(low + "v_mov_b32 v2, v4" + Store), "") << "both halves are stored";
  std::string copy = low + "ds_write_b32 v3, v4 offset:2048\nds_read_u16 v2, v3 offset:20";
  EXPECT_EQ(found(copy + "48\ns_waitcnt lgkmcnt(0)" + Store), "");
  EXPECT_NE(found(copy + "50\ns_waitcnt lgkmcnt(0)" + Store), "");
  EXPECT_EQ(found(low + "v_cmp_lt_f16 vcc, v4, v0\ns_and_saveexec_b64 s[4:5], vcc"), "");
  EXPECT_NE(found(low + "v_cmp_lt_f32 vcc, v4, v0\ns_and_saveexec_b64 s[4:5], vcc"), "");
  EXPECT_EQ(found(low +
                  "ds_write_b16 v3, v4 offset:1024\nds_read_u16 v2, v3 offset:1024\ns_waitcnt lgkmcnt(0)" +
                  Store),
            "");
}

TEST(Uninitialised, HalvesGoTheirWays) {
  std::string low = LowHalves;
  EXPECT_EQ(found(low + "v_cvt_f32_f16 v2, v4" + Store), "");
  EXPECT_NE(found(low + "v_cvt_f32_f16_sdwa v2, v4 src0_sel:WORD_1" + Store), "");
  EXPECT_EQ(found(low + "v_cvt_f32_f16_sdwa v2, v4 src0_sel:WORD_0" + Store), "");
  EXPECT_EQ(found(low + "v_add_f16 v2, v4, v4" + Store), "");
  EXPECT_EQ(found(low + "v_add_f16_sdwa v2, v4, v4 src0_sel:DWORD src1_sel:WORD_0" + Store), "");
  std::string storeLow = "\nv_lshlrev_b32 v1, 2, v0\nglobal_store_short v1, v2, s[0:1]";
  EXPECT_EQ(found(low + "s_mov_b32 s4, 0x05040100\nv_perm_b32 v2, v6, v4, s4" + storeLow), "") << "{v6, v4}";
  EXPECT_NE(found(low + "s_mov_b32 s4, 0x01000504\nv_perm_b32 v2, v6, v4, s4" + storeLow), "") << "{v4, v6}";
  EXPECT_EQ(found(low + "v_pack_b32_f16 v2, v4, v4" + Store), "");
  EXPECT_NE(found(low + "v_pack_b32_f16 v2, v4, v4 op_sel:[0,1,0]" + Store), "");
  EXPECT_EQ(found(low + "v_pk_add_f16 v2, v4, v4 op_sel_hi:[0,0]" + Store), "");
  EXPECT_NE(found(low + "v_pk_add_f16 v2, v4, v4" + Store), "");
  // A select takes the halves of the source that it chooses.
  std::string select = "v_cmp_gt_u32 vcc, 65, v0\nv_cndmask_b32 v2, v6, v4, vcc";
  EXPECT_EQ(found(low + select + "\nglobal_store_short v3, v2, s[0:1]"), "");
  std::string part =
      "v_cmp_gt_u32 vcc, 65, v0\nv_cndmask_b32_sdwa v2, v6, v4, vcc src0_sel:DWORD src1_sel:WORD_";
  EXPECT_EQ(found(low + part + "0" + Store), "");
  EXPECT_NE(found(low + part + "1" + Store), "");
  std::string lane = "v_readfirstlane_b32 s4, v4\ns_lshl_b32 s4, s4, 16\nv_mov_b32 v2, s4";
  EXPECT_EQ(found(low + lane + Store), "");
  EXPECT_NE(found(low + select + Store), "");
}

TEST(Uninitialised, DwordsOfAWideLoadAreApart) {
  // The third dword was not written.
  std::string text = "scratch_store_dwordx2 off, v[0:1], off\nscratch_store_dword off, v0, off offset:12\n"
                     "scratch_load_dwordx4 v[8:11], off, off\ns_waitcnt vmcnt(0)\nv_mov_b32 v2, ";
  EXPECT_EQ(found(text + "v8" + Store), "");
  EXPECT_EQ(found(text + "v11" + Store), "");
  EXPECT_NE(found(text + "v10" + Store), "");
}

TEST(Uninitialised, ScratchHoldsWhatIsSpilled) {
  EXPECT_EQ(found(std::string("scratch_store_dword off, v4, off\n") +
                  "scratch_store_dword off, v0, off offset:4\n"
                  "scratch_load_dword v2, off, off offset:4\ns_waitcnt vmcnt(0)" +
                  Store),
            "");
  EXPECT_NE(found(std::string("scratch_load_dword v2, off, off offset:8\ns_waitcnt vmcnt(0)") + Store), "");
}

TEST(Uninitialised, MatrixRowsAndColumns) {
  // Only lane 5 of A is undefined: row 5 of the result, which is in lanes 16..31, register 1.
  std::string text =
      "v_mov_b32 v4, 0\nv_mov_b32 v5, 0\ns_mov_b64 exec, 32\nv_mov_b32 v4, v6\ns_mov_b64 exec, -1\n"
      "v_mfma_f32_16x16x16_f16 v[16:19], v[4:5], v[20:21], 0\n";
  auto store = [](const char *reg) {
    return std::string("v_mov_b32 v2, ") + reg + "\ns_nop 7\ns_nop 7" + Store;
  };
  EXPECT_EQ(found(text + store("v16")), "");
  EXPECT_NE(found(text + store("v17")), "");
  EXPECT_EQ(found(text + "s_mov_b64 exec, 0xffff\n" + store("v17")), "");
  EXPECT_EQ(found(text), "") << "not stored";
}

/// `text` on memory whose first 256 bytes only have been written; at s[0:1].
static std::vector<Finding> onNewMemory(const std::string &text) {
  Watch watch("uninitialised");
  watch.buffer = watch.memory.allocate(4096, "new");
  std::vector<uint8_t> zeros(256);
  llvm::cantFail(watch.memory.write(watch.buffer, zeros.data(), zeros.size()));
  auto findings = watch.run(text);
  EXPECT_EQ(watch.error, "");
  return findings;
}

TEST(Uninitialised, GlobalMemory) {
  std::string wait = "\ns_waitcnt vmcnt(0)\n", address = "v_lshlrev_b32 v1, 2, v0\n";
  std::string store = "global_store_dword v1, v2, s[0:1]";
  EXPECT_TRUE(onNewMemory(address + "global_load_dword v2, v1, s[0:1]" + wait + store).empty());
  auto findings = onNewMemory(address + "global_load_dword v2, v1, s[0:1] offset:128" + wait + store);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].message, "v2 holds a value that nothing has written, and is stored");
  EXPECT_EQ(findings[0].lane, 32);
  EXPECT_TRUE(onNewMemory(address + "global_load_dword v2, v1, s[0:1] offset:128" + wait).empty())
      << "not used";
  // What a kernel has written is written.
  EXPECT_TRUE(onNewMemory(address + "global_store_dword v1, v0, s[0:1] offset:512" + wait +
                          "global_load_dword v2, v1, s[0:1] offset:512" + wait + store)
                  .empty());
  EXPECT_EQ(onNewMemory(address + "global_store_short v1, v0, s[0:1] offset:512" + wait +
                        "global_load_dword v2, v1, s[0:1] offset:512" + wait + store)
                .size(),
            1u);
}

TEST(Uninitialised, GlobalMemoryByOtherWays) {
  std::string address = "v_lshlrev_b32 v1, 2, v0\n";
  EXPECT_EQ(onNewMemory(
                "s_load_dword s4, s[0:1], 0x200\ns_waitcnt lgkmcnt(0)\ns_cmp_eq_u32 s4, 0\ns_cbranch_scc1 0")
                .size(),
            1u);
  EXPECT_TRUE(
      onNewMemory("s_load_dword s4, s[0:1], 0xfc\ns_waitcnt lgkmcnt(0)\ns_cmp_eq_u32 s4, 0\ns_cbranch_scc1 0")
          .empty());
  // Through LDS.
  std::string copy = "s_mov_b32 m0, 0\ns_nop 0\nglobal_load_lds_dword v1, s[0:1] offset:";
  std::string use =
      "\ns_waitcnt vmcnt(0)\nds_read_b32 v2, v1\ns_waitcnt lgkmcnt(0)\nglobal_store_dword v1, v2, s[0:1]";
  EXPECT_TRUE(onNewMemory(address + copy + "0" + use).empty());
  EXPECT_EQ(onNewMemory(address +
                        "s_mov_b32 s4, 0\nv_add_u32 v3, 0x200, v1\ns_mov_b32 m0, 0\ns_nop 0\n"
                        "global_load_lds_dword v3, s[0:1]" +
                        use)
                .size(),
            1u);
  // An atomic changes what is there; a swap replaces it.
  auto findings = onNewMemory(address + "global_atomic_add v1, v0, s[0:1] offset:512");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].message.find("is changed by an atomic"), std::string::npos);
  EXPECT_TRUE(onNewMemory(address + "global_atomic_add v1, v0, s[0:1]").empty());
  EXPECT_TRUE(onNewMemory(address + "global_atomic_swap v1, v0, s[0:1] offset:512").empty());
}

TEST(Uninitialised, LoadsOfHalves) {
  std::string wait = "\ns_waitcnt vmcnt(0) lgkmcnt(0)\n", address = "v_lshlrev_b32 v1, 2, v0\n";
  std::string both = wait + "global_store_dword v1, v2, s[0:1]",
              low = wait + "global_store_short v1, v2, s[0:1]",
              high = wait + "global_store_short_d16_hi v1, v2, s[0:1]";
  for (const char *load :
       {"global_load_short_d16 v2, v1, s[0:1]", "global_load_short_d16_hi v2, v1, s[0:1]",
        "global_load_ubyte_d16 v2, v1, s[0:1]", "global_load_sbyte_d16_hi v2, v1, s[0:1]"}) {
    bool isHigh = std::string(load).find("_hi") != std::string::npos;
    for (const std::string &use : {both, low, high}) {
      EXPECT_TRUE(onNewMemory(address + load + use).empty()) << load << use;
      auto findings = onNewMemory(address + load + " offset:128" + use);
      bool isOther = use == (isHigh ? low : high); // it is zero
      ASSERT_EQ(findings.size(), isOther ? 0u : 1u) << load << use;
      if (!isOther)
        EXPECT_EQ(findings[0].lane, 32);
    }
  }
  // LDS that nothing has written; and what it is written with.
  EXPECT_EQ(onNewMemory(address + "ds_read_u16_d16_hi v2, v1" + both).size(), 1u);
  EXPECT_TRUE(onNewMemory(address + "ds_write_b16 v1, v0\nds_read_u16_d16_hi v2, v1" + both).empty());
  EXPECT_EQ(onNewMemory(address + "ds_write_b8 v1, v0\nds_read_u16_d16 v2, v1" + both).size(), 1u);
  // The other half is zero, whatever the register held: v4 holds nothing.
  std::string over = "global_load_short_d16_hi v4, v1, s[0:1]\ns_waitcnt vmcnt(0)\n";
  EXPECT_EQ(found(address + over + "global_store_short v1, v4, s[0:1]"), "");
  EXPECT_EQ(found(address + over + "global_store_dword v4, v1, s[0:1]"), "") << "as an address";
}

TEST(Uninitialised, LoadsOfHalvesWithoutSramEcc) {
  Watch watch = watching();
  watch.poison = [](Wave &wave) {
    wave.sramEcc = false;
    std::fill_n(wave.vgpr[4], Lanes, Poison);
  };
  // A register that is filled half by half.
  EXPECT_EQ(watch.messages("v_lshlrev_b32 v1, 2, v0\nglobal_load_short_d16 v4, v1, s[0:1]\n"
                           "global_load_short_d16_hi v4, v1, s[0:1] offset:2\ns_waitcnt vmcnt(0)\n"
                           "global_store_dword v1, v4, s[0:1]"),
            "");
  // One half: what the other held is there.
  std::string one = "v_lshlrev_b32 v1, 2, v0\nglobal_load_short_d16 v4, v1, s[0:1]\ns_waitcnt vmcnt(0)\n";
  EXPECT_EQ(watch.messages(one + "global_store_short v1, v4, s[0:1]"), "");
  EXPECT_NE(watch.messages(one + "global_store_short_d16_hi v1, v4, s[0:1]"), "");
  EXPECT_NE(watch.messages(one + "global_store_dword v4, v1, s[0:1]"), "") << "as an address";
}

TEST(Uninitialised, TypedLoads) {
  // 256 bytes are written. s[4:7]: a descriptor of the memory. Lane 0 only.
  std::string text = "s_mov_b32 s4, s0\ns_mov_b32 s5, s1\ns_mov_b32 s6, 4096\ns_mov_b32 s7, 0x20000\n"
                     "s_mov_b64 exec, 1\nv_mov_b32 v1, 0\n";
  std::string floats =
      "tbuffer_load_format_d16_xyzw v[2:3], v1, s[4:7], 0 format:[BUF_DATA_FORMAT_32_32_32_32,"
      "BUF_NUM_FORMAT_FLOAT] offen offset:";
  std::string bytes = "tbuffer_load_format_xyzw v[2:5], v1, s[4:7], 0 format:[BUF_DATA_FORMAT_8_8_8_8,"
                      "BUF_NUM_FORMAT_UINT] offen offset:";
  auto store = [](const char *reg) {
    return std::string("\ns_waitcnt vmcnt(0)\nglobal_store_dword v1, ") + reg + ", s[0:1]";
  };
  EXPECT_TRUE(onNewMemory(text + floats + "240" + store("v3")).empty());
  EXPECT_EQ(onNewMemory(text + floats + "256" + store("v3")).size(), 1u);
  // Dwords 2 and 3 of the element, of which v3 is made, are written; of v2 half is.
  EXPECT_TRUE(onNewMemory(text + "global_store_dwordx2 v1, v[2:3], s[0:1] offset:268\n" + floats + "260" +
                          store("v3"))
                  .empty());
  EXPECT_TRUE(onNewMemory(text + bytes + "252" + store("v5")).empty());
  EXPECT_EQ(onNewMemory(text + bytes + "256" + store("v5")).size(), 1u);
}

TEST(Uninitialised, Forks) {
  EXPECT_EQ(found("s_cbranch_i_fork s[8:9], end\nend: s_cbranch_join s4"),
            "s8 holds a value that nothing has written, and is used in a branch\n");
  EXPECT_EQ(found("s_mov_b64 s[8:9], -1\ns_cbranch_i_fork s[8:9], end\nend: s_cbranch_join s4"), "");
}

TEST(Uninitialised, WhichLane) {
  EXPECT_NE(found(std::string("v_readlane_b32 s4, v0, s8\nv_mov_b32 v2, s4") + Store), "");
  EXPECT_EQ(
      found(std::string("s_and_b32 s8, s8, 0xff00\nv_readlane_b32 s4, v0, s8\nv_mov_b32 v2, s4") + Store), "")
      << "bits that choose no lane";
  EXPECT_NE(found(std::string("ds_bpermute_b32 v2, v4, v0\ns_waitcnt lgkmcnt(0)") + Store), "");
  EXPECT_EQ(found(std::string("ds_bpermute_b32 v2, v0, v0\ns_waitcnt lgkmcnt(0)") + Store), "");
  EXPECT_EQ(found("s_mov_b64 exec, 1\nv_mov_b32 v4, 0\ns_mov_b64 exec, -1\nds_bpermute_b32 v2, v4, v0\n"
                  "s_waitcnt lgkmcnt(0)\ns_mov_b64 exec, 1\nglobal_store_dword v0, v2, s[0:1]"),
            "")
      << "lane 0 knows";
}

TEST(Uninitialised, WhereALoadIntoLdsPutsItsData) {
  std::string load = "v_lshlrev_b32 v1, 2, v0\nglobal_load_lds_dword v1, s[0:1]\ns_waitcnt vmcnt(0)";
  EXPECT_EQ(found("s_mov_b32 m0, s8\ns_nop 0\n" + load),
            "m0 holds a value that nothing has written, and is used as an address\n");
  EXPECT_EQ(found("s_and_b32 m0, s8, 0xfff00000\ns_nop 0\n" + load), "");
  EXPECT_EQ(found("s_mov_b32 m0, 0\ns_nop 0\n" + load), "");
  EXPECT_EQ(found("s_mov_b32 m0, s8\ns_nop 0\nds_read_b32 v1, v0"), "") << "does not use it";
}
