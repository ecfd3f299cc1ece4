// Bounds, alignment, endless loops; traces and breakpoints.
#include "kiln/Emulator/Trace.h"
#include "Watch.h"
#include <set>

using namespace kiln::emulator;

static std::string bounds(const std::string &text) { return Watch("bounds").messages(text); }

TEST(Bounds, LdsBeyondItsEnd) {
  EXPECT_EQ(bounds("v_mov_b32 v1, 0xfffe\nds_read_b32 v2, v1\ns_waitcnt lgkmcnt(0)"),
            "reads 4 bytes of LDS at 0xfffe, which has 65536\n");
  EXPECT_EQ(bounds("v_mov_b32 v1, 0xfffc\nds_read_b32 v2, v1\ns_waitcnt lgkmcnt(0)"), "");
}

TEST(Bounds, RedZoneBehindAnAllocation) {
  Watch watch("bounds");
  auto findings = watch.run("v_mov_b32 v1, 0x10000\nglobal_load_dword v2, v1, s[0:1]\ns_waitcnt vmcnt(0)");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, "out-of-bounds");
  EXPECT_EQ(findings[0].address, watch.buffer + 0x10000);
  EXPECT_NE(findings[0].message.find("65536 bytes into 'buffer' of 65536"), std::string::npos);
  EXPECT_EQ(watch.error, "") << "reads go on";
}

TEST(Bounds, ScratchOfALane) {
  EXPECT_NE(bounds("scratch_store_dword off, v0, off offset:1024\ns_waitcnt vmcnt(0)"), "");
  EXPECT_EQ(bounds("scratch_store_dword off, v0, off offset:1020\ns_waitcnt vmcnt(0)"), "");
}

TEST(Bounds, ScalarLoadsDropLowBits) {
  EXPECT_NE(bounds("s_mov_b32 s4, 2\ns_load_dword s5, s[0:1], s4\ns_waitcnt lgkmcnt(0)").find("misaligned"),
            0u);
  EXPECT_EQ(bounds("s_load_dword s5, s[0:1], 0x8\ns_waitcnt lgkmcnt(0)"), "");
  EXPECT_EQ(bounds("v_mov_b32 v1, 2\nglobal_load_dword v2, v1, s[0:1]\ns_waitcnt vmcnt(0)"), "");
}

TEST(Barriers, AWaveThatLoopsKeepsTheOthersWaiting) {
  Watch watch("bounds");
  watch.waves = 3;
  watch.run("s_cmp_eq_u32 s2, 1\ns_cbranch_scc1 1\ns_branch 1\ns_branch -1\ns_barrier");
  EXPECT_NE(watch.error.find("an infinite loop, or raise the budget; at a barrier wait waves 0 2"),
            std::string::npos)
      << watch.error;
}

TEST(Barriers, AWaveThatEndedCountsAsArrived) {
  Watch watch("bounds");
  watch.waves = 2;
  EXPECT_EQ(watch.messages("s_cmp_eq_u32 s2, 1\ns_cbranch_scc1 1\ns_barrier"), "");
  EXPECT_EQ(watch.error, "");
}

TEST(Registers, Parse) {
  auto ranges = parseRegisters("v0,s4, a[1:3],vcc");
  ASSERT_TRUE(bool(ranges));
  ASSERT_EQ(ranges->size(), 4u);
  EXPECT_EQ((*ranges)[2].index, 257);
  EXPECT_EQ((*ranges)[2].count, 3);
  EXPECT_EQ((*ranges)[3].index, Vcc);
  for (const char *wrong : {"w0", "v", "v256", "s[3:1]", "v[0", "v0x"}) {
    auto bad = parseRegisters(wrong);
    ASSERT_FALSE(bool(bad)) << wrong;
    EXPECT_EQ(llvm::toString(bad.takeError()),
              "no register '" + std::string(wrong) + "': expected v0, a0, s0, v[0:3], vcc, exec, m0 or scc");
  }
}

static void watchWith(const std::string &text, Observer &observer) {
  Watch watch("bounds");
  watch.waves = 2;
  Program program(
      CodeObject::fromText(llvm::cantFail(assemble(text + "\ns_endpgm\n", watch.chip)), watch.chip), 0);
  observer.launchBegin(watch.memory, program);
  Workgroup group;
  watch.prepare(group, 0);
  std::vector<std::unique_ptr<GroupObserver>> watching;
  watching.push_back(observer.beginGroup(group));
  EXPECT_FALSE(runWorkgroup(program, group, LaunchOptions(), watching));
}

TEST(Trace, InstructionsAndChangedRegisters) {
  std::string lines;
  TraceOptions options = llvm::cantFail(parseTrace("1:0,0,0"));
  options.sink = [&](llvm::StringRef line) { lines += line.str() + "\n"; };
  auto trace = createTrace(options);
  watchWith("v_mov_b32 v1, 3\ns_add_u32 s4, s2, 4\ns_load_dword s5, s[0:1], 0x0\ns_waitcnt lgkmcnt(0)",
            *trace);
  EXPECT_EQ(lines, "0x0  v_mov_b32_e32 v1, 3\n"
                   "        v1 = 0x3\n"
                   "0x4  s_add_u32 s4, s2, 4\n"
                   "        s4 = 0x5\n"
                   "0x8  s_load_dword s5, s[0:1], 0x0\n"
                   "0x10  s_waitcnt lgkmcnt(0)\n"
                   "        landed: s_load_dword s5, s[0:1], 0x0\n"
                   "        s5 = 0x0\n"
                   "0x14  s_endpgm\n"
                   "wave ended after 5 instructions\n");
}

TEST(Break, PrintsRegistersOfEachWave) {
  std::set<std::string> stops; // waves take turns in any order
  BreakOptions options;
  options.place = "0x4";
  options.registers = llvm::cantFail(parseRegisters("v1,s2"));
  options.sink = [&](llvm::StringRef line) { stops.insert(line.str()); };
  auto stop = llvm::cantFail(createBreak(options));
  watchWith("v_mov_b32 v1, 3\ns_nop 0", *stop);
  EXPECT_EQ(stops,
            (std::set<std::string>{"workgroup (0, 0, 0) wave 0 at 0x4: s_nop 0\n  v1 = 0x3\n  s2 = 0x0",
                                   "workgroup (0, 0, 0) wave 1 at 0x4: s_nop 0\n  v1 = 0x3\n  s2 = 0x1"}));
}

TEST(Break, PlacesAreChecked) {
  auto error = [](const char *place) {
    BreakOptions options;
    options.place = place;
    auto stop = createBreak(options);
    return stop ? "" : llvm::toString(stop.takeError());
  };
  EXPECT_EQ(error("0x1040"), "");
  EXPECT_EQ(error("12"), "");
  EXPECT_EQ(error("file.cl:12"), "");
  EXPECT_EQ(error("main"), "'main' is no place: expected 0xADDRESS, LINE or FILE:LINE");
  EXPECT_EQ(error("file.cl:x"), "'file.cl:x' is no place: expected 0xADDRESS, LINE or FILE:LINE");
}
