#include "TensorMaps.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::conversion;

TensorMap conversion::mapOf(kernel::TensorRefType type, Value tensor, stage::BufferType buffer) {
  ArrayRef<int64_t> shape = buffer.getShape().take_back(2);
  int64_t bits = type.getElementType().getIntOrFloatBitWidth();
  return {cast<BlockArgument>(tensor).getArgNumber(), SmallVector<int64_t>(llvm::reverse(shape)),
          shape.back() * bits / 8};
}

SmallVector<TensorMap> conversion::tensorMapsOf(kernel::FuncOp func) {
  SmallVector<TensorMap> maps;
  auto add = [&](TensorMap map) {
    if (!llvm::is_contained(maps, map))
      maps.push_back(map);
  };
  func.walk([&](Operation *op) {
    if (auto fetch = dyn_cast<stage::FetchOp>(op))
      add(mapOf(fetch.getTensor().getType(), fetch.getTensor(), fetch.getBuffer().getType()));
    else if (auto put = dyn_cast<stage::PutOp>(op))
      add(mapOf(put.getTensor().getType(), put.getTensor(), put.getBuffer().getType()));
  });
  return maps;
}

ArrayAttr conversion::describeMaps(kernel::FuncOp func, ArrayRef<TensorMap> maps) {
  Builder builder(func.getContext());
  SmallVector<Attribute> described;
  for (const TensorMap &map : maps)
    described.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr("tensor", builder.getStringAttr(func.getArgumentName(map.argument))),
         builder.getNamedAttr("box", builder.getDenseI64ArrayAttr(map.box)),
         builder.getNamedAttr("swizzle", builder.getI64IntegerAttr(map.swizzleBytes))}));
  return builder.getArrayAttr(described);
}
