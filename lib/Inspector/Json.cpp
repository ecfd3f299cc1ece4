// The report as JSON; docs/inspector.md describes it.
#include "AuditsJson.h"

using namespace llvm;

namespace kiln::inspector {

static Json resources(const KernelReport &kernel) {
  const codegen::KernelInfo &info = *kernel.info;
  return {{"vgprs", orNull(info.vgprs)},
          {"agprs", orNull(info.agprs)},
          {"sgprs", orNull(info.sgprs)},
          {"lds_bytes", orNull(info.lds)},
          {"scratch_bytes", orNull(info.scratch)},
          {"vgpr_spills", orNull(info.vgprSpills)},
          {"sgpr_spills", orNull(info.sgprSpills)},
          {"argument_bytes", orNull(info.argumentBytes)},
          {"max_workgroup_size", orNull(info.maxWorkgroupSize)},
          {"wavefront_size", orNull(info.wavefrontSize)},
          {"dynamic_stack", info.dynamicStack}};
}

/// What the hardware is told at the start of a wave.
static Json descriptor(const codegen::KernelDescriptor &descriptor) {
  return {{"lds_bytes", descriptor.lds},
          {"scratch_bytes", descriptor.scratch},
          {"argument_bytes", descriptor.argumentBytes},
          {"vgprs_allocated", descriptor.vgprs},
          {"first_agpr", orNull(descriptor.accumulatorOffset)},
          {"rounding", {{"f32", descriptor.round32}, {"f16_f64", descriptor.round16And64}}},
          {"denormals", {{"f32", descriptor.denormals32}, {"f16_f64", descriptor.denormals16And64}}}};
}

static Json occupancy(const Occupancy &occupancy) {
  Json limits = Json::array(), cuts = Json::array();
  for (const OccupancyLimit &limit : occupancy.limits)
    limits.push_back({{"resource", limit.resource},
                      {"used", limit.used},
                      {"allocated", limit.allocated},
                      {"workgroups", limit.workgroups}});
  for (const OccupancyCut &cut : occupancy.cuts)
    cuts.push_back(
        {{"resource", cut.resource}, {"at_most", cut.atMost}, {"cut", cut.cut}, {"granules", cut.granules}});
  Json result = {{"waves_per_simd", occupancy.wavesPerSimd},
                 {"workgroups_per_unit", occupancy.workgroups},
                 {"waves_per_workgroup", occupancy.wavesPerWorkgroup},
                 {"limits", limits},
                 {"limited_by", occupancy.limitedBy},
                 {"for_one_more_workgroup", cuts}};
  if (!occupancy.cuts.empty())
    result["waves_per_simd_after_cuts"] = occupancy.wavesPerSimdAfterCuts;
  if (occupancy.betterThreads)
    result["better_workgroup"] = {{"threads", *occupancy.betterThreads},
                                  {"waves_per_simd", occupancy.wavesPerSimdThen}};
  return result;
}

static Json traffic(const Traffic &traffic) {
  return {{"loaded", traffic.loaded}, {"stored", traffic.stored}, {"unknown_accesses", traffic.unknown}};
}

static Json summary(const Summary &summary) {
  Json families = Json::object();
  for (unsigned family = 0; family < FamilyCount; ++family)
    families[familyName(static_cast<Family>(family)).str()] = summary.families[family];
  Json bounds = {{"matrix", orNull(summary.bounds.matrix)},
                 {"valu", orNull(summary.bounds.valu)},
                 {"issue", orNull(summary.bounds.issue)},
                 {"lds", orNull(summary.bounds.lds)},
                 {"vmem", nullptr},
                 {"without_figure", summary.bounds.unknown}};
  Json salu;
  if (unsigned matrix = summary.count(Family::Matrix))
    salu = 4.0 * summary.count(Family::Salu) / matrix;
  return {{"instructions", summary.instructions},
          {"families", families},
          {"mnemonics", summary.mnemonics},
          {"flops", summary.flops},
          {"vector_flops", summary.vectorFlops},
          {"flops_per_byte", orNull(summary.intensity())},
          {"salu_per_4_matrix", salu},
          {"bytes",
           {{"lds", traffic(summary.lds)},
            {"global", traffic(summary.global)},
            {"scratch", traffic(summary.scratch)},
            {"scalar", summary.scalarBytes}}},
          {"cycles_at_least", bounds}};
}

static Json loops(const std::vector<LoopRecord> &records) {
  Json result = Json::array();
  for (const LoopRecord &record : records) {
    Json loop = {{"index", record.index},   {"parent", orNull(record.parent)},
                 {"depth", record.depth},   {"innermost", record.innermost},
                 {"steady", record.steady}, {"begin", record.begin},
                 {"end", record.end},       {"blocks", record.blocks}};
    loop.update(summary(record.summary));
    loop["trips"] = tripsToJson(record.trips);
    loop["bound"] = boundToJson(record.bound);
    loop["roofline"] = rooflineToJson(record.roofline);
    loop["waits"] = waitsToJson(record.waits);
    result.push_back(std::move(loop));
  }
  return result;
}

static Json blocks(const KernelReport &kernel) {
  Json result = Json::array();
  for (unsigned i = 0; i < kernel.flow.blocks.size(); ++i) {
    const Block &block = kernel.flow.blocks[i];
    const codegen::Instruction &last = kernel.code.instructions[block.end - 1];
    result.push_back({{"begin", kernel.code.instructions[block.first].address},
                      {"end", last.address + last.bytes.size()},
                      {"instructions", block.end - block.first},
                      {"successors", block.successors},
                      {"loop", orNull(kernel.flow.loopOf(i))}});
  }
  return result;
}

static Json listing(const KernelReport &kernel, Listing which) {
  Json result = Json::array();
  for (unsigned block = 0; block < kernel.flow.blocks.size(); ++block) {
    if (which == Listing::Steady && (!kernel.steadyLoop || kernel.flow.loopOf(block) != kernel.steadyLoop))
      continue;
    for (unsigned i = kernel.flow.blocks[block].first; i < kernel.flow.blocks[block].end; ++i) {
      const codegen::Instruction &instruction = kernel.code.instructions[i];
      Json line = {{"address", instruction.address},
                   {"block", block},
                   {"family", familyName(kernel.infos[i].family).str()},
                   {"text", instruction.text}};
      if (kernel.pressure) {
        const RegisterCounts &live = kernel.pressure->at[i];
        line["live"] = {live.vector, live.accumulation, live.scalar};
      }
      if (instruction.source)
        line["source"] = {{"file", instruction.source->file}, {"line", instruction.source->line}};
      result.push_back(std::move(line));
    }
  }
  return result;
}

static Json scratch(const std::vector<ScratchAccess> &accesses) {
  Json result = Json::array();
  for (const ScratchAccess &access : accesses)
    result.push_back({{"address", access.address}, {"store", access.store}, {"bytes", access.bytes}});
  return result;
}

static Json toJson(const KernelReport &kernel, Listing which) {
  Json result = {{"name", kernel.name},
                 {"is_kernel", kernel.isKernel()},
                 {"resources", kernel.info ? resources(kernel) : Json()},
                 {"descriptor", kernel.descriptor ? descriptor(*kernel.descriptor) : Json()},
                 {"scratch_instructions", scratch(kernel.scratchAccesses)},
                 {"occupancy", kernel.occupancy ? occupancy(*kernel.occupancy) : Json()},
                 {"blocks", blocks(kernel)},
                 {"steady_loop", orNull(kernel.steadyLoop)},
                 {"loops", loops(kernel.loops)},
                 {"whole", summary(kernel.summary)}};
  addAudits(kernel, result);
  if (which != Listing::None)
    result["listing"] = listing(kernel, which);
  result["notes"] = kernel.notes;
  return result;
}

std::string toJson(ArrayRef<Report> reports, Listing which) {
  Json objects = Json::array();
  for (const Report &report : reports) {
    Json kernels = Json::array();
    for (const KernelReport &kernel : report.kernels)
      kernels.push_back(toJson(kernel, which));
    objects.push_back({{"object", report.object.empty() ? Json() : Json(report.object)},
                       {"chip", report.chip},
                       {"machine", report.machine},
                       {"kernels", kernels}});
  }
  Json result = {{"version", 1}, {"objects", objects}};
  return result.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace kiln::inspector
