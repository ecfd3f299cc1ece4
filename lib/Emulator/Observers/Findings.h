// What observers have in common: the log of findings, groups that are reused, names of registers.
#ifndef KILN_LIB_EMULATOR_OBSERVERS_FINDINGS_H
#define KILN_LIB_EMULATOR_OBSERVERS_FINDINGS_H

#include "Program.h"
#include "kiln/Emulator/Observers.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <unordered_map>

namespace kiln::emulator {

/// Findings of one observer in one launch, each (pc, kind) once: that of the first workgroup in grid order.
/// Thread safe.
class FindingLog {
public:
  void begin(AddressSpace &, Program &launched) {
    program = &launched;
    loadBase = launched.loadAddress();
    found.clear();
  }
  /// `message` is called for what is reported, not for what only counts. A conflict of two instructions names
  /// the other one's pc, so that it is one finding whichever came second.
  void add(const Wave &wave, const Instruction &inst, const char *kind,
           llvm::function_ref<std::string()> message, int lane = -1, uint64_t address = 0,
           uint64_t otherPc = ~uint64_t(0));
  /// "global_load_dword v1, v0, s[0:1] at 0x1040": the address is the object's.
  std::string describe(const Instruction &inst) const { return inst.text + " at " + hex(inst.pc - loadBase); }
  /// By the distance of its pc from the load address.
  std::string describe(uint32_t offset) const {
    const Instruction *inst = program->at(loadBase + offset);
    return inst ? describe(*inst) : hex(offset);
  }
  uint64_t pcOf(uint32_t offset) const { return loadBase + offset; }
  uint32_t offsetOf(const Instruction &inst) const { return uint32_t(inst.pc - loadBase); }
  void drain(std::vector<Finding> &into);

  static std::string hex(uint64_t value) { return "0x" + llvm::utohexstr(value, /*LowerCase=*/true); }

private:
  std::mutex lock;
  Program *program = nullptr;
  uint64_t loadBase = 0;
  std::map<std::pair<uint64_t, std::string>, Finding> found;
};

/// "v4", "a0", "s5", "vcc_lo".
std::string registerName(RegisterFile file, unsigned index);

/// An observer whose groups are used again for later workgroups. Group has `Group(Log &)` and
/// `void reset(const Workgroup &)`.
template <class Group, class Shared = FindingLog> class PooledObserver : public Observer {
public:
  void launchBegin(AddressSpace &memory, Program &program) override { shared.begin(memory, program); }
  std::unique_ptr<GroupObserver> beginGroup(const Workgroup &group) override {
    std::unique_ptr<GroupObserver> observer;
    {
      std::lock_guard<std::mutex> guard(lock);
      if (!pool.empty()) {
        observer = std::move(pool.back());
        pool.pop_back();
      }
    }
    if (!observer)
      observer = std::make_unique<Group>(shared);
    static_cast<Group &>(*observer).reset(group);
    return observer;
  }
  void endGroup(const Workgroup &, std::unique_ptr<GroupObserver> observer) override {
    std::lock_guard<std::mutex> guard(lock);
    pool.push_back(std::move(observer));
  }
  void launchEnd(std::vector<Finding> &findings) override { shared.drain(findings); }

protected:
  Shared shared;
  std::mutex lock;
  std::vector<std::unique_ptr<GroupObserver>> pool;
};

} // namespace kiln::emulator

#endif
