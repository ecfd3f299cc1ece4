// Loads and stores: which bytes a lane touches, and with which atoms.
#include "GlobalAccess.h"
#include "dialects/Stage/SharedRead.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::conversion;
using layout::LinearLayout;

/// The largest power of two that divides the bytes of `elements`.
static int64_t chunkBytes(int64_t elements, int64_t elementBits, int64_t limit) {
  int64_t bytes = std::max<int64_t>(1, elements * elementBits / 8);
  return std::min<int64_t>(limit, bytes & -bytes);
}

/// Splits the registers into the widest accesses along `dim` of at most `bytes`. Elements narrower than a byte
/// travel at least a byte at a time.
static SmallVector<Access> accessesOf(const LinearLayout &layout, unsigned dim, int64_t elementBits, int64_t bytes) {
  int64_t run = int64_t(1) << layout.contiguous(layout::registerDim, dim);
  while (run > 1 && run * elementBits > bytes * 8 && (run / 2) * elementBits % 8 == 0)
    run /= 2;
  SmallVector<Access> accesses;
  for (int64_t first = 0; first < layout.inputSize(layout::registerDim); first += run)
    accesses.push_back({first, run});
  return accesses;
}

/// The accesses' numbers, row after row: then what is computed for a row is soon done with.
static SmallVector<size_t> inRowOrder(const LinearLayout &layout, ArrayRef<Access> accesses) {
  SmallVector<SmallVector<int32_t>> places;
  for (Access access : accesses)
    places.push_back(layout.apply({{layout::registerDim, static_cast<int32_t>(access.firstRegister)}}));
  auto order = llvm::to_vector(llvm::seq<size_t>(accesses.size()));
  llvm::sort(order, [&](size_t a, size_t b) {
    return std::lexicographical_compare(places[a].begin(), places[a].end(), places[b].begin(), places[b].end());
  });
  return order;
}

static bool isConstantZero(Value value) {
  auto constant = value.getDefiningOp<arith::ConstantOp>();
  return constant && cast<IntegerAttr>(constant.getValue()).getValue().isZero();
}

/// Bytes of so many elements.
static Value bitsToBytes(OpBuilder &at, Location loc, Value elements, int64_t elementBits) {
  Type integer = elements.getType();
  auto constant = [&](int64_t value) { return arith::ConstantOp::create(at, loc, at.getIntegerAttr(integer, value)); };
  if (elementBits % 8 == 0)
    return arith::MulIOp::create(at, loc, elements, constant(elementBits / 8));
  return arith::ShRUIOp::create(at, loc, arith::MulIOp::create(at, loc, elements, constant(elementBits)), constant(3));
}

/// A number that is a few tiles of `size`: offsets of 32 bits reach it wherever they reach the whole tile.
static bool isNear(int64_t number, int64_t size) { return number >= 0 && number < 8 * size; }

/// What a constant adds to an index, if it is a few whole tiles: no bit of it is a lane's.
static int64_t wholeTilesIn(Value index, int64_t size) {
  auto sum = index.getDefiningOp<arith::AddIOp>();
  auto constant = sum ? sum.getRhs().getDefiningOp<arith::ConstantOp>() : arith::ConstantOp();
  int64_t added = constant ? cast<IntegerAttr>(constant.getValue()).getInt() : 0;
  return isNear(added, size) && added % size == 0 ? added : 0;
}

/// A constant index a few tiles from the tensor's begin.
static bool isNearConstant(Value index, int64_t size) {
  auto constant = index.getDefiningOp<arith::ConstantOp>();
  return constant && isNear(cast<IntegerAttr>(constant.getValue()).getInt(), size);
}

