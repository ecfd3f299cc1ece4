#include "dialects/Target/Machine.h"

#include "mlir/IR/BuiltinOps.h"

using namespace mlir;
using namespace kiln::target;

MachineOp Machine::of(ModuleOp module) {
  auto machines = module.getOps<MachineOp>();
  return machines.empty() ? MachineOp() : *machines.begin();
}

std::optional<int64_t> Machine::laneRegisters() const {
  int64_t registers = 0;
  for (auto file : all<RegistersOp>())
    if (file.getPer() == "lane")
      registers += file.getLimit().value_or(file.getCount()) * file.getBits() / 32;
  return registers ? std::optional<int64_t>(registers) : std::nullopt;
}

SmallVector<MmaOp> Machine::mmasFor(Type a, Type b, Type acc, bool scaled) const {
  SmallVector<MmaOp> found;
  for (MmaOp atom : all<MmaOp>())
    if (atom.getA() == a && atom.getB() == b && atom.getAcc() == acc &&
        atom.getScaleBlock().has_value() == scaled && atom.getBlocks() == 1 && !atom.getInexact() &&
        !atom.getSharedSwizzle())
      found.push_back(atom);
  return found;
}

CopyOp Machine::copy(StringRef from, StringRef to, int64_t bytes) const {
  for (CopyOp atom : all<CopyOp>())
    if (atom.getFrom() == from && atom.getTo() == to && static_cast<int64_t>(atom.getBytes()) == bytes &&
        !atom.getTransposes() && !atom.getTileSwizzles())
      return atom;
  return {};
}

CopyOp Machine::tileCopy(StringRef name, StringRef from, StringRef to) const {
  CopyOp atom = lookup<CopyOp>(name);
  return atom && atom.getTileSwizzles() && atom.getFrom() == from && atom.getTo() == to ? atom : CopyOp();
}

ElementwiseOp Machine::elementwise(StringRef implements, Type from, Type to, int64_t width) const {
  ElementwiseOp best;
  for (ElementwiseOp atom : all<ElementwiseOp>())
    if (atom.getImplements() == implements && atom.getFrom() == from && atom.getTo() == to &&
        static_cast<int64_t>(atom.getWidth()) <= width && (!best || atom.getWidth() > best.getWidth()))
      best = atom;
  return best;
}

std::vector<kiln::layout::BankedAccess> Machine::sharedAccesses(StringRef kind) const {
  std::vector<layout::BankedAccess> accesses;
  MemoryOp shared = memory("shared");
  if (!shared || !shared.getPhases() || !shared.getBanks() || !shared.getBankBytes())
    return accesses;
  DictionaryAttr allPhases = *shared.getPhases();
  for (NamedAttribute phases : allPhases) {
    auto [name, bytes] = phases.getName().getValue().split('_');
    layout::BankedAccess access{0, static_cast<unsigned>(*shared.getBanks()), static_cast<unsigned>(*shared.getBankBytes()), {}};
    auto served = dyn_cast<ArrayAttr>(phases.getValue());
    if (name != kind || bytes.getAsInteger(10, access.bytes) || !served)
      continue;
    if (DictionaryAttr banks = shared.getAccessBanksAttr())
      if (auto fewer = banks.getAs<IntegerAttr>(phases.getName()))
        access.banks = fewer.getInt();
    for (auto phase : served.getAsRange<ArrayAttr>()) {
      access.phases.emplace_back();
      for (auto lane : phase.getAsRange<IntegerAttr>())
        access.phases.back().push_back(lane.getInt());
    }
    if (access.verify(lanes()).empty())
      accesses.push_back(std::move(access));
  }
  return accesses;
}
