// VGPR indexing and s_movrel: which registers move (CDNA3/CDNA4 manual 6.6), and that observers follow them.
#include "Snippet.h"
#include "Watch.h"
#include "kiln/Emulator/Trace.h"

using namespace kiln::emulator;

namespace {
/// v0, v1, ... hold 1000, 1001, ...; the index is 5.
struct Indexed : Snippet {
  Indexed() {
    for (unsigned i = 0; i < 32; ++i)
      fill(i, 1000 + i);
    s(0) = 5;
  }
  void with(const char *what, const char *text) {
    ASSERT_EQ(run("s_set_gpr_idx_on s0, gpr_idx(" + std::string(what) + ")\n" + text + "\ns_set_gpr_idx_off"),
              "")
        << text;
  }
};
} // namespace

TEST(VgprIndexing, EachOperandByItsBit) {
  Indexed t;
  t.with("SRC0", "v_sub_u32 v20, v3, v2");
  EXPECT_EQ(t.v(20), 1008u - 1002u);
  t.with("SRC1", "v_sub_u32 v20, v8, v2");
  EXPECT_EQ(t.v(20), 1008u - 1007u);
  t.with("SRC2", "v_add3_u32 v20, v1, v1, v2");
  EXPECT_EQ(t.v(20), 1001u + 1001u + 1007u);
  t.with("DST", "v_mov_b32 v20, v2");
  EXPECT_EQ(t.v(25), 1002u);
}

TEST(VgprIndexing, ReversedShiftsHaveTheirOperandsExchanged) {
  Indexed t;
  t.fill(2, 1), t.fill(3, 0x100), t.fill(7, 2), t.fill(8, 0x200);
  t.with("SRC0", "v_lshlrev_b32 v20, v2, v3"); // the value moves, not the count
  EXPECT_EQ(t.v(20), 0x400u);
  t.with("SRC1", "v_lshrrev_b32 v20, v2, v3");
  EXPECT_EQ(t.v(20), 0x40u);
}

TEST(VgprIndexing, AnOldDestinationIsTheThirdSource) {
  Indexed t;
  auto number = [](float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, 4);
    return bits;
  };
  t.fill(2, number(2)), t.fill(3, number(3)), t.fill(10, number(100)), t.fill(15, number(1000));
  t.with("SRC2", "v_fmac_f32 v10, v2, v3");
  EXPECT_EQ(t.f(10), 1006.0f);
  EXPECT_EQ(t.f(15), 1000.0f) << "what is only read stays";
  t.fill(10, number(100));
  t.with("DST", "v_fmac_f32 v10, v2, v3");
  EXPECT_EQ(t.f(10), 100.0f);
  EXPECT_EQ(t.f(15), 106.0f);
  t.with("SRC2,DST", "v_fmac_f32 v10, v2, v3");
  EXPECT_EQ(t.f(15), 112.0f);
  // Lanes that are switched off keep the destination that is meant.
  t.fill(15, 7);
  t.wave().setPair(Exec, 1);
  t.with("DST", "v_fmac_f32 v10, v2, v3");
  EXPECT_EQ(t.v(15, 1), 7u);
  EXPECT_EQ(t.f(15), 106.0f);
}

// ---- Observers

static const char *On = "s_movk_i32 s10, 3\ns_set_gpr_idx_on s10, gpr_idx(SRC0)\n";
static const char *OnDst = "s_movk_i32 s10, 3\ns_set_gpr_idx_on s10, gpr_idx(DST)\n";
static const char *Off = "\ns_set_gpr_idx_off\n";

TEST(VgprIndexing, MissingWaitsAreThoseOfTheRegistersMeant) {
  Watch watch("missing-wait");
  std::string load = "global_load_dword v4, v0, s[0:1]\n";
  EXPECT_EQ(watch.messages(load + On + "v_mov_b32 v2, v1" + Off).substr(0, 10), "v4 is read");
  EXPECT_EQ(watch.messages(load + On + "v_mov_b32 v2, v4" + Off), "") << "v7 is read";
  EXPECT_EQ(watch.messages(load + OnDst + "v_mov_b32 v1, v0" + Off).substr(0, 17), "v4 is overwritten");
  EXPECT_EQ(watch.messages(load + OnDst + "v_mov_b32 v4, v0" + Off), "");
  EXPECT_EQ(watch.messages(load + "s_waitcnt vmcnt(0)\n" + On + "v_mov_b32 v2, v1" + Off), "");
}