LaneLowering::GlobalAccess LaneLowering::openTensor(Value tensor, OperandRange indices, kernel::TileType tile,
                                                    llvm::function_ref<unsigned(unsigned)> tensorDim,
                                                    int64_t headroom) {
  auto type = cast<kernel::TensorRefType>(tensor.getType());
  const TensorValues &values = tensors[tensor];
  GlobalAccess access{tile, layoutOf(tile), {}, {}, {}, {}, {}, {}, {}, {}, {}, 0};
  access.elementBits = type.getElementType().getIntOrFloatBitWidth();
  // Indices from outside of all loops move the base address; those of a loop are an offset that the loop adds.
  OpBuilder outside = builder;
  if (outermostLoop)
    outside.setInsertionPoint(outermostLoop);
  // Parts of a tile, and the steps that are copied before and after a loop, share a base; its lanes or all of
  // them add what lies between.
  SmallVector<int64_t> tileSizes(type.getRank(), 0), apart(type.getRank(), 0);
  for (unsigned d = 0; d < tile.getShape().size(); ++d)
    tileSizes[tensorDim(d)] = tile.getShape()[d];
  Value origin, moving;
  for (auto [d, index] : llvm::enumerate(indices)) {
    Value at = scalars.lookup(index);
    if (isConstantZero(at))
      continue;
    bool inLoop = outermostLoop && outermostLoop->isProperAncestor(at.getParentBlock()->getParentOp()
                                                                       ? at.getParentBlock()->getParentOp()
                                                                       : outermostLoop);
    inLoop |= outermostLoop && at.getParentBlock()->getParentOp() == outermostLoop;
    if (int64_t added = inLoop ? 0 : wholeTilesIn(at, tileSizes[d])) {
      apart[d] = added;
      at = at.getDefiningOp<arith::AddIOp>().getLhs();
    }
    if (inLoop || isNearConstant(at, tileSizes[d])) {
      Value step = arith::MulIOp::create(builder, loc, at, values.strides[d]);
      moving = moving ? arith::AddIOp::create(builder, loc, moving, step) : step;
    } else {
      Type i64 = builder.getI64Type();
      Value wide = arith::ExtSIOp::create(outside, loc, i64, at);
      Value stride = arith::ExtSIOp::create(outside, loc, i64, values.strides[d]);
      Value step = arith::MulIOp::create(outside, loc, wide, stride);
      origin = origin ? arith::AddIOp::create(outside, loc, origin, step) : step;
    }
  }
  Value pointer = values.pointer;
  if (origin) {
    Value bytes = bitsToBytes(outside, loc, origin, access.elementBits);
    pointer = LLVM::GEPOp::create(outside, loc, pointer.getType(), builder.getI8Type(), pointer, bytes);
  }
  if (headroom)
    pointer = LLVM::GEPOp::create(outside, loc, pointer.getType(), builder.getI8Type(), pointer,
                                  ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(-headroom)});
  // Masked lanes use an offset beyond 2 GiB, so that is the length; a tile itself is smaller.
  Value length = arith::ConstantOp::create(outside, loc, builder.getI64IntegerAttr(0x7FFFFFFF));
  std::swap(builder, outside);
  access.view = apply("view", {pointer, length});
  std::swap(builder, outside);
  access.loopOffset = moving ? bitsToBytes(builder, loc, moving, access.elementBits) : i32(0);

  for (unsigned d = 0; d < tile.getShape().size(); ++d) {
    unsigned from = tensorDim(d);
    access.dims.push_back(from);
    Value at = scalars.lookup(indices[from]), mine = laneCoordinate(access.layout, d);
    bool whole = isConstantZero(at) && type.getShape()[from] >= tile.getShape()[d];
    if (apart[from]) {
      at = at.getDefiningOp<arith::AddIOp>().getLhs();
      mine = arith::AddIOp::create(entry, loc, mine, i32(apart[from]));
    }
    access.coordinates.push_back(mine);
    access.indices.push_back(at);
    access.checked.push_back(!whole);
    access.sizes.push_back(values.sizes[from]);
    access.strides.push_back(values.strides[from]);
  }
  access.laneOffset = laneOffsetOf(access, access.coordinates);
  return access;
}

Value LaneLowering::laneOffsetOf(const GlobalAccess &access, ArrayRef<Value> coordinates) {
  Value elements = i32(0);
  for (auto [coordinate, stride] : llvm::zip(coordinates, access.strides)) {
    Value scaled = arith::MulIOp::create(entry, loc, coordinate, stride);
    elements = arith::AddIOp::create(entry, loc, elements, scaled);
  }
  return bitsToBytes(entry, loc, elements, access.elementBits);
}

