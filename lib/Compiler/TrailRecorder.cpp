#include "TrailRecorder.h"

#include "dialects/Stage/Stage.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Location.h"

using namespace mlir;
using namespace kiln::compiler;

static Place placeOf(FileLineColRange range) {
  return {range.getFilename().str(), range.getStartLine(), range.getStartColumn()};
}

/// The file location in a decision's child, if there is one.
static Place placeIn(Location loc) {
  if (auto file = loc->findInstanceOf<FileLineColRange>())
    return placeOf(file);
  return {};
}

void TrailRecorder::collectNamed(NameLoc name, Origin &origin) {
  Place place = placeIn(name.getChildLoc());
  for (size_t stage = 0; stage < trail.stages.size(); ++stage)
    if (trail.stages[stage].stage == name.getName()) {
      if (origin.lines.size() <= stage)
        origin.lines.resize(stage + 1);
      if (!origin.lines[stage])
        origin.lines[stage] = place.line;
      return;
    }
  if (llvm::none_of(origin.decisions, [&](const Decision &decision) {
        return decision.by == name.getName() && decision.at.line == place.line && decision.at.file == place.file;
      }))
    origin.decisions.push_back({name.getName().str(), place});
}

/// Of several places the first counts: passes fuse what they merge, the op that stays first.
void TrailRecorder::collect(Location loc, Origin &origin) {
  if (auto file = dyn_cast<FileLineColRange>(loc)) {
    if (!origin.kernel.line)
      origin.kernel = placeOf(file);
  } else if (auto name = dyn_cast<NameLoc>(loc)) {
    collectNamed(name, origin);
  } else if (auto call = dyn_cast<CallSiteLoc>(loc)) {
    collect(call.getCaller(), origin);
  } else if (auto fused = dyn_cast<FusedLoc>(loc)) {
    for (Location part : fused.getLocations())
      collect(part, origin);
  }
}

Origin TrailRecorder::originOf(Location loc) {
  Origin origin;
  collect(loc, origin);
  return origin;
}

unsigned TrailRecorder::intern(const Origin &origin) {
  std::string key;
  llvm::raw_string_ostream os(key);
  os << origin.kernel.file << ':' << origin.kernel.line << ':' << origin.kernel.column;
  for (const Decision &decision : origin.decisions)
    os << '|' << decision.by << '@' << decision.at.file << ':' << decision.at.line;
  for (unsigned line : origin.lines)
    os << ',' << line;
  auto [found, isNew] = known.try_emplace(key, trail.origins.size());
  if (isNew)
    trail.origins.push_back(origin);
  return found->second;
}

unsigned TrailRecorder::number(Location loc) {
  auto [found, isNew] = numbers.try_emplace(loc, 0);
  if (isNew)
    found->second = intern(originOf(loc));
  return found->second;
}

void TrailRecorder::snapshot(StringRef stage, ModuleOp module) {
  StageText text{stage.str(), {}, {}};
  AsmState::LocationMap places;
  AsmState state(module, OpPrintingFlags(), &places);
  llvm::raw_string_ostream os(text.text);
  module->print(os, state);
  text.origins.assign(StringRef(text.text).count('\n') + 1, StageText::none);
  trail.stages.push_back(std::move(text));
  numbers.clear(); // a stage more
  std::vector<unsigned> &origins = trail.stages.back().origins;
  MLIRContext *context = module.getContext();
  // In the order of the text, whatever that of the map is.
  module->walk<WalkOrder::PreOrder>([&](Operation *op) {
    auto place = places.find(op);
    if (place == places.end() || op == module)
      return;
    auto [line, column] = place->second;
    Location here = NameLoc::get(StringAttr::get(context, stage), FileLineColLoc::get(context, stage, line, column));
    op->setLoc(FusedLoc::get(context, {op->getLoc(), here}));
    if (line <= origins.size() && origins[line - 1] == StageText::none)
      origins[line - 1] = number(op->getLoc());
  });
}

static SharedTile describe(kiln::stage::AllocOp alloc) {
  kiln::stage::BufferType type = alloc.getType();
  SharedTile tile;
  tile.name = alloc.getName().str();
  llvm::raw_string_ostream(tile.element) << type.getElementType();
  tile.bits = type.getElementBits();
  tile.slots = type.getSlots();
  tile.fastest = type.getFastest();
  tile.pad = type.getPad();
  tile.shape = type.getShape().vec();
  tile.swizzle = type.getSwizzle().vec();
  if (std::optional<uint64_t> offset = alloc.getOffset())
    tile.offset = *offset;
  for (Operation *user : alloc->getUsers())
    if (auto read = dyn_cast<kiln::stage::ReadOp>(user))
      if (auto linear = dyn_cast_or_null<kiln::layout::LinearAttr>(read.getType().getLayout())) {
        kiln::layout::LinearLayout layout = linear.toLinear(read.getType().getShape());
        if (!llvm::is_contained(tile.reads, layout))
          tile.reads.push_back(std::move(layout));
      }
  return tile;
}

void TrailRecorder::noteTiles(ModuleOp module) {
  module->walk([&](Operation *op) {
    if (auto alloc = dyn_cast<kiln::stage::AllocOp>(op))
      trail.tiles.push_back(describe(alloc));
    if (auto atom = op->getAttrOfType<FlatSymbolRefAttr>("schedule.atom"))
      if (!llvm::is_contained(trail.atoms, atom.getValue()))
        trail.atoms.push_back(atom.getValue().str());
  });
}

void TrailRecorder::numberOrigins(ModuleOp module) {
  MLIRContext *context = module.getContext();
  module->walk([&](Operation *op) {
    unsigned origin = number(op->getLoc());
    Place kernel = trail.origins[origin].kernel;
    if (!kernel.line)
      return op->setLoc(UnknownLoc::get(context));
    constexpr unsigned columns = 1u << 16;
    SmallVector<Location> parts{
        FileLineColLoc::get(context, kernel.file, kernel.line, origin + 1 < columns ? origin + 1 : 0)};
    for (const Decision &decision : trail.origins[origin].decisions)
      if (decision.at.line)
        parts.push_back(
            NameLoc::get(StringAttr::get(context, decision.by),
                         FileLineColLoc::get(context, decision.at.file, decision.at.line, decision.at.column)));
    op->setLoc(FusedLoc::get(context, parts));
  });
}

void TrailRecorder::addListing(StringRef stage, const codegen::IRListing &listing) {
  StageText text{stage.str(), listing.text, {}};
  for (size_t line = 0; line < listing.places.size(); ++line) {
    unsigned column = listing.places[line].column;
    if (!listing.places[line].line || !column || column > trail.origins.size()) {
      text.origins.push_back(StageText::none);
      continue;
    }
    text.origins.push_back(column - 1);
  }
  trail.stages.push_back(std::move(text));
}
