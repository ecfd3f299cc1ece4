// The report for a terminal.
#include "AuditsText.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace llvm;

namespace kiln::inspector {

static std::string number(const std::optional<unsigned> &value) {
  return value ? std::to_string(*value) : "unknown";
}

static void printResources(const KernelReport &kernel, raw_ostream &os) {
  auto line = [&](StringRef name, const std::string &value, StringRef source) {
    os << "  " << left_justify(name, 12) << left_justify(value, 44) << source << "\n";
  };
  const codegen::KernelInfo &info = *kernel.info;
  bool isAmd = StringRef(info.chip).starts_with("gfx");
  auto source = [&](const char *key) { return isAmd ? "metadata " + std::string(key) : "PTX"; };
  os << "\nResources\n";
  std::string agprs = info.agprs ? " (" + std::to_string(*info.agprs) + " of them AGPRs)" : "";
  line("VGPRs", number(info.vgprs) + agprs, source(".vgpr_count, .agpr_count"));
  line("SGPRs", number(info.sgprs), source(".sgpr_count"));
  line("LDS", number(info.lds) + " bytes a workgroup, static", source(".group_segment_fixed_size"));
  std::string accesses = kernel.code.instructions.empty()
                             ? ""
                             : ", " + plural(kernel.scratchAccesses.size(), "scratch instruction");
  line("scratch", number(info.scratch) + " bytes a lane" + accesses,
       source(".private_segment_fixed_size, listing"));
  line("spills", number(info.vgprSpills) + " VGPRs, " + number(info.sgprSpills) + " SGPRs",
       source(".vgpr_spill_count, .sgpr_spill_count"));
  line("workgroup", number(info.maxWorkgroupSize) + " threads at most", source(".max_flat_workgroup_size"));
  for (const ScratchAccess &access : ArrayRef(kernel.scratchAccesses).take_front(8))
    os << "    scratch " << (access.store ? "store" : "load") << " at " << hex(access.address) << "\n";
}

/// What a kernel without metadata tells the hardware all the same.
static void printDescriptor(const codegen::KernelDescriptor &descriptor, raw_ostream &os) {
  os << "\nResources, from the kernel descriptor\n"
     << "  VGPRs       " << descriptor.vgprs << " or a few less";
  if (descriptor.accumulatorOffset)
    os << ", AGPRs from " << *descriptor.accumulatorOffset << " on";
  os << "\n  LDS         " << descriptor.lds << " bytes a workgroup, static\n"
     << "  scratch     " << descriptor.scratch << " bytes a lane\n";
}

static void printOccupancy(const Occupancy &occupancy, StringRef machine, raw_ostream &os) {
  os << "\nOccupancy    " << decimal(occupancy.wavesPerSimd)
     << " waves per SIMD: " << plural(occupancy.workgroups, "workgroup") << " of "
     << plural(occupancy.wavesPerWorkgroup, "wave") << " in a compute unit of " << machine << "\n";
  for (const OccupancyLimit &limit : occupancy.limits) {
    os << "  " << left_justify(limit.resource, 8) << right_justify(std::to_string(limit.used), 8);
    os << left_justify(limit.allocated == limit.used ? "" : ", allocated " + std::to_string(limit.allocated),
                       20)
       << "allows " << plural(limit.workgroups, "workgroup");
    os << (is_contained(occupancy.limitedBy, limit.resource) ? "   <- limits\n" : "\n");
  }
  if (occupancy.cuts.empty()) {
    os << "  One more workgroup is more than the machine's waves.\n";
  } else {
    os << "  One more workgroup (" << decimal(occupancy.wavesPerSimdAfterCuts) << " waves per SIMD) takes ";
    interleave(
        occupancy.cuts, os,
        [&](const OccupancyCut &cut) {
          os << cut.resource << " <= " << cut.atMost << " (" << cut.cut << " fewer, "
             << plural(cut.granules, "granule") << ")";
        },
        " and ");
    os << ".\n";
  }
  if (occupancy.betterThreads)
    os << "  A workgroup of " << *occupancy.betterThreads
       << " threads with the same resources: " << decimal(occupancy.wavesPerSimdThen) << " waves per SIMD.\n";
}

static void printTraffic(StringRef name, const Traffic &traffic, raw_ostream &os) {
  if (!traffic.loaded && !traffic.stored && !traffic.unknown)
    return;
  os << "    " << name << ": " << traffic.loaded << " bytes loaded, " << traffic.stored
     << " stored by a wave";
  if (traffic.unknown)
    os << ", and " << plural(traffic.unknown, "access") << " of unknown size";
  os << "\n";
}

static void printBounds(const CycleBounds &bounds, raw_ostream &os) {
  os << "    cycles at least: matrix ";
  if (bounds.matrix)
    os << *bounds.matrix;
  else
    os << "unknown (no figure for " << join(bounds.unknown, ", ") << ")";
  if (bounds.valu)
    os << ", VALU " << *bounds.valu;
  if (bounds.lds)
    os << ", LDS " << *bounds.lds;
  if (bounds.issue)
    os << ", issue " << *bounds.issue;
  os << (bounds.lds ? "; VMEM unknown\n" : "; LDS and VMEM unknown\n");
}

static void printSummary(const Summary &summary, raw_ostream &os) {
  os << "    ";
  ListSeparator comma(", ");
  for (unsigned family = 0; family < FamilyCount; ++family)
    if (summary.families[family])
      os << comma << familyName(static_cast<Family>(family)) << " " << summary.families[family];
  os << "\n";
  for (const auto &[types, flops] : summary.flops)
    os << "    " << types << ": " << flops << " FLOPs of a wave\n";
  for (const auto &[type, flops] : summary.vectorFlops)
    os << "    " << type << " in vector instructions: " << flops << " FLOPs of a wave\n";
  if (unsigned matrix = summary.count(Family::Matrix))
    os << "    SALU per 4 matrix instructions: " << decimal(4.0 * summary.count(Family::Salu) / matrix)
       << "\n";
  printTraffic("LDS", summary.lds, os);
  printTraffic("global memory", summary.global, os);
  printTraffic("scratch", summary.scratch, os);
  if (summary.bounds.issue)
    printBounds(summary.bounds, os);
}

static void printMnemonics(const Summary &summary, raw_ostream &os) {
  std::vector<std::pair<unsigned, StringRef>> sorted;
  for (const auto &[mnemonic, count] : summary.mnemonics)
    sorted.push_back({count, mnemonic});
  sort(sorted, [](const auto &a, const auto &b) {
    return std::pair(b.first, a.second) < std::pair(a.first, b.second);
  });
  for (const auto &[count, mnemonic] : sorted)
    os << "    " << right_justify(std::to_string(count), 5) << "  " << mnemonic << "\n";
}

static void printLoops(const KernelReport &kernel, raw_ostream &os) {
  os << "\nControl flow " << plural(kernel.flow.blocks.size(), "block") << ", "
     << plural(kernel.loops.size(), "loop") << ", " << plural(kernel.summary.instructions, "instruction")
     << "\n";
  for (const LoopRecord &loop : kernel.loops) {
    os << "\n  Loop " << loop.index << ", " << hex(loop.begin) << " to " << hex(loop.end) << ", depth "
       << loop.depth;
    if (loop.parent)
      os << " in loop " << *loop.parent;
    os << ": " << plural(loop.blocks.size(), "block") << ", "
       << plural(loop.summary.instructions, "instruction")
       << (loop.innermost ? "" : " outside of its inner loops")
       << (loop.steady ? "   <- steady loop\n" : "\n");
    printSummary(loop.summary, os);
    printTrips(loop.trips, os);
    printBound(loop, os);
    if (!loop.steady)
      continue;
    printWaits(loop.waits, os);
    printMnemonics(loop.summary, os);
  }
}

static void printListing(const KernelReport &kernel, Listing listing, raw_ostream &os) {
  std::optional<unsigned> steady = kernel.steadyLoop;
  if (listing == Listing::None || (listing == Listing::Steady && !steady))
    return;
  os << "\nListing"
     << (kernel.pressure ? ": address, vector, accumulation and scalar registers in use\n" : "\n");
  for (unsigned block = 0; block < kernel.flow.blocks.size(); ++block) {
    std::optional<unsigned> loop = kernel.flow.loopOf(block);
    if (listing == Listing::Steady && loop != steady)
      continue;
    os << "block " << block;
    if (loop)
      os << ", loop " << *loop;
    os << ":\n";
    for (unsigned i = kernel.flow.blocks[block].first; i < kernel.flow.blocks[block].end; ++i) {
      const codegen::Instruction &instruction = kernel.code.instructions[i];
      os << "  " << format_hex_no_prefix(instruction.address, 8) << "  ";
      if (kernel.pressure)
        os << format("%3u %3u %3u  ", kernel.pressure->at[i].vector, kernel.pressure->at[i].accumulation,
                     kernel.pressure->at[i].scalar);
      os << instruction.text;
      if (instruction.source)
        os << "  ; " << instruction.source->file << ":" << instruction.source->line;
      os << "\n";
    }
  }
}

static void printKernel(const KernelReport &kernel, const Report &report, Listing listing, raw_ostream &os) {
  os << (kernel.isKernel() ? "Kernel " : "Function ") << kernel.name << ", "
     << (report.chip.empty() ? "unknown chip" : report.chip);
  if (!report.object.empty())
    os << ", " << report.object;
  os << "\n";
  if (kernel.info)
    printResources(kernel, os);
  else if (kernel.descriptor)
    printDescriptor(*kernel.descriptor, os);
  if (kernel.occupancy)
    printOccupancy(*kernel.occupancy, report.machine, os);
  if (!kernel.code.instructions.empty()) {
    printLoops(kernel, os);
    printAudits(kernel, os);
  }
  printListing(kernel, listing, os);
  if (!kernel.notes.empty())
    os << "\nNotes\n";
  for (const std::string &note : kernel.notes)
    os << "  " << note << "\n";
}

void printText(ArrayRef<Report> reports, Listing listing, raw_ostream &os) {
  ListSeparator blank("\n");
  for (const Report &report : reports)
    for (const KernelReport &kernel : report.kernels) {
      os << blank;
      printKernel(kernel, report, listing, os);
    }
}

} // namespace kiln::inspector