void LaneLowering::locate(const GlobalAccess &access, int64_t firstRegister, bool stepsInLane, Value &offset,
                          Value &uniform, Value &inBounds) {
  SmallVector<int32_t> at = access.layout.apply({{layout::registerDim, static_cast<int32_t>(firstRegister)}});
  // Bits that a lane may have too, as in swizzled copies, are XORed to its coordinates; the others add to them.
  SmallVector<Value> coordinates(access.coordinates);
  bool crossed = false;
  for (unsigned d = 0; d < at.size(); ++d)
    if (int32_t shared = at[d] & laneBits(access.layout, d)) {
      coordinates[d] = arith::XOrIOp::create(entry, loc, coordinates[d], i32(shared));
      at[d] ^= shared;
      crossed = true;
    }
  offset = crossed ? laneOffsetOf(access, coordinates) : access.laneOffset;
  uniform = access.loopOffset;
  inBounds = {};
  for (unsigned d = 0; d < at.size(); ++d) {
    if (access.checked[d]) {
      Value position = coordinates[d];
      if (!isConstantZero(access.indices[d]))
        position = arith::AddIOp::create(builder, loc, access.indices[d], position);
      if (at[d])
        position = arith::AddIOp::create(builder, loc, position, i32(at[d]));
      Value inside = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, position, access.sizes[d]);
      inBounds = inBounds ? arith::AndIOp::create(builder, loc, inBounds, inside) : inside;
    }
    if (!at[d])
      continue;
    auto stride = access.strides[d].getDefiningOp<arith::ConstantOp>();
    if (stride) {
      // Known bytes go into the lane's offset, where they fold into the instruction.
      int64_t bytes = cast<IntegerAttr>(stride.getValue()).getInt() * at[d] * access.elementBits / 8;
      offset = arith::AddIOp::create(builder, loc, offset, i32(bytes));
      continue;
    }
    Value step = arith::MulIOp::create(entry, loc, access.strides[d], i32(at[d] * access.elementBits));
    step = arith::ShRUIOp::create(entry, loc, step, i32(3));
    Value &sum = stepsInLane ? offset : uniform;
    sum = arith::AddIOp::create(builder, loc, sum, step);
  }
  if (!inBounds)
    inBounds = arith::ConstantOp::create(builder, loc, builder.getBoolAttr(true));
}

Value LaneLowering::fromChunks(ArrayRef<Value> chunks, VectorType type) {
  int64_t bits = type.getNumElements() * type.getElementTypeBitWidth();
  auto cast = [&](Value value, Type to) -> Value {
    return value.getType() == to ? value : LLVM::BitcastOp::create(builder, loc, to, value).getResult();
  };
  if (chunks.size() == 1) {
    int64_t chunkBits = isa<VectorType>(chunks[0].getType())
                            ? mlir::cast<VectorType>(chunks[0].getType()).getNumElements() * 32
                            : chunks[0].getType().getIntOrFloatBitWidth();
    Value whole = chunks[0];
    if (chunkBits > bits) // a lone element narrower than a byte
      whole = arith::TruncIOp::create(builder, loc, builder.getIntegerType(bits), whole);
    return cast(whole, type);
  }
  // Chunks of 4 bytes or more are made of words; narrower ones are collected one by one.
  Type unit = chunks[0].getType();
  int64_t perChunk = 1;
  if (auto words = dyn_cast<VectorType>(unit)) {
    unit = words.getElementType();
    perChunk = words.getNumElements();
  }
  auto whole = VectorType::get(chunks.size() * perChunk, unit);
  Value result = ub::PoisonOp::create(builder, loc, whole);
  for (auto [i, chunk] : llvm::enumerate(chunks)) {
    if (isa<VectorType>(chunk.getType()))
      result = vector::InsertStridedSliceOp::create(builder, loc, chunk, result, static_cast<int64_t>(i) * perChunk, 1);
    else
      result = vector::InsertOp::create(builder, loc, chunk, result, static_cast<int64_t>(i));
  }
  return cast(result, type);
}

SmallVector<Value> LaneLowering::toChunks(Value vector, int64_t bytes) {
  auto type = cast<VectorType>(vector.getType());
  int64_t bits = type.getNumElements() * type.getElementTypeBitWidth();
  int64_t count = std::max<int64_t>(1, bits / 8 / bytes);
  Type unit = builder.getIntegerType(std::min<int64_t>(32, std::min(bits, bytes * 8)));
  int64_t perChunk = std::max<int64_t>(1, bytes / 4);
  auto whole = VectorType::get(count * perChunk, unit);
  Value words = type == whole ? vector : LLVM::BitcastOp::create(builder, loc, whole, vector).getResult();
  SmallVector<Value> chunks;
  for (int64_t i = 0; i < count; ++i) {
    if (perChunk == 1)
      chunks.push_back(vector::ExtractOp::create(builder, loc, words, i));
    else if (count == 1)
      chunks.push_back(words);
    else
      chunks.push_back(vector::ExtractStridedSliceOp::create(builder, loc, words, i * perChunk, perChunk, 1));
  }
  return chunks;
}

