#include "kiln/Emulator/Trace.h"

#include "Observers/Findings.h"
#include "RelativeRegisters.h"
#include <optional>

using namespace llvm;

namespace kiln::emulator {

Expected<std::vector<RegisterRange>> parseRegisters(StringRef list) {
  std::vector<RegisterRange> ranges;
  SmallVector<StringRef, 8> words;
  list.split(words, ',', -1, /*KeepEmpty=*/false);
  for (StringRef word : words) {
    StringRef text = word = word.trim();
    static const std::pair<const char *, RegisterRange> named[] = {
        {"vcc", {RegisterFile::Scalar, Vcc, 2}},
        {"exec", {RegisterFile::Scalar, Exec, 2}},
        {"m0", {RegisterFile::Scalar, M0, 1}},
        {"scc", {RegisterFile::Scc, 0, 1}},
    };
    auto *name = find_if(named, [&](const auto &entry) { return word == entry.first; });
    if (name != std::end(named)) {
      ranges.push_back(name->second);
      continue;
    }
    char kind = word.empty() ? 0 : word[0];
    unsigned first = 0, last = 0, limit = kind == 's' ? 102 : 256;
    text = text.drop_front();
    bool isRange = text.consume_front("[");
    bool bad = (kind != 'v' && kind != 'a' && kind != 's') || text.consumeInteger(10, first);
    last = first;
    if (!bad && isRange)
      bad = !text.consume_front(":") || text.consumeInteger(10, last) || !text.consume_front("]");
    if (bad || !text.empty() || last < first || last >= limit)
      return createStringError("no register '%s': expected v0, a0, s0, v[0:3], vcc, exec, m0 or scc",
                               word.str().c_str());
    auto index = uint16_t(first + (kind == 'a' ? 256 : 0));
    ranges.push_back(
        {kind == 's' ? RegisterFile::Scalar : RegisterFile::Vector, index, uint16_t(last - first + 1)});
  }
  return ranges;
}

std::string formatRegister(const Wave &wave, RegisterFile file, unsigned index) {
  std::string text = registerName(file, index) + " =";
  if (file == RegisterFile::Scc)
    return text + (wave.scc ? " 1" : " 0");
  if (file == RegisterFile::Mode)
    return text + " " + FindingLog::hex(wave.mode.bits);
  if (file == RegisterFile::Scalar)
    return text + " " + FindingLog::hex(wave.sgpr[index & 127]);
  const uint32_t *lanes = wave.vgpr[index & 511];
  uint64_t exec = wave.exec() ? wave.exec() : ~uint64_t(0);
  uint32_t first = lanes[__builtin_ctzll(exec)];
  bool isUniform = true;
  for (unsigned lane = 0; lane < Lanes; ++lane)
    isUniform &= !(exec >> lane & 1) || lanes[lane] == first;
  if (isUniform)
    return text + " " + FindingLog::hex(first);
  for (unsigned lane = 0; lane < Lanes; ++lane)
    text += exec >> lane & 1 ? " " + utohexstr(lanes[lane], /*LowerCase=*/true) : " .";
  return text;
}

Expected<TraceOptions> parseTrace(StringRef text) {
  TraceOptions options;
  auto [wave, group] = text.split(':');
  bool bad = wave.getAsInteger(10, options.wave);
  SmallVector<StringRef, 3> parts;
  group.split(parts, ',', -1, /*KeepEmpty=*/false);
  bad |= parts.size() > 3;
  for (size_t i = 0; i < std::min<size_t>(parts.size(), 3); ++i)
    bad |= parts[i].getAsInteger(10, options.workgroup[i]);
  if (bad)
    return createStringError("'%s' is no wave: expected WAVE or WAVE:X,Y,Z", text.str().c_str());
  return options;
}

namespace {

/// For one line of output at a time from several host threads.
struct Output {
  LineSink sink;
  std::mutex lock;
  uint64_t loadAddress = 0;
  void line(const Twine &text) {
    std::lock_guard<std::mutex> guard(lock);
    sink(text.str());
  }
};

class TraceGroup final : public GroupObserver {
public:
  TraceGroup(Output &output, unsigned wave) : output(output), watched(wave) {}

