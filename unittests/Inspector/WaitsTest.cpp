// The wait audit; what is in flight is counted by hand.
#include "Assembled.h"

using namespace kiln::inspector;
using namespace kiln::inspector::test;

using Addresses = std::vector<uint64_t>;

static const WaitRecord &waitAt(const WaitAudit &audit, uint64_t address) {
  for (const WaitRecord &wait : audit.waits)
    if (wait.address == address)
      return wait;
  ADD_FAILURE() << "no wait";
  return audit.waits.front();
}

TEST(Waits, OfASteadyLoop) {
  Assembled code(R"(
    buffer_load_dwordx4 v0, s[0:3], 0 offen lds
  loop:
    s_waitcnt vmcnt(2) lgkmcnt(0)
    s_barrier
    buffer_load_dwordx4 v0, s[0:3], 0 offen lds
    buffer_load_dwordx4 v0, s[0:3], 0 offen lds
    ds_read_b128 v[0:3], v4
    s_waitcnt vmcnt(3)
    s_cbranch_scc1 loop
    s_endpgm)");
  WaitAudit audit = auditWaits(code.view());
  ASSERT_EQ(audit.waits.size(), 2u);
  // At the second wait four loads are in flight: the two of this round and the two that the first one left.
  // It waits for one, so that three come to the first one, which waits for one more.
  const WaitRecord &first = waitAt(audit, code.address("s_waitcnt"));
  const WaitRecord &second = waitAt(audit, code.address("s_waitcnt", 1));
  EXPECT_TRUE(first.beforeBarrier);
  EXPECT_FALSE(first.redundant || second.redundant);
  EXPECT_EQ(first.counters[0].inFlight->atLeast, 3u);
  EXPECT_EQ(first.counters[0].inFlight->atMost, 3u);
  EXPECT_EQ(first.counters[0].leaves, 2u);
  EXPECT_EQ(first.counters[0].waitsFor, Addresses{code.address("buffer_load_dwordx4", 2)});
  EXPECT_EQ(second.counters[0].inFlight->atMost, 4u);
  EXPECT_EQ(second.counters[0].waitsFor, Addresses{code.address("buffer_load_dwordx4", 1)});
  EXPECT_EQ(first.counters[1].waitsFor, Addresses{code.address("ds_read_b128")});
  ASSERT_EQ(audit.barriers.size(), 1u);
  EXPECT_EQ(audit.barriers[0].inFlight.at("vmcnt").atMost, 2u);
  EXPECT_EQ(audit.barriers[0].inFlight.at("lgkmcnt").atMost, 0u);
}

TEST(Waits, WaysThatMeet) {
  Assembled code(R"(
    global_load_dword v1, v0, s[0:1]
    s_cbranch_scc1 skip
    global_load_dword v2, v0, s[0:1]
  skip:
    s_waitcnt vmcnt(1)
    s_waitcnt vmcnt(0)
    s_endpgm)");
  WaitAudit audit = auditWaits(code.view());
  const CounterWait &first = audit.waits[0].counters[0];
  EXPECT_EQ(first.inFlight->atLeast, 1u);
  EXPECT_EQ(first.inFlight->atMost, 2u);
  EXPECT_EQ(first.waitsFor, Addresses{code.address("global_load_dword")});
  // After it one load is in flight, which of them depends on the way.
  EXPECT_EQ(audit.waits[1].counters[0].waitsFor,
            (Addresses{code.address("global_load_dword"), code.address("global_load_dword", 1)}));
  EXPECT_FALSE(audit.waits[0].redundant);
}

TEST(Waits, Redundant) {
  Assembled code(R"(
    global_load_dword v1, v0, s[0:1]
    s_waitcnt vmcnt(0)
    s_waitcnt vmcnt(0) lgkmcnt(0)
    ds_read_b32 v2, v0
    s_waitcnt vmcnt(0) lgkmcnt(0)
    s_endpgm)");
  WaitAudit audit = auditWaits(code.view());
  EXPECT_FALSE(audit.waits[0].redundant);
  EXPECT_TRUE(audit.waits[1].redundant);
  EXPECT_FALSE(audit.waits[2].redundant);
}

/// What a caller has in flight is not known, and so no wait of a function is called redundant.
TEST(Waits, OfAFunction) {
  Assembled code("s_waitcnt vmcnt(0) lgkmcnt(0)\ns_endpgm");
  FunctionView view = code.view();
  view.isKernel = false;
  EXPECT_FALSE(auditWaits(view).waits[0].redundant);
  EXPECT_TRUE(auditWaits(code.view()).waits[0].redundant);
}

TEST(Waits, ScalarLoadsFinishInAnyOrder) {
  Assembled code(R"(
    s_load_dword s8, s[0:1], 0x0
    s_load_dword s9, s[0:1], 0x4
    s_waitcnt lgkmcnt(1)
    s_waitcnt lgkmcnt(0)
    s_endpgm)");
  WaitAudit audit = auditWaits(code.view());
  EXPECT_FALSE(audit.waits[0].counters[0].waitsForKnown);
  EXPECT_TRUE(audit.waits[1].counters[0].waitsForKnown);
  EXPECT_EQ(audit.waits[1].counters[0].waitsFor.size(), 2u); // which of them is left is not known
}

TEST(Waits, NopsNameTheirHazard) {
  Assembled code(R"(
    v_mfma_f32_16x16x32_bf16 a[0:3], v[0:3], v[4:7], a[0:3]
    s_nop 7
    v_accvgpr_read_b32 v8, a2
    s_nop 0
    s_endpgm)");
  WaitAudit audit = auditWaits(code.view());
  ASSERT_EQ(audit.nops.size(), 2u);
  EXPECT_EQ(audit.nops[0].states, 8u);
  EXPECT_EQ(audit.nops[0].producer, code.address("v_mfma_f32_16x16x32_bf16"));
  EXPECT_EQ(audit.nops[0].consumer, code.address("v_accvgpr_read_b32"));
  EXPECT_EQ(registerText(audit.nops[0].registers), "a[0:3]");
  EXPECT_FALSE(audit.nops[1].producer);
}

TEST(Waits, OriginIsUnknownForForeignCode) {
  Assembled code("s_waitcnt vmcnt(0)\ns_nop 0\ns_endpgm");
  EXPECT_EQ(auditWaits(code.view()).waits[0].origin, Origin::Unknown);
  // A line table whose inlined functions are the schedule's decisions.
  code.code.instructions[0].calls = {{"stage-derive-waits", {"k.mlir", 3, 1}}};
  WaitAudit audit = auditWaits(code.view());
  EXPECT_EQ(audit.waits[0].origin, Origin::Schedule);
  EXPECT_EQ(audit.nops[0].origin, Origin::Backend);
  code.code.instructions[0].calls = {{"schedule.stage", {"k.mlir", 3, 1}}};
  EXPECT_EQ(auditWaits(code.view()).waits[0].origin, Origin::Backend);
}