/// What an atom of this width moves.
static Type chunkType(OpBuilder &builder, int64_t bytes) {
  if (bytes <= 4)
    return builder.getIntegerType(bytes * 8);
  return VectorType::get(bytes / 4, builder.getI32Type());
}

LogicalResult LaneLowering::lowerLoad(kernel::LoadOp op) {
  kernel::TileType tile = op.getType();
  kernel::TensorRefType tensor = op.getTensor().getType();
  Type storage = target::storageType(tile.getElementType());
  GlobalAccess access =
      openTensor(op.getTensor(), op.getIndices(), tile, [&](unsigned d) { return op.tensorDim(d); });
  unsigned last = tile.getShape().size() - 1;
  bool rowsContiguous = access.dims[last] + 1 == tensor.getRank();
  int64_t elementBytes = std::max<int64_t>(1, access.elementBits / 8);
  int64_t widest = rowsContiguous ? std::clamp<int64_t>(tensor.getAlignBytes(), elementBytes, 16) : elementBytes;
  Pieces pieces;
  SmallVector<Access> accesses = accessesOf(access.layout, last, access.elementBits, widest);
  if (accesses[0].elements * access.elementBits % 8)
    return op.emitOpError() << "loads " << tile.getElementType() << " in runs of " << accesses[0].elements
                            << ", which are no whole bytes; a lane must hold whole bytes of a row";
  for (Access part : accesses) {
    Value offset, uniform, inBounds;
    locate(access, part.firstRegister, /*stepsInLane=*/false, offset, uniform, inBounds);
    int64_t bytes = chunkBytes(part.elements, access.elementBits, widest);
    int64_t count = std::max<int64_t>(1, part.elements * access.elementBits / 8 / bytes);
    target::CopyOp atom = machine.copy("global", "register", bytes);
    if (!atom)
      return op.emitOpError() << "needs a copy of " << bytes << " bytes from global memory to registers, which "
                              << machine.name() << " lacks";
    SmallVector<Value> chunks;
    for (int64_t c = 0; c < count; ++c) {
      Value at = c ? arith::AddIOp::create(builder, loc, offset, i32(c * bytes)).getResult() : offset;
      auto load = target::ApplyOp::create(builder, loc, chunkType(builder, bytes), atom.getSymName(),
                                          ValueRange{access.view, at, uniform, inBounds});
      chunks.push_back(load.getResult(0));
    }
    Value vector = fromChunks(chunks, VectorType::get(part.elements, storage));
    if (Attribute other = op.getOtherAttr()) {
      auto number = cast<FloatAttr>(other);
      Value fill = vector::BroadcastOp::create(builder, loc, vector.getType(),
                                               floatConstant(number.getValueAsDouble(), tile.getElementType()));
      vector = arith::SelectOp::create(builder, loc, inBounds, vector, fill);
    }
    pieces.vectors.push_back(vector);
    pieces.length = part.elements;
  }
  tiles[op.getResult()] = pieces;
  return success();
}

LogicalResult LaneLowering::lowerStore(kernel::StoreOp op) {
  kernel::TileType tile = op.getTile().getType();
  kernel::TensorRefType tensor = op.getTensor().getType();
  GlobalAccess access =
      openTensor(op.getTensor(), op.getIndices(), tile, [&](unsigned d) { return op.tensorDim(d); });
  unsigned last = tile.getShape().size() - 1;
  bool rowsContiguous = access.dims[last] + 1 == tensor.getRank();
  int64_t elementBytes = std::max<int64_t>(1, access.elementBits / 8);
  int64_t widest = rowsContiguous ? std::clamp<int64_t>(tensor.getAlignBytes(), elementBytes, 16) : elementBytes;
  SmallVector<Access> accesses = accessesOf(access.layout, last, access.elementBits, widest);
  if (accesses[0].elements * access.elementBits % 8)
    return op.emitOpError() << "stores " << tile.getElementType() << " in runs of " << accesses[0].elements
                            << ", which are no whole bytes; a lane must hold whole bytes of a row";
  Pieces pieces = repiece(tiles[op.getTile()], accesses[0].elements);
  Value first = isFirstCopy(access.layout);
  int64_t skip = access.layout.redundantBits(layout::registerDim);
  for (size_t i : inRowOrder(access.layout, accesses)) {
    Access part = accesses[i];
    Value vector = pieces.vectors[i];
    if (part.firstRegister & skip)
      continue;
    Value offset, uniform, inBounds;
    locate(access, part.firstRegister, /*stepsInLane=*/false, offset, uniform, inBounds);
    if (first)
      inBounds = arith::AndIOp::create(builder, loc, inBounds, first);
    int64_t bytes = chunkBytes(part.elements, access.elementBits, widest);
    target::CopyOp atom = machine.copy("register", "global", bytes);
    if (!atom)
      return op.emitOpError() << "needs a copy of " << bytes << " bytes from registers to global memory, which "
                              << machine.name() << " lacks";
    for (auto [c, chunk] : llvm::enumerate(toChunks(vector, bytes))) {
      Value at = c ? arith::AddIOp::create(builder, loc, offset, i32(c * bytes)).getResult() : offset;
      target::ApplyOp::create(builder, loc, TypeRange(), atom.getSymName(),
                              ValueRange{chunk, access.view, at, uniform, inBounds});
    }
  }
  return success();
}

