// Layouts as IR attributes; the algebra itself is lib/Layout.
#ifndef KILN_DIALECTS_LAYOUT
#define KILN_DIALECTS_LAYOUT

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/DialectBase.td"

def Layout_Dialect : Dialect {
  let name = "layout";
  let summary = "where the elements of a tile live";
  let description = [{
    A linear layout over GF(2) says which element of a tile is held by which register of which lane of which wave;
    `#layout.shared` says that none is, because the tile stays in shared memory. The algebra (products, inverses, bank conflicts) is `lib/Layout`.
  }];
  let cppNamespace = "::kiln::layout";
  let useDefaultAttributePrinterParser = 1;
}

def Layout_LinearAttr : AttrDef<Layout_Dialect, "Linear"> {
  let mnemonic = "linear";
  let summary = "a linear map from (register, lane, wave) bits to tile coordinates";
  let description = [{
    Each list holds one basis vector per bit, lowest bit first; a basis vector has one coordinate per tile
    dimension. The element held by register r of lane l of wave w is the XOR of the basis vectors of all bits set in
    r, l and w. A zero vector means that the bit selects a copy of the same element.

    ```mlir
    // the 16x16 f32 accumulator of a 64-lane matrix instruction: row = 4*(lane/16) + register, column = lane%16
    #acc = #layout.linear<2, reg = [[1, 0], [2, 0]], lane = [[0, 1], [0, 2], [0, 4], [0, 8], [4, 0], [8, 0]], wave = []>
    ```
  }];
  let parameters = (ins "unsigned":$rank, ArrayRefParameter<"int32_t">:$reg, ArrayRefParameter<"int32_t">:$lane,
                        ArrayRefParameter<"int32_t">:$wave);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The same map in the algebra's form; `sizes` are the tile's (powers of two).
    LinearLayout toLinear(llvm::ArrayRef<int64_t> sizes) const;
    static LinearAttr get(mlir::MLIRContext *context, const LinearLayout &layout);
    unsigned regBits() const { return getReg().size() / getRank(); }
    unsigned laneBits() const { return getLane().size() / getRank(); }
    unsigned waveBits() const { return getWave().size() / getRank(); }
  }];
}

def Layout_SharedAttr : AttrDef<Layout_Dialect, "Shared"> {
  let mnemonic = "shared";
  let summary = "the tile stays in shared memory";
  let description = [{
    No register holds an element: instructions read the tile where it lies.
  }];
}

#endif
