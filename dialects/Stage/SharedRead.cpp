#include "dialects/Stage/SharedRead.h"

using namespace mlir;
using namespace kiln;
using layout::LinearLayout;

/// The addresses with which `atom` delivers a tile held as `held`, or nothing if they are no runs along `fastest`.
static std::optional<LinearLayout> addressesFor(target::CopyOp atom, const LinearLayout &held, unsigned fastest) {
  int64_t lanes = held.inputSize(layout::laneDim), elements = atom.getBytes() * 8 / *atom.getTransposes();
  auto exchange = dyn_cast_or_null<layout::LinearAttr>(atom.getExchangeAttr());
  if (!exchange || int64_t(1) << exchange.laneBits() != lanes || held.inputSize(layout::registerDim) < elements)
    return std::nullopt;
  StringRef inputs[] = {layout::registerDim, layout::laneDim};
  // (lane, element) in memory to the register and lane that get it.
  std::optional<LinearLayout> receivers = exchange.toLinear({lanes, elements}).withInputs(inputs).invert();
  if (!receivers)
    return std::nullopt;
  auto elementAt = [&](StringRef from, unsigned bit) {
    SmallVector<int32_t> receiver = receivers->apply({{from, 1 << bit}});
    return held.apply({{layout::registerDim, receiver[0]}, {layout::laneDim, receiver[1]}});
  };
  LinearLayout::Bases registers, ofLanes, waves;
  for (unsigned bit = 0; int64_t(1) << bit < elements; ++bit) {
    registers.push_back(elementAt("dim1", bit));
    for (auto [d, coordinate] : llvm::enumerate(registers.back()))
      if (coordinate != (d == fastest ? 1 << bit : 0))
        return std::nullopt;
  }
  for (unsigned bit = llvm::Log2_64(elements); bit < held.inputBits(layout::registerDim); ++bit)
    registers.emplace_back(held.basis(layout::registerDim, bit));
  for (unsigned bit = 0; bit < held.inputBits(layout::laneDim); ++bit)
    ofLanes.push_back(elementAt("dim0", bit));
  for (unsigned bit = 0; bit < held.inputBits(layout::waveDim); ++bit)
    waves.emplace_back(held.basis(layout::waveDim, bit));
  return LinearLayout({{layout::registerDim.str(), registers}, {layout::laneDim.str(), ofLanes}, {layout::waveDim.str(), waves}},
                      SmallVector<int64_t>(held.outputSizes()));
}

stage::SharedRead stage::sharedReadOf(ReadOp op, const target::Machine &machine) {
  kernel::TileType tile = op.getTile().getType();
  BufferType buffer = op.getBuffer().getType();
  LinearLayout held = cast<layout::LinearAttr>(tile.getLayout()).toLinear(tile.getShape());
  // A lane's whole run becomes one vector, however many instructions it takes: that is what matrix instructions want.
  int64_t run = std::min<int64_t>(int64_t(1) << held.contiguous(layout::registerDim, buffer.getFastest()), 32);
  int64_t bits = tile.getElementType().isIndex() ? 32 : tile.getElementType().getIntOrFloatBitWidth();
  for (target::CopyOp atom : machine.all<target::CopyOp>())
    if (atom.getFrom() == "shared" && atom.getTo() == "register" && atom.getTransposes() == bits &&
        run * bits < static_cast<int64_t>(atom.getBytes()) * 8 && buffer.getAlignment() % atom.getBytes() == 0)
      if (std::optional<LinearLayout> addressed = addressesFor(atom, held, buffer.getFastest()))
        return {atom, *addressed, static_cast<int64_t>(atom.getBytes()) * 8 / bits};
  return {{}, held, run};
}