Value LaneLowering::sharedPointer(stage::BufferType buffer, Value alloc, Value slot, const LinearLayout &layout,
                                  int64_t firstRegister) {
  unsigned bits = buffer.getElementBits();
  auto byteOffset = [&](ArrayRef<int32_t> coordinates) {
    SmallVector<int64_t> wide(coordinates.begin(), coordinates.end());
    return buffer.getElementOffset(wide) * bits / 8;
  };
  // Offsets of single bits add up: without a swizzle coordinates are disjoint sums, with one the map is linear
  // over GF(2) and padding is absent.
  SmallVector<int64_t> laneBases, waveBases;
  int64_t movedByLanes = 0;
  for (auto [input, bases] : {std::pair<StringRef, SmallVector<int64_t> *>{layout::laneDim, &laneBases},
                              {layout::waveDim, &waveBases}})
    for (unsigned bit = 0; bit < layout.inputBits(input); ++bit) {
      bases->push_back(byteOffset(layout.basis(input, bit)));
      movedByLanes |= bases->back();
    }
  int64_t fixed = byteOffset(layout.apply({{layout::registerDim, static_cast<int32_t>(firstRegister)}}));
  bool swizzled = !buffer.getSwizzle().empty();
  int64_t crossed = swizzled ? fixed & movedByLanes : 0;

  auto allocOp = alloc.getDefiningOp<stage::AllocOp>();
  Value lanePart;
  if (swizzled) {
    lanePart = arith::XOrIOp::create(entry, loc, linear(laneId, laneBases), linear(waveId, waveBases));
    if (crossed)
      lanePart = arith::XOrIOp::create(entry, loc, lanePart, i32(crossed));
  } else {
    lanePart = i32(0);
    for (unsigned d = 0; d < buffer.getShape().size(); ++d) {
      SmallVector<int32_t> unit(buffer.getShape().size(), 0);
      unit[d] = 1;
      SmallVector<int64_t> one(unit.begin(), unit.end());
      int64_t strideBits = buffer.getElementOffset(one) * bits;
      Value scaled = arith::MulIOp::create(entry, loc, laneCoordinate(layout, d), i32(strideBits));
      lanePart = arith::AddIOp::create(entry, loc, lanePart, scaled);
    }
    lanePart = arith::ShRUIOp::create(entry, loc, lanePart, i32(3));
  }
  auto pointerType = LLVM::LLVMPointerType::get(builder.getContext(), machine.memory("shared").getSpace());
  Type byte = builder.getI8Type();
  Value slotNumber = scalars.lookup(slot);
  auto slotConstant = slotNumber.getDefiningOp<arith::ConstantOp>();
  int64_t constantPart = *allocOp.getOffset() + (fixed & ~crossed);
  if (slotConstant)
    constantPart += cast<IntegerAttr>(slotConstant.getValue()).getInt() * buffer.getSlotBytes();
  // Instructions add constants of 16 bits. One base for every 64 KiB serves all accesses; without it each that is
  // farther away has an address register of its own.
  int64_t window = constantPart & ~int64_t(0xFFFF);
  if (window)
    lanePart = arith::AddIOp::create(entry, loc, lanePart, i32(window));
  Value pointer = LLVM::GEPOp::create(entry, loc, pointerType, byte, sharedBase, lanePart);
  if (!slotConstant) {
    Value slotOffset = arith::MulIOp::create(builder, loc, slotNumber, i32(buffer.getSlotBytes()));
    pointer = LLVM::GEPOp::create(builder, loc, pointerType, byte, pointer, slotOffset);
  }
  constantPart -= window;
  return LLVM::GEPOp::create(builder, loc, pointerType, byte, pointer, ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(constantPart)},
                             LLVM::GEPNoWrapFlags::inbounds);
}