  void beforeInstruction(const Wave &wave, const Instruction &inst) override {
    if (wave.index != watched)
      return;
    output.line(FindingLog::hex(inst.pc - output.loadAddress) + "  " + inst.text);
    before.clear();
    writes = MovedInstruction(wave, inst)->writes;
    for (const RegisterRange &range : writes)
      for (unsigned i = 0; i < range.count; ++i)
        before.push_back(formatRegister(wave, range.file, range.index + i));
  }
  void afterInstruction(const Wave &wave, const Instruction &) override {
    if (wave.index != watched)
      return;
    size_t n = 0;
    for (const RegisterRange &range : writes)
      for (unsigned i = 0; i < range.count; ++i)
        if (std::string now = formatRegister(wave, range.file, range.index + i); now != before[n++])
          output.line("        " + now);
  }
  void memoryLanded(const Wave &wave, const PendingAccess &access, ArrayRef<MemoryEvent>) override {
    const Instruction &inst = *access.inst;
    if (wave.index != watched || !inst.dstCount || inst.traits.ldsDma)
      return;
    output.line("        landed: " + inst.text);
    RegisterFile file = inst.dst[0].isVector() ? RegisterFile::Vector : RegisterFile::Scalar;
    for (unsigned i = 0; i < inst.dst[0].dwords; ++i)
      output.line("        " + formatRegister(wave, file, inst.dst[0].index + i));
  }
  void waveEnd(const Wave &wave) override {
    if (wave.index == watched)
      output.line("wave ended after " + Twine(wave.executed) + " instructions");
  }

private:
  Output &output;
  unsigned watched;
  SmallVector<RegisterRange, 6> writes; ///< of the instruction that runs
  std::vector<std::string> before;      ///< what they held
};

class Trace final : public Observer {
public:
  explicit Trace(TraceOptions given) : options(std::move(given)) { output.sink = options.sink; }
  void launchBegin(AddressSpace &, Program &program) override { output.loadAddress = program.loadAddress(); }
  std::unique_ptr<GroupObserver> beginGroup(const Workgroup &group) override {
    if (!std::equal(group.id, group.id + 3, options.workgroup))
      return std::make_unique<GroupObserver>();
    hasSeen = options.wave < group.waves.size();
    return std::make_unique<TraceGroup>(output, options.wave);
  }
  void launchEnd(std::vector<Finding> &) override {
    if (!hasSeen)
      output.line("the launch has no such wave: " + Twine(options.wave) + " of workgroup (" +
                  Twine(options.workgroup[0]) + ", " + Twine(options.workgroup[1]) + ", " +
                  Twine(options.workgroup[2]) + ")");
  }

private:
  TraceOptions options;
  bool hasSeen = false;
  Output output;
};

/// An address of the object, or a line of a file; any file's where `file` is empty.
struct Place {
  std::optional<uint64_t> address;
  std::string file;
  unsigned line = 0;
};

Expected<Place> parsePlace(StringRef text) {
  Place place;
  auto [file, line] = text.contains(':') ? text.rsplit(':') : std::pair(StringRef(), text);
  uint64_t address = 0;
  place.file = file.str();
  if (text.starts_with("0x") && !text.getAsInteger(0, address))
    place.address = address;
  else if (line.getAsInteger(10, place.line))
    return createStringError("'%s' is no place: expected 0xADDRESS, LINE or FILE:LINE", text.str().c_str());
  return place;
}

class Break final : public Observer {
public:
  Break(BreakOptions given, Place place) : options(std::move(given)), place(std::move(place)) {
    output.sink = options.sink;
  }

  void launchBegin(AddressSpace &, Program &program) override {
    output.loadAddress = program.loadAddress();
    addresses = place.address ? std::vector<uint64_t>{*place.address}
                              : program.lines().addressesOf(place.file, place.line);
    if (addresses.empty())
      output.line("no instruction stands at '" + options.place +
                  "': the code object has no such line in its line table");
  }
  std::unique_ptr<GroupObserver> beginGroup(const Workgroup &) override;

  void arrive(const Wave &wave, const Instruction &inst) {
    if (!is_contained(addresses, inst.pc - output.loadAddress) || hits++ >= options.limit)
      return;
    const uint32_t *id = wave.group->id;
    std::string text = "workgroup (" + std::to_string(id[0]) + ", " + std::to_string(id[1]) + ", " +
                       std::to_string(id[2]) + ") wave " + std::to_string(wave.index) + " at " +
                       FindingLog::hex(inst.pc - output.loadAddress) + ": " + inst.text;
    for (const RegisterRange &range : options.registers)
      for (unsigned i = 0; i < range.count; ++i)
        text += "\n  " + formatRegister(wave, range.file, range.index + i);
    output.line(text);
  }

private:
  BreakOptions options;
  Place place;
  Output output;
  std::vector<uint64_t> addresses;
  std::atomic<uint64_t> hits{0};
};

class BreakGroup final : public GroupObserver {
public:
  explicit BreakGroup(Break &owner) : owner(owner) {}
  void beforeInstruction(const Wave &wave, const Instruction &inst) override { owner.arrive(wave, inst); }

private:
  Break &owner;
};

std::unique_ptr<GroupObserver> Break::beginGroup(const Workgroup &) {
  return std::make_unique<BreakGroup>(*this);
}

} // namespace

std::unique_ptr<Observer> createTrace(TraceOptions options) {
  return std::make_unique<Trace>(std::move(options));
}
Expected<std::unique_ptr<Observer>> createBreak(BreakOptions options) {
  auto place = parsePlace(options.place);
  if (!place)
    return place.takeError();
  return std::make_unique<Break>(std::move(options), std::move(*place));
}

} // namespace kiln::emulator
