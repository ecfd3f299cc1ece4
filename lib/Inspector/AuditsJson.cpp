#include "AuditsJson.h"

using namespace llvm;

namespace kiln::inspector {

static Json flight(const InFlight &inFlight) {
  return {{"at_least", inFlight.atLeast}, {"at_most", inFlight.atMost}};
}

Json waitsToJson(const std::vector<WaitRecord> &waits) {
  Json result = Json::array();
  for (const WaitRecord &wait : waits) {
    Json counters = Json::object();
    for (const CounterWait &counter : wait.counters)
      counters[counter.counter] = {{"leaves", counter.leaves},
                                   {"in_flight", counter.inFlight ? flight(*counter.inFlight) : Json()},
                                   {"waits_for", counter.waitsForKnown ? Json(counter.waitsFor) : Json()}};
    result.push_back({{"address", wait.address},
                      {"before_barrier", wait.beforeBarrier},
                      {"redundant", wait.redundant},
                      {"origin", originName(wait.origin).str()},
                      {"counters", counters}});
  }
  return result;
}

static Json barriersToJson(const std::vector<BarrierRecord> &barriers) {
  Json result = Json::array();
  for (const BarrierRecord &barrier : barriers) {
    Json counters;
    for (const auto &[counter, inFlight] : barrier.inFlight)
      counters[counter] = flight(inFlight);
    result.push_back({{"address", barrier.address},
                      {"origin", originName(barrier.origin).str()},
                      {"in_flight", counters}});
  }
  return result;
}

static Json nopsToJson(const std::vector<NopRecord> &nops) {
  Json result = Json::array();
  for (const NopRecord &nop : nops)
    result.push_back({{"address", nop.address},
                      {"states", nop.states},
                      {"origin", originName(nop.origin).str()},
                      {"producer", orNull(nop.producer)},
                      {"consumer", orNull(nop.consumer)},
                      {"registers", nop.producer ? Json(registerText(nop.registers)) : Json()}});
  return result;
}

static Json matrixToJson(const MatrixAudit &audit) {
  Json uses = Json::array(), missed = Json::array();
  for (const MatrixUse &use : audit.uses) {
    Json one = {{"mnemonic", use.mnemonic},   {"types", use.types},
                {"elements", use.elements},   {"count", use.count},
                {"first_address", use.first}, {"flops_per_cycle", orNull(use.flopsPerCycle)}};
    one["best"] =
        use.flopsPerCycle ? Json{{"name", use.best}, {"flops_per_cycle", use.bestFlopsPerCycle}} : Json();
    one["fraction_of_best"] = use.flopsPerCycle ? Json(use.fraction()) : Json();
    uses.push_back(std::move(one));
  }
  for (const MultiplyAddLoop &loop : audit.missed)
    missed.push_back({{"loop", loop.loop},
                      {"multiply_adds", loop.multiplyAdds},
                      {"accumulates", loop.accumulates},
                      {"factors", loop.factors},
                      {"accumulators", loop.accumulators},
                      {"reuse", loop.reuse},
                      {"why", loop.why},
                      {"nearest", loop.nearest.empty() ? Json() : Json(loop.nearest)}});
  return {{"instructions", uses}, {"multiply_add_loops", missed}};
}

static Json sharedToJson(const KernelReport &kernel) {
  Json result = Json::array();
  for (const SharedAccess &access : kernel.shared) {
    Json one = {{"address", access.address},   {"mnemonic", kernel.infos[access.instruction].mnemonic},
                {"loop", orNull(access.loop)}, {"write", access.write},
                {"bytes", access.bytes},       {"phases", access.phases ? Json(access.phases) : Json()}};
    one["cycles"] = access.cost ? Json(access.cost->cycles) : Json();
    one["conflicts"] = access.cost ? Json(access.cost->conflicts()) : Json();
    one["unknown_because"] = access.cost ? Json() : Json(access.why);
    result.push_back(std::move(one));
  }
  return result;
}

static Json countsToJson(const RegisterCounts &counts) {
  return {{"vector", counts.vector}, {"accumulation", counts.accumulation}, {"scalar", counts.scalar}};
}

static Json pressureToJson(const KernelReport &kernel) {
  if (!kernel.pressure)
    return {};
  auto at = [&](unsigned i) { return kernel.code.instructions[i].address; };
  return {{"peak", countsToJson(kernel.pressure->peak)},
          {"vector_peak_at", at(kernel.pressure->vectorPeak)},
          {"scalar_peak_at", at(kernel.pressure->scalarPeak)}};
}

static Json lintToJson(const std::vector<LintFinding> &findings) {
  Json result = Json::array();
  for (const LintFinding &finding : findings)
    result.push_back({{"check", checkName(finding.check).str()},
                      {"addresses", finding.addresses},
                      {"message", finding.message}});
  return result;
}

static Json measurementToJson(const Measurement &measured) {
  Json accesses = Json::array();
  for (const MeasuredAccess &access : measured.accesses)
    accesses.push_back({{"address", access.address},
                        {"text", access.text},
                        {"executed", access.executed},
                        {"active_lanes", access.activeLanes},
                        {"bytes", access.bytes},
                        {"lds_cycles", access.ldsCycles},
                        {"lds_conflicts", access.ldsConflicts},
                        {"lines_128", access.lines}});
  return {{"instructions", measured.instructions},
          {"by_unit", measured.byUnit},
          {"lane_use", measured.laneUse},
          {"accesses", accesses}};
}

void addAudits(const KernelReport &kernel, Json &result) {
  result["registers_in_use"] = pressureToJson(kernel);
  result["waits"] = waitsToJson(kernel.waits.waits);
  result["barriers"] = barriersToJson(kernel.waits.barriers);
  result["nops"] = nopsToJson(kernel.waits.nops);
  result["matrix"] = matrixToJson(kernel.matrix);
  result["lds_accesses"] = sharedToJson(kernel);
  result["lint"] = lintToJson(kernel.lint);
  result["measured"] = kernel.measured ? measurementToJson(*kernel.measured) : Json();
}

Json tripsToJson(const TripHint &trips) {
  return {{"trips", orNull(trips.trips)},
          {"counter", trips.counter.empty() ? Json() : Json(trips.counter)},
          {"start", orNull(trips.start)},
          {"step", orNull(trips.step)},
          {"condition", trips.condition.empty() ? Json() : Json(trips.condition)},
          {"bound", orNull(trips.bound)},
          {"bound_register", trips.boundRegister.empty() ? Json() : Json(trips.boundRegister)},
          {"unknown_because", trips.trips ? Json() : Json(trips.why)}};
}

Json boundToJson(const std::optional<WorkgroupBound> &bound) {
  if (!bound)
    return {};
  return {{"waves", bound->waves},         {"unit", bound->unit.empty() ? Json() : Json(bound->unit)},
          {"cycles", bound->cycles},       {"matrix", orNull(bound->matrix)},
          {"valu", orNull(bound->valu)},   {"lds", orNull(bound->lds)},
          {"issue", orNull(bound->issue)}, {"unknown", bound->unknown}};
}

Json rooflineToJson(const std::optional<Roofline> &roofline) {
  if (!roofline)
    return {};
  return {{"chip", roofline->chip},
          {"type", roofline->type},
          {"peak_tflops", orNull(roofline->peakTflops)},
          {"compute_tflops", roofline->computeTflops},
          {"flops_per_byte", orNull(roofline->intensity)},
          {"ridge_flops_per_byte", roofline->ridge},
          {"memory_tflops", orNull(roofline->memoryTflops)},
          {"bound", roofline->bound},
          {"cache_share_needed", roofline->cacheShare}};
}

} // namespace kiln::inspector