Value LaneLowering::sharedChunk(Value pointer, int64_t at) {
  if (!at)
    return pointer;
  return LLVM::GEPOp::create(builder, loc, pointer.getType(), builder.getI8Type(), pointer,
                             ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(at)});
}

void LaneLowering::lowerStageWrite(stage::WriteOp op) {
  stage::BufferType buffer = op.getBuffer().getType();
  LinearLayout layout = layoutOf(op.getTile().getType());
  int64_t bits = buffer.getElementType().getIntOrFloatBitWidth();
  int64_t widest = buffer.getAlignment();
  SmallVector<Access> accesses = accessesOf(layout, buffer.getFastest(), bits, widest);
  Pieces pieces = repiece(tiles[op.getTile()], accesses[0].elements);
  int64_t skip = layout.redundantBits(layout::registerDim);
  for (auto [part, vector] : llvm::zip(accesses, pieces.vectors)) {
    if (part.firstRegister & skip)
      continue;
    Value pointer = sharedPointer(buffer, op.getBuffer(), op.getSlot(), layout, part.firstRegister);
    int64_t bytes = chunkBytes(part.elements, bits, widest);
    for (auto [c, chunk] : llvm::enumerate(toChunks(vector, bytes))) {
      Operation *write = LLVM::StoreOp::create(builder, loc, chunk, sharedChunk(pointer, c * bytes), bytes);
      setRegion(write, regionOf(op.getBuffer(), op.getSlot()));
    }
  }
}

void LaneLowering::lowerStageRead(stage::ReadOp op) {
  stage::BufferType buffer = op.getBuffer().getType();
  stage::SharedRead how = stage::sharedReadOf(op, machine);
  Type storage = target::storageType(buffer.getElementType());
  int64_t bits = buffer.getElementType().getIntOrFloatBitWidth();
  int64_t bytes = how.transposing ? how.transposing.getBytes() : chunkBytes(how.run, bits, buffer.getAlignment());
  int64_t count = std::max<int64_t>(1, how.run * bits / 8 / bytes);
  std::string region = regionOf(op.getBuffer(), op.getSlot());
  Pieces pieces;
  pieces.length = how.run;
  auto load = [&](int64_t firstRegister, int64_t at, int64_t size) {
    Value pointer =
        sharedChunk(sharedPointer(buffer, op.getBuffer(), op.getSlot(), how.addressed, firstRegister), at);
    Operation *read = LLVM::LoadOp::create(builder, loc, chunkType(builder, size), pointer, size);
    setRegion(read, region);
    return read->getResult(0);
  };
  if (buffer.getBlocks()) {
    for (int64_t first = 0; first < how.addressed.inputSize(layout::registerDim); first += how.run) {
      Value block = ub::PoisonOp::create(builder, loc, VectorType::get(6, builder.getI32Type()));
      block = vector::InsertStridedSliceOp::create(builder, loc, load(first, 0, 16), block, 0, 1);
      block = vector::InsertStridedSliceOp::create(builder, loc, load(first + 16, 8, 8), block, 4, 1);
      pieces.vectors.push_back(fromChunks(block, VectorType::get(how.run, storage)));
    }
    tiles[op.getTile()] = pieces;
    return;
  }
  for (int64_t first = 0; first < how.addressed.inputSize(layout::registerDim); first += how.run) {
    Value pointer = sharedPointer(buffer, op.getBuffer(), op.getSlot(), how.addressed, first);
    SmallVector<Value> chunks;
    for (int64_t c = 0; c < count; ++c) {
      Value at = sharedChunk(pointer, c * bytes);
      Operation *read = how.transposing ? target::ApplyOp::create(builder, loc, chunkType(builder, bytes),
                                                                  how.transposing.getSymName(), at)
                                              .getOperation()
                                        : LLVM::LoadOp::create(builder, loc, chunkType(builder, bytes), at, bytes);
      setRegion(read, region);
      chunks.push_back(read->getResult(0));
    }
    pieces.vectors.push_back(fromChunks(chunks, VectorType::get(how.run, storage)));
  }
  tiles[op.getTile()] = pieces;
}
