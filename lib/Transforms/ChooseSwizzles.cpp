#include "dialects/Stage/SharedRead.h"
#include "kiln/Layout/Swizzle.h"
#include "kiln/Transforms/Passes.h"

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_CHOOSESWIZZLES
#include "lib/Transforms/Passes.h.inc"

namespace {

/// Of every block of 32 registers the first 2 to the power of `bits`: what an access reads of each, wherever
/// in the block, meets the same banks of those that lie as far apart.
layout::LinearLayout firstOfEach(const layout::LinearLayout &blocks, unsigned bits) {
  std::vector<layout::LinearLayout::Input> inputs(blocks.inputs());
  for (layout::LinearLayout::Input &input : inputs)
    if (input.name == layout::registerDim)
      input.bases.erase(input.bases.begin() + bits, input.bases.begin() + 5);
  return layout::LinearLayout(std::move(inputs), SmallVector<int64_t>(blocks.outputSizes()));
}

/// How the reads of one buffer meet the banks: each way of reading once.
class BufferReads {
public:
  BufferReads(stage::AllocOp alloc, const target::Machine &machine) : buffer(alloc.getType()), all(machine.sharedAccesses("read")) {
    SmallVector<layout::LinearLayout> seen;
    for (Operation *user : alloc->getUsers()) {
      auto read = dyn_cast<stage::ReadOp>(user);
      if (!read)
        continue;
      stage::SharedRead how = stage::sharedReadOf(read, machine);
      if (llvm::is_contained(seen, how.addressed))
        continue;
      seen.push_back(how.addressed);
      if (how.transposing && transposing.empty()) // such reads have a width of their own
        llvm::copy_if(all, std::back_inserter(transposing),
                      [&](const layout::BankedAccess &access) { return access.bytes == how.transposing.getBytes(); });
      if (buffer.getBlocks()) { // 16 bytes of each place, then the last 8
        accesses.push_back({firstOfEach(how.addressed, 4), all});
        accesses.push_back({firstOfEach(how.addressed, 3), all});
        continue;
      }
      accesses.push_back({how.addressed, how.transposing ? transposing : all});
    }
  }

  bool empty() const { return accesses.empty(); }

  std::optional<layout::SwizzleChoice> best(int64_t together) const {
    return layout::findSwizzle(buffer.getShape()[0], buffer.getShape()[1], elementBits(), accesses, together);
  }

  /// With the buffer's own swizzle; nothing if the machine does not tell of such accesses.
  std::optional<int64_t> conflicts() const {
    SmallVector<int32_t> masks(buffer.getSwizzle());
    masks.resize(llvm::Log2_64(buffer.getShape()[0]), 0);
    layout::LinearLayout memory = layout::maskedRowMajor(buffer.getShape()[0], buffer.getShape()[1], masks);
    int64_t sum = 0;
    for (const layout::SwizzleAccess &access : accesses) {
      std::optional<layout::TileCost> cost = layout::tileCost(access.registers, memory, elementBits(), access.accesses);
      if (!cost)
        return std::nullopt;
      sum += cost->total.conflicts();
    }
    return sum;
  }

private:
  unsigned elementBits() const { return buffer.getElementBits(); }

  stage::BufferType buffer;
  std::vector<layout::BankedAccess> all, transposing;
  std::vector<layout::SwizzleAccess> accesses;
};

struct ChooseSwizzles : impl::ChooseSwizzlesBase<ChooseSwizzles> {
  /// Elements that one copy into `alloc` moves together; nothing if it is not filled by copies, or in another order.
  std::optional<int64_t> elementsOfCopy(stage::AllocOp alloc, const target::Machine &machine) {
    stage::BufferType buffer = alloc.getType();
    if (buffer.getShape().size() != 2 || buffer.getFastest() != 1 || buffer.getPad())
      return std::nullopt;
    for (Operation *user : alloc->getUsers())
      if (auto copy = dyn_cast<stage::CopyOp>(user))
        if (target::CopyOp atom = machine.copy(copy.getAtom()))
          return atom.getBytes() * 8 / buffer.getElementBits();
    return std::nullopt;
  }

  void choose(stage::AllocOp alloc, const target::Machine &machine) {
    std::optional<int64_t> together = elementsOfCopy(alloc, machine);
    stage::BufferType buffer = alloc.getType();
    BufferReads reads(alloc, machine);
    if (!together || !llvm::isPowerOf2_64(*together) || *together > buffer.getShape()[1] || reads.empty())
      return;
    std::optional<int64_t> conflicts;
    if (!buffer.getSwizzle().empty()) {
      conflicts = reads.conflicts();
    } else if (std::optional<layout::SwizzleChoice> choice = reads.best(*together)) {
      conflicts = choice->conflicts;
      SmallVector<int64_t> masks(choice->rowMasks.begin(), choice->rowMasks.end());
      if (llvm::any_of(masks, [](int64_t mask) { return mask != 0; }))
        alloc.getResult().setType(stage::BufferType::get(
            buffer.getContext(), buffer.getSlots(), buffer.getShape(), buffer.getElementType(),
            buffer.getFastest(), 0, masks, buffer.getReplicas(), buffer.getBlocks()));
    }
    if (conflicts)
      alloc.setConflicts(*conflicts);
  }

  void runOnOperation() override {
    target::MachineOp machine = target::Machine::of(getOperation());
    if (machine)
      getOperation().walk([&](stage::AllocOp alloc) { choose(alloc, target::Machine(machine)); });
  }
};
} // namespace
} // namespace kiln::transforms
