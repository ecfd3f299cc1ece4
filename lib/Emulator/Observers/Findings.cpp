#include "Observers/Findings.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace kiln::emulator {

void FindingLog::add(const Wave &wave, const Instruction &inst, const char *kind,
                     function_ref<std::string()> message, int lane, uint64_t address, uint64_t otherPc) {
  std::lock_guard<std::mutex> guard(lock);
  Finding &finding = found[{std::min(inst.pc, otherPc), kind}];
  const uint32_t *id = wave.group->id;
  auto order = [](const uint32_t *g) { return std::make_tuple(g[2], g[1], g[0]); };
  bool isNew = finding.kind.empty();
  uint64_t count = isNew ? 1 : finding.count + 1;
  if (isNew || order(id) < order(finding.workgroup)) {
    finding = {kind, message(), inst.pc - loadBase, inst.text, wave.index, lane, address, {}, "", 1};
    std::copy_n(id, 3, finding.workgroup);
  }
  finding.count = count;
}

void FindingLog::drain(std::vector<Finding> &into) {
  for (auto &entry : found)
    into.push_back(std::move(entry.second));
  found.clear();
}

std::string describe(const Finding &finding) {
  const uint32_t *group = finding.workgroup;
  std::string text;
  raw_string_ostream out(text);
  if (!finding.source.empty())
    out << finding.source << ": ";
  out << finding.kind << ": " << finding.message << ", at " << format_hex(finding.pc, 1) << ": "
      << finding.disassembly << " (workgroup " << group[0] << ", " << group[1] << ", " << group[2]
      << ", wave " << finding.wave;
  if (finding.lane >= 0)
    out << ", lane " << finding.lane;
  if (finding.count > 1)
    out << "; " << finding.count << " times";
  out << ")";
  return text;
}

std::string registerName(RegisterFile file, unsigned index) {
  if (file == RegisterFile::Vector)
    return (index < 256 ? "v" : "a") + std::to_string(index & 255);
  if (file == RegisterFile::Scc)
    return "scc";
  if (file == RegisterFile::Mode)
    return "mode";
  static const std::pair<unsigned, const char *> pairs[] = {
      {FlatScratch, "flat_scratch"}, {XnackMask, "xnack_mask"}, {Vcc, "vcc"}, {Exec, "exec"}};
  for (auto [first, name] : pairs)
    if (index == first || index == first + 1)
      return name + std::string(index == first ? "_lo" : "_hi");
  if (index == M0)
    return "m0";
  if (index >= Ttmp && index < Ttmp + TtmpCount)
    return "ttmp" + std::to_string(index - Ttmp);
  return "s" + std::to_string(index);
}

} // namespace kiln::emulator