TEST(RelativeScalars, MissingWaits) {
  Watch watch("missing-wait");
  std::string load = "s_mov_b32 m0, 2\ns_load_dword s8, s[0:1], 0x0\n";
  EXPECT_EQ(watch.messages(load + "s_movrels_b32 s4, s6").substr(0, 10), "s8 is read");
  EXPECT_EQ(watch.messages(load + "s_movrels_b32 s4, s8"), "");
  EXPECT_EQ(watch.messages(load + "s_movreld_b32 s6, s4").substr(0, 17), "s8 is overwritten");
  EXPECT_EQ(watch.messages(load + "s_movreld_b32 s8, s4"), "");
}

/// v4 and s8 hold nothing.
static std::string undefined(const std::string &text) {
  Watch watch("uninitialised");
  watch.poison = [](Wave &wave) {
    std::fill_n(wave.vgpr[4], Lanes, Poison);
    wave.sgpr[8] = Poison;
    wave.sgpr[M0] = Poison;
  };
  return watch.messages(text);
}

TEST(VgprIndexing, UninitialisedRegistersAreThoseMeant) {
  std::string store = "v_lshlrev_b32 v1, 2, v0\nglobal_store_dword v1, v2, s[0:1]";
  EXPECT_EQ(undefined(std::string(On) + "v_mov_b32 v2, v1" + Off + store),
            "v2 holds a value that nothing has written, and is stored\n");
  EXPECT_EQ(undefined(std::string(On) + "v_mov_b32 v2, v4" + Off + store), "");
  EXPECT_EQ(undefined(std::string(OnDst) + "v_mov_b32 v1, v0" + Off + "v_mov_b32 v2, v4\n" + store), "")
      << "written";
  EXPECT_EQ(undefined("s_set_gpr_idx_on s8, gpr_idx(SRC0)\nv_mov_b32 v2, v0" + (Off + store)),
            "m0 holds a value that nothing has written, and is used as the index of a register\n");
}

TEST(RelativeScalars, Uninitialised) {
  std::string store = "\nv_mov_b32 v2, s4\nv_lshlrev_b32 v1, 2, v0\nglobal_store_dword v1, v2, s[0:1]";
  EXPECT_NE(undefined("s_mov_b32 m0, 2\ns_movrels_b32 s4, s6" + store), "");
  EXPECT_EQ(undefined("s_mov_b32 m0, 2\ns_movrels_b32 s4, s8" + store), "");
  EXPECT_EQ(undefined("s_mov_b32 m0, 2\ns_movreld_b32 s6, s5\ns_mov_b32 s4, s8" + store), "");
  EXPECT_EQ(undefined("s_movrels_b32 s4, s6" + store),
            "m0 holds a value that nothing has written, and is used as the index of a register\n");
}

TEST(VgprIndexing, WaitStatesAreThoseOfTheRegistersMeant) {
  Watch watch("wait-states");
  watch.poison = [](Wave &wave) {
    wave.mode.bits |= 1u << 27;
    wave.sgpr[M0] = 1u << 12 | 3; // SRC0
  };
  std::string product = "v_mfma_f32_16x16x16_f16 v[0:3], a[0:1], a[2:3], 0\n";
  auto count = [&](const std::string &text) { return watch.walk(text).size(); };
  EXPECT_EQ(count(product + "v_mov_b32 v40, v0"), 1u) << "v3";
  EXPECT_EQ(count(product + "v_mov_b32 v40, v1"), 0u) << "v4";
  // The product itself takes a[3:4] for its first factor.
  EXPECT_EQ(count("v_accvgpr_write_b32 a3, 0\n" + product), 1u);
  EXPECT_EQ(count("v_accvgpr_write_b32 a0, 0\n" + product), 0u);
}

TEST(VgprIndexing, TracesShowTheRegistersMeant) {
  std::string lines;
  TraceOptions options = llvm::cantFail(parseTrace("0"));
  options.sink = [&](llvm::StringRef line) { lines += line.str() + "\n"; };
  auto trace = createTrace(options);
  Watch watch("bounds");
  std::string text =
      std::string(OnDst) + "v_mov_b32 v1, 9" + Off + "s_mov_b32 m0, 2\ns_movreld_b32 s6, s10\ns_endpgm\n";
  Program program(CodeObject::fromText(llvm::cantFail(assemble(text, watch.chip)), watch.chip), 0);
  trace->launchBegin(watch.memory, program);
  Workgroup group;
  watch.prepare(group, 0);
  std::vector<std::unique_ptr<GroupObserver>> watching;
  watching.push_back(trace->beginGroup(group));
  EXPECT_FALSE(runWorkgroup(program, group, LaunchOptions(), watching));
  EXPECT_NE(lines.find("v_mov_b32_e32 v1, 9\n        v4 = 0x9\n"), std::string::npos) << lines;
  EXPECT_NE(lines.find("s_movreld_b32 s6, s10\n        s8 = 0x3\n"), std::string::npos) << lines;
}
