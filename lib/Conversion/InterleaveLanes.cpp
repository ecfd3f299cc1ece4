#include "dialects/Target/Machine.h"
#include "kiln/Conversion/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace kiln::conversion {
#define GEN_PASS_DEF_INTERLEAVELANES
#include "lib/Conversion/Passes.h.inc"

namespace {

enum class Role { Matrix, Copy, Read, Other };

/// What `schedule.interleave` says.
struct Interleaving {
  bool copiesFirst = false;
  // The last quarter of the instructions is left free: what they read late would arrive late.
  int64_t within = 75;

  static Interleaving of(Operation *func) {
    auto said = func->getAttrOfType<DictionaryAttr>("kiln.interleave");
    if (!said)
      return {};
    return {said.getAs<StringAttr>("first") == "copies", said.getAs<IntegerAttr>("within").getInt()};
  }
};

/// Orders the operations between two barriers: matrix instructions in their order, reads and copies spread evenly among them.
class SegmentOrder {
public:
  SegmentOrder(const target::Machine &machine, unsigned sharedSpace) : machine(machine), sharedSpace(sharedSpace) {
    for (auto atom : machine.all<target::MmaOp>())
      roles[atom.getSymName()] = Role::Matrix;
    for (auto atom : machine.all<target::CopyOp>())
      if (atom.getTo() == "shared")
        roles[atom.getSymName()] = Role::Copy;
      else if (atom.getFrom() == "shared")
        roles[atom.getSymName()] = Role::Read;
  }

  Role roleOf(Operation &op) const {
    if (auto apply = dyn_cast<target::ApplyOp>(op)) {
      auto found = roles.find(apply.getAtom());
      return found == roles.end() ? Role::Other : found->second;
    }
    if (auto load = dyn_cast<LLVM::LoadOp>(op))
      if (cast<LLVM::LLVMPointerType>(load.getAddr().getType()).getAddressSpace() == sharedSpace)
        return Role::Read;
    return Role::Other;
  }

  /// Reorders [first, last) of a block; `last` stays where it is.
  void order(Block::iterator first, Operation *last, const Interleaving &how) {
    SmallVector<Operation *> matrix, reads, others, copies;
    for (auto it = first; &*it != last; ++it) {
      switch (roleOf(*it)) {
      case Role::Matrix: matrix.push_back(&*it); break;
      case Role::Read: reads.push_back(&*it); break;
      case Role::Copy: copies.push_back(&*it); break;
      case Role::Other: others.push_back(&*it); break;
      }
    }
    SmallVector<Operation *> memory(how.copiesFirst ? copies : reads);
    memory.append(how.copiesFirst ? reads : copies);
    OpBuilder builder(last);
    // With one kind only the order is right as it is.
    if (matrix.empty() || memory.empty()) {
      for (Operation *op : matrix.empty() ? memory : matrix) {
        builder.setInsertionPointAfter(op);
        pin(builder);
      }
      return;
    }
    DenseSet<Operation *> placed, segment(matrix.begin(), matrix.end());
    segment.insert(memory.begin(), memory.end());
    segment.insert(others.begin(), others.end());
    // An operation comes after what it uses, so a memory operation takes its address computation along.
    auto place = [&](auto &self, Operation *op) -> void {
      if (!segment.contains(op) || !placed.insert(op).second)
        return;
      for (Value operand : op->getOperands())
        if (Operation *source = operand.getDefiningOp())
          self(self, source);
      op->moveBefore(last);
    };
    size_t next = 0;
    for (size_t i = 0; i < matrix.size(); ++i) {
      size_t due = std::min(memory.size(), (i + 1) * memory.size() * 100 / (matrix.size() * how.within + 1));
      for (; next < due; ++next) {
        place(place, memory[next]);
        // A copy is pinned together with the matrix instruction that follows it.
        if (roleOf(*memory[next]) == Role::Read)
          pin(builder);
      }
      place(place, matrix[i]);
      pin(builder);
    }
    for (; next < memory.size(); ++next) {
      place(place, memory[next]);
      pin(builder);
    }
    for (Operation *op : others)
      place(place, op);
  }

  void pin(OpBuilder &builder) {
    if (machine.operation("pin"))
      target::ApplyOp::create(builder, builder.getInsertionPoint()->getLoc(), TypeRange(), "pin", ValueRange());
  }

private:
  const target::Machine &machine;
  unsigned sharedSpace;
  llvm::StringMap<Role> roles;
};

bool isBareBarrier(Operation &op) {
  auto apply = dyn_cast<target::ApplyOp>(op);
  return apply && apply.getAtom() == "raw_barrier";
}

struct InterleaveLanes : impl::InterleaveLanesBase<InterleaveLanes> {
  void runOnOperation() override {
    target::MachineOp machineOp = target::Machine::of(getOperation());
    if (!machineOp || !target::Machine(machineOp).memory("shared"))
      return;
    target::Machine machine(machineOp);
    SegmentOrder segments(machine, machine.memory("shared").getSpace());
    SmallVector<Operation *> barriers;
    getOperation().walk([&](target::ApplyOp op) {
      if (isBareBarrier(*op))
        barriers.push_back(op);
    });
    for (Operation *barrier : barriers) {
      Operation *last = barrier->getNextNode();
      while (last && !last->hasTrait<OpTrait::IsTerminator>() && last->getNumRegions() == 0 && !isWait(*last))
        last = last->getNextNode();
      Operation *first = barrier->getNextNode();
      OpBuilder builder(first);
      segments.pin(builder);
      if (first != last && barrier->getParentOp()->getNumRegions() == 1)
        segments.order(first->getIterator(), last, Interleaving::of(barrier->getParentOfType<LLVM::LLVMFuncOp>()));
    }
  }

  static bool isWait(Operation &op) {
    auto apply = dyn_cast<target::ApplyOp>(op);
    return apply && (apply.getAtom() == "wait" || apply.getAtom() == "barrier" || apply.getAtom() == "raw_barrier" ||
                     apply.getAtom() == "priority_low");
  }
};
} // namespace
} // namespace kiln::conversion
