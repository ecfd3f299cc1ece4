#include "TileCopies.h"

using namespace mlir;
using namespace kiln;

FailureOr<target::CopyOp> transforms::tileCopyOf(Operation *access, kernel::TensorRefType tensor,
                                                 const target::Machine &machine) {
  StringRef name = access->getAttrOfType<FlatSymbolRefAttr>("schedule.copy").getValue();
  bool isLoad = isa<kernel::LoadOp>(access);
  target::CopyOp copy =
      isLoad ? machine.tileCopy(name, "global", "shared") : machine.tileCopy(name, "shared", "global");
  if (!copy)
    return access->emitOpError() << "is scheduled on '" << name << "', which is no copy of whole tiles of "
                                 << machine.name()
                                 << (isLoad ? " from global to shared memory"
                                            : " from shared to global memory"),
           failure();
  if (access->hasAttr("schedule.swizzle"))
    return access->emitOpError() << "is scheduled with a swizzle, but '" << name << "' has its own",
           failure();
  if (access->hasAttr("dims") || access->hasAttr("other") || tensor.getRank() != 2 ||
      (!tensor.getStrides().empty() && tensor.getStrides().back() != 1))
    return access->emitOpError()
               << "cannot go through '" << name
               << "', which copies tiles of tensors with two dimensions and contiguous rows",
           failure();
  if (tensor.getAlignBytes() % static_cast<int64_t>(copy.getBytes()))
    return access->emitOpError() << "cannot go through '" << name << "': " << tensor
                                 << " promises an alignment of " << tensor.getAlignBytes()
                                 << " bytes, expected a multiple of " << copy.getBytes(),
           failure();
  return copy;
}

static SmallVector<int64_t> masksOf(Attribute swizzle) {
  return llvm::map_to_vector(cast<ArrayAttr>(swizzle).getAsRange<IntegerAttr>(),
                             [](IntegerAttr mask) { return mask.getInt(); });
}

FailureOr<stage::BufferType> transforms::tileBuffer(Operation *access, target::CopyOp copy, Type element,
                                                    int64_t slots, int64_t rows,
                                                    std::optional<int64_t> columns) {
  int64_t bits = element.getIntOrFloatBitWidth(), limit = *copy.getTileLimit();
  SmallVector<int64_t> best, widths;
  for (Attribute swizzle : copy.getTileSwizzlesAttr()) {
    SmallVector<int64_t> masks = masksOf(swizzle);
    widths.push_back(2 * masks.back());
    bool fits = !columns || *columns * bits % (widths.back() * 8) == 0;
    bool wider = best.empty() || masks.back() > best.back();
    if (fits && wider && llvm::all_of(masks, [&](int64_t mask) { return mask * 8 % bits == 0; }))
      best = masks;
  }
  int64_t width = best.empty() ? 0 : 2 * best.back() * 8 / bits;
  if (best.empty() || rows > limit || width > limit) {
    InFlightDiagnostic diag = access->emitOpError() << "is a tile of " << rows << " rows";
    if (columns)
      diag << " of " << *columns << " x " << element;
    diag << "; '" << copy.getSymName() << "' copies at most " << limit << " rows of ";
    llvm::interleave(widths, diag, " or ");
    return diag << " bytes", failure();
  }
  for (int64_t &mask : best)
    mask = mask * 8 / bits;
  SmallVector<int64_t> shape{rows, width};
  if (columns && *columns > width)
    shape.insert(shape.begin(), *columns / width);
  return stage::BufferType::get(access->getContext(), slots, shape, element, shape.size() - 1, 0, best, 1,
                                false);
}
