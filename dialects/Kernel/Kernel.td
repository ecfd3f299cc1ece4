// The kernel dialect: what is computed, over tiles, with no hardware in it.
#ifndef KILN_DIALECTS_KERNEL
#define KILN_DIALECTS_KERNEL

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinTypeInterfaces.td"
include "mlir/IR/BuiltinTypes.td"
include "mlir/IR/DialectBase.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let summary = "what a kernel computes, over tiles";
  let description = [{
    A kernel is a function over tensors in global memory. One instance of it (a program) runs per point of its grid.
    Inside, values are tiles: immutable arrays owned by the whole program. Arithmetic on tiles is `arith` and `math`;
    control flow is `scf`. Nothing here says how many threads there are, where a tile is kept or which instruction
    multiplies it: that is a schedule's business.

    Sizes and element types may be parameters of the kernel. `kernel-specialize` substitutes them.
  }];
  let cppNamespace = "::kiln::kernel";
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = "void registerTypesAndAttributes();";
  let dependentDialects = ["::kiln::layout::LayoutDialect"];
}

//===-- Types and attributes ---------------------------------------------------------------------------------===//

class Kernel_Type<string name, string typeMnemonic, list<Trait> traits = []> : TypeDef<Kernel_Dialect, name, traits> {
  let mnemonic = typeMnemonic;
}

def Kernel_ParamType : Kernel_Type<"Param", "param"> {
  let summary = "an element type that is a parameter of the kernel";
  let description = [{
    Written `!kernel.param<T>`, or just `T` as the element type of a tile or a tensor. Gone after specialisation.
  }];
  let parameters = (ins "::mlir::StringAttr":$name);
  let hasCustomAssemblyFormat = 1;
}

def Kernel_TileType : Kernel_Type<"Tile", "tile", [ShapedTypeInterface, ValueSemantics]> {
  let summary = "a value: an array of elements owned by the whole program";
  let description = [{
    Dimensions are integers or expressions over parameters (`BM`, `BK / 32`, `2 * D`). After specialisation all are
    powers of two. The layout is absent until the compiler places the tile.

    ```mlir
    !kernel.tile<[128, 64], bf16>
    !kernel.tile<[BM, BK / 32], f8E8M0FNU>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape, ArrayRefParameter<"::mlir::StringAttr">:$symbols,
                        "::mlir::Type":$elementType, "::mlir::Attribute":$layout);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let builders = [
    TypeBuilderWithInferredContext<(ins "::llvm::ArrayRef<int64_t>":$shape, "::mlir::Type":$elementType,
                                        CArg<"::mlir::Attribute", "{}">:$layout), [{
      return $_get(elementType.getContext(), shape, llvm::ArrayRef<::mlir::StringAttr>(), elementType, layout);
    }]>,
    TypeBuilderWithInferredContext<(ins "::llvm::ArrayRef<int64_t>":$shape,
                                        "::llvm::ArrayRef<::mlir::StringAttr>":$symbols, "::mlir::Type":$elementType), [{
      return $_get(elementType.getContext(), shape, symbols, elementType, ::mlir::Attribute());
    }]>
  ];
  let extraClassDeclaration = [{
    bool hasRank() const { return true; }
    TileType cloneWith(std::optional<llvm::ArrayRef<int64_t>> shape, ::mlir::Type elementType) const;
    TileType withLayout(::mlir::Attribute layout) const;
    /// True if some dimension or the element type is still a parameter.
    bool isParametric() const;
  }];
}

def Kernel_TensorType : Kernel_Type<"TensorRef", "tensor"> {
  let summary = "an array in global memory";
  let description = [{
    Row-major and contiguous unless `strides` says otherwise (in elements; `?` is passed at launch). A dimension is an
    integer, `?` (passed at launch) or an expression over parameters. `align` promises, in bytes, that the base
    address and every stride but the last are multiples of it; loads and copies may be that wide. Elements narrower
    than a byte are packed, lowest bits first.

    ```mlir
    !kernel.tensor<[?, ?], bf16>
    !kernel.tensor<[?, ?, D], T, strides = [?, ?, 1], align = 16>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape, ArrayRefParameter<"::mlir::StringAttr">:$symbols,
                        "::mlir::Type":$elementType, OptionalArrayRefParameter<"int64_t">:$strides,
                        "::mlir::Attribute":$align);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    unsigned getRank() const { return getShape().size(); }
    bool isParametric() const;
    /// The promised alignment in bytes; 1 if none is given. Only after specialisation.
    int64_t getAlignBytes() const;
  }];
}

def Kernel_ParamDeclAttr : AttrDef<Kernel_Dialect, "ParamDecl"> {
  let mnemonic = "decl";
  let summary = "a parameter of a kernel";
  let description = "Its name, its kind (`index`, `type` or `bool`) and its default, if it has one.";
  let parameters = (ins "::mlir::StringAttr":$name, "::mlir::StringAttr":$kind, OptionalParameter<"::mlir::Attribute">:$value);
  let assemblyFormat = "`<` $name `,` $kind (`,` $value^)? `>`";
}

def Kernel_Float : TypeConstraint<CPred<"::llvm::isa<::mlir::FloatType, ::kiln::kernel::ParamType>($_self)">, "float">;
def Kernel_ElementType : Type<Or<[AnyFloat.predicate, AnySignlessInteger.predicate, Index.predicate,
                                  CPred<"::llvm::isa<::kiln::kernel::ParamType>($_self)">]>,
                              "a float, integer or index, or a type parameter">;

//===-- Ops --------------------------------------------------------------------------------------------------===//

class Kernel_Op<string opMnemonic, list<Trait> traits = []> : Op<Kernel_Dialect, opMnemonic, traits>;

def Kernel_FuncOp : Kernel_Op<"func", [FunctionOpInterface, IsolatedFromAbove, Symbol,
                                     DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "a kernel";
  let description = [{
    Arguments are tensors and scalars; there are no results. Parameters stand in angle brackets: sizes (`index`),
    element types (`type`) and switches (`bool`), each with an optional default. The body computes one program.
    `attributes {flops = "2 * a.0 * a.1 * c.1"}` says the work of one launch, for benchmarks: an expression over sizes
    (`a.0`) and integer arguments.

    ```mlir
    kernel.func @copy<B: index = 256, T: type = f32>(%x: !kernel.tensor<[?], T>, %s: !kernel.param<T>) {
      %n = kernel.dim %x, 0 : !kernel.tensor<[?], T>
      %b = kernel.param "B" : index
      %programs = arith.ceildivui %n, %b : index
      %p = kernel.program_id grid(%programs)
      %i = arith.muli %p, %b : index
      %v = kernel.load %x[%i] : !kernel.tensor<[?], T> -> !kernel.tile<[B], T>
      kernel.store %v, %x[%i] : !kernel.tile<[B], T>, !kernel.tensor<[?], T>
      kernel.return
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type,
                       OptionalAttr<StrAttr>:$sym_visibility, OptionalAttr<DictArrayAttr>:$arg_attrs,
                       OptionalAttr<DictArrayAttr>:$res_attrs, OptionalAttr<StrAttr>:$flops,
                       TypedArrayAttrBase<Kernel_ParamDeclAttr, "parameter declarations">:$params);
  let regions = (region AnyRegion:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    llvm::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    llvm::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    /// The declaration of a parameter, or null.
    ParamDeclAttr getParam(llvm::StringRef name);
    /// The name that an argument has in the text.
    std::string getArgumentName(unsigned index);
    /// True when no parameter is left.
    bool isSpecialized() { return getParams().empty(); }
  }];
}

def Kernel_ReturnOp : Kernel_Op<"return", [Pure, Terminator, HasParent<"FuncOp">]> {
  let summary = "ends a kernel";
  let description = [{
    ```mlir
    kernel.func @empty() {
      kernel.return
    }
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Kernel_ParamOp : Kernel_Op<"param", [Pure]> {
  let summary = "the value of a parameter";
  let description = [{
    An `index` parameter gives an index, a `bool` parameter an i1.

    ```mlir
    kernel.func @k<B: index, F: bool = true>() {
      %b = kernel.param "B" : index
      %f = kernel.param "F" : i1
      kernel.return
    }
    ```
  }];
  let arguments = (ins StrAttr:$name);
  let results = (outs AnyTypeOf<[Index, I1]>:$result);
  let assemblyFormat = "$name attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Kernel_DimOp : Kernel_Op<"dim", [Pure]> {
  let summary = "the size of one dimension of a tensor, in elements";
  let description = [{
    ```mlir
    kernel.func @k(%x: !kernel.tensor<[?, 64], f32>) {
      %n = kernel.dim %x, 0 : !kernel.tensor<[?, 64], f32>
      kernel.return
    }
    ```
  }];
  let arguments = (ins Kernel_TensorType:$tensor, I64Attr:$dim);
  let results = (outs Index:$result);
  let assemblyFormat = "$tensor `,` $dim attr-dict `:` type($tensor)";
  let hasVerifier = 1;
}

def Kernel_ProgramIdOp : Kernel_Op<"program_id", [Pure]> {
  let summary = "the coordinates of this program in the grid";
  let description = [{
    The operands are the grid's sizes: one to three indices computed from dimensions, parameters and constants. A
    kernel has one `program_id`. In which order programs run is not defined; a schedule may choose it.

    ```mlir
    kernel.func @k(%x: !kernel.tensor<[?, ?], f32>) {
      %m = kernel.dim %x, 0 : !kernel.tensor<[?, ?], f32>
      %n = kernel.dim %x, 1 : !kernel.tensor<[?, ?], f32>
      %i, %j = kernel.program_id grid(%m, %n)
      kernel.return
    }
    ```
  }];
  let arguments = (ins Variadic<Index>:$grid);
  let results = (outs Variadic<Index>:$ids);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
}

def Kernel_LoadOp : Kernel_Op<"load", [Pure]> {
  let summary = "reads a tile from a tensor";
  let description = [{
    The indices give the tensor coordinates of the tile's first element, one for each tensor dimension. Tile
    dimension d walks along the d-th of the tensor's *last* dimensions (those before are fixed by their index), or
    along `dims[d]`. Elements outside the tensor read as `other` (zero if absent).

    ```mlir
    kernel.func @k(%x: !kernel.tensor<[?, ?, ?], f32>, %i: index) {
      %a = kernel.load %x[%i, %i, %i] : !kernel.tensor<[?, ?, ?], f32> -> !kernel.tile<[16, 32], f32>
      %b = kernel.load %x[%i, %i, %i] dims [0, 2] other(0xFF800000 : f32) : !kernel.tensor<[?, ?, ?], f32> -> !kernel.tile<[16, 32], f32>
      kernel.return
    }
    ```
  }];
  let arguments = (ins Kernel_TensorType:$tensor, Variadic<Index>:$indices, OptionalAttr<DenseI64ArrayAttr>:$dims,
                       OptionalAttr<AnyAttr>:$other);
  let results = (outs Kernel_TileType:$result);
  let assemblyFormat = [{
    $tensor `[` $indices `]` (`dims` $dims^)? (`other` `(` $other^ `)`)? attr-dict `:` type($tensor) `->` type($result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The tensor dimension along which tile dimension `d` walks.
    unsigned tensorDim(unsigned d);
  }];
}

def Kernel_StoreOp : Kernel_Op<"store"> {
  let summary = "writes a tile to a tensor";
  let description = [{
    Elements outside the tensor are not written. Dimensions correspond as in `kernel.load`.

    ```mlir
    kernel.func @k(%x: !kernel.tensor<[?, ?], f32>, %i: index) {
      %a = kernel.load %x[%i, %i] : !kernel.tensor<[?, ?], f32> -> !kernel.tile<[16, 32], f32>
      kernel.store %a, %x[%i, %i] : !kernel.tile<[16, 32], f32>, !kernel.tensor<[?, ?], f32>
      kernel.return
    }
    ```
  }];
  let arguments = (ins Kernel_TileType:$tile, Kernel_TensorType:$tensor, Variadic<Index>:$indices,
                       OptionalAttr<DenseI64ArrayAttr>:$dims);
  let assemblyFormat = [{
    $tile `,` $tensor `[` $indices `]` (`dims` $dims^)? attr-dict `:` type($tile) `,` type($tensor)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    unsigned tensorDim(unsigned d);
  }];
}

def Kernel_SplatOp : Kernel_Op<"splat", [Pure]> {
  let summary = "a tile whose elements are all one scalar";
  let description = [{
    ```mlir
    kernel.func @k(%s: f32) {
      %a = kernel.splat %s : f32 -> !kernel.tile<[16, 32], f32>
      kernel.return
    }
    ```
  }];
  let arguments = (ins Kernel_ElementType:$scalar);
  let results = (outs Kernel_TileType:$result);
  let assemblyFormat = "$scalar attr-dict `:` type($scalar) `->` type($result)";
  let hasVerifier = 1;
}

def Kernel_ConstantOp : Kernel_Op<"constant", [Pure]> {
  let summary = "a tile whose elements are all one number";
  let description = [{
    The number is converted to the element type, which may be a parameter.

    ```mlir
    kernel.func @k<T: type>() {
      %zero = kernel.constant 0.0 : !kernel.tile<[16, 32], T>
      kernel.return
    }
    ```
  }];
  let arguments = (ins F64Attr:$value);
  let results = (outs Kernel_TileType:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
}

def Kernel_IotaOp : Kernel_Op<"iota", [Pure]> {
  let summary = "each element is its own coordinate along a dimension";
  let description = [{
    ```mlir
    kernel.func @k() {
      %columns = kernel.iota 1 : !kernel.tile<[16, 32], i32>
      kernel.return
    }
    ```
  }];
  let arguments = (ins I64Attr:$dim);
  let results = (outs Kernel_TileType:$result);
  let assemblyFormat = "$dim attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Kernel_BroadcastOp : Kernel_Op<"broadcast", [Pure]> {
  let summary = "repeats a tile along a new dimension";
  let description = [{
    The result has the operand's dimensions and a new one at position `along`.

    ```mlir
    kernel.func @k(%s: f32) {
      %a = kernel.splat %s : f32 -> !kernel.tile<[16], f32>
      %b = kernel.broadcast %a along 1 : !kernel.tile<[16], f32> -> !kernel.tile<[16, 32], f32>
      kernel.return
    }
    ```
  }];
  let arguments = (ins Kernel_TileType:$tile, I64Attr:$along);
  let results = (outs Kernel_TileType:$result);
  let assemblyFormat = "$tile `along` $along attr-dict `:` type($tile) `->` type($result)";
  let hasVerifier = 1;
}

def Kernel_ReduceOp : Kernel_Op<"reduce", [Pure]> {
  let summary = "reduces a tile along a dimension";
  let description = [{
    `kind` is `sum`, `max`, `min` or `prod`. `max` and `min` give NaN if an element is NaN. The order in which elements
    are combined is not defined. The result lacks the reduced dimension; reducing a rank-1 tile gives a scalar.

    ```mlir
    kernel.func @k(%s: f32) {
      %a = kernel.splat %s : f32 -> !kernel.tile<[16, 32], f32>
      %rows = kernel.reduce "sum" %a along 1 : !kernel.tile<[16, 32], f32> -> !kernel.tile<[16], f32>
      %all = kernel.reduce "max" %rows along 0 : !kernel.tile<[16], f32> -> f32
      kernel.return
    }
    ```
  }];
  let arguments = (ins StrAttr:$kind, Kernel_TileType:$tile, I64Attr:$along);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$kind $tile `along` $along attr-dict `:` type($tile) `->` type($result)";
  let hasVerifier = 1;
}

def Kernel_TransposeOp : Kernel_Op<"transpose", [Pure]> {
  let summary = "permutes the dimensions of a tile";
  let description = [{
    Dimension d of the result is dimension `permutation[d]` of the operand. Moves no data by itself.

    ```mlir
    kernel.func @k(%s: f32) {
      %a = kernel.splat %s : f32 -> !kernel.tile<[16, 32], f32>
      %b = kernel.transpose %a [1, 0] : !kernel.tile<[16, 32], f32> -> !kernel.tile<[32, 16], f32>
      kernel.return
    }
    ```
  }];
  let arguments = (ins Kernel_TileType:$tile, DenseI64ArrayAttr:$permutation);
  let results = (outs Kernel_TileType:$result);
  let assemblyFormat = "$tile $permutation attr-dict `:` type($tile) `->` type($result)";
  let hasVerifier = 1;
}

def Kernel_ConvertOp : Kernel_Op<"convert", [Pure]> {
  let summary = "converts the elements of a tile, or a scalar, to another type";
  let description = [{
    Floats round to nearest, ties to even. Values beyond the largest finite one become infinity, or, in a format
    without infinities, the largest finite value; NaN stays NaN where the format has one. Float to integer rounds
    toward zero and saturates; integers are signed. Equal types convert to themselves.

    ```mlir
    kernel.func @k(%s: f32) {
      %a = kernel.splat %s : f32 -> !kernel.tile<[16, 32], f32>
      %b = kernel.convert %a : !kernel.tile<[16, 32], f32> -> !kernel.tile<[16, 32], f8E4M3FN>
      kernel.return
    }
    ```
  }];
  let arguments = (ins AnyType:$value);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$value attr-dict `:` type($value) `->` type($result)";
  let hasVerifier = 1;
}

def Kernel_SelectOp : Kernel_Op<"select", [Pure, Elementwise, AllTypesMatch<["trueValue", "falseValue", "result"]>]> {
  let summary = "chooses between two tiles, element by element";
  let description = [{
    The element of the first tile where the condition holds, else that of the second. For a scalar condition use
    `arith.select`.

    ```mlir
    kernel.func @k(%n: i32, %s: f32) {
      %limit = kernel.splat %n : i32 -> !kernel.tile<[16], i32>
      %column = kernel.iota 0 : !kernel.tile<[16], i32>
      %inside = arith.cmpi slt, %column, %limit : !kernel.tile<[16], i32>
      %a = kernel.splat %s : f32 -> !kernel.tile<[16], f32>
      %zero = kernel.constant 0.0 : !kernel.tile<[16], f32>
      %b = kernel.select %inside, %a, %zero : !kernel.tile<[16], i1>, !kernel.tile<[16], f32>
      kernel.return
    }
    ```
  }];
  let arguments = (ins Kernel_TileType:$condition, Kernel_TileType:$trueValue, Kernel_TileType:$falseValue);
  let results = (outs Kernel_TileType:$result);
  let assemblyFormat = "$condition `,` $trueValue `,` $falseValue attr-dict `:` type($condition) `,` type($result)";
  let hasVerifier = 1;
}

def Kernel_MmaOp : Kernel_Op<"mma", [Pure, AttrSizedOperandSegments, AllTypesMatch<["acc", "result"]>]> {
  let summary = "matrix multiply and accumulate";
  let description = [{
    `result = acc + a * b` with a of M x K, b of K x N and acc of M x N. Products are exact in the accumulator's
    type; the order of the sum over K is not defined.

    With `scale`, a and b are in blocks of 32 along K, each with an e8m0 scale (OCP Microscaling Formats 1.0): the
    scale tiles are M x K/32 and K/32 x N.

    ```mlir
    kernel.func @k<T: type>(%x: !kernel.tensor<[?, ?], T>, %s: !kernel.tensor<[?, ?], f8E8M0FNU>, %i: index, %z: f32) {
      %a = kernel.load %x[%i, %i] : !kernel.tensor<[?, ?], T> -> !kernel.tile<[16, 128], T>
      %b = kernel.load %x[%i, %i] : !kernel.tensor<[?, ?], T> -> !kernel.tile<[128, 16], T>
      %sa = kernel.load %s[%i, %i] : !kernel.tensor<[?, ?], f8E8M0FNU> -> !kernel.tile<[16, 4], f8E8M0FNU>
      %sb = kernel.load %s[%i, %i] : !kernel.tensor<[?, ?], f8E8M0FNU> -> !kernel.tile<[4, 16], f8E8M0FNU>
      %c = kernel.splat %z : f32 -> !kernel.tile<[16, 16], f32>
      %d = kernel.mma %a, %b, %c : !kernel.tile<[16, 128], T>, !kernel.tile<[128, 16], T>, !kernel.tile<[16, 16], f32>
      %e = kernel.mma %a, %b, %d scale %sa, %sb : !kernel.tile<[16, 128], T>, !kernel.tile<[128, 16], T>, !kernel.tile<[16, 16], f32>, !kernel.tile<[16, 4], f8E8M0FNU>, !kernel.tile<[4, 16], f8E8M0FNU>
      kernel.return
    }
    ```
  }];
  let arguments = (ins Kernel_TileType:$a, Kernel_TileType:$b, Kernel_TileType:$acc, Optional<Kernel_TileType>:$scaleA,
                       Optional<Kernel_TileType>:$scaleB);
  let results = (outs Kernel_TileType:$result);
  let assemblyFormat = [{
    $a `,` $b `,` $acc (`scale` $scaleA^ `,` $scaleB)? attr-dict `:` type($a) `,` type($b) `,` type($acc)
    (`,` type($scaleA)^ `,` type($scaleB))?
  }];
  let hasVerifier = 1;
}

def Kernel_RelayoutOp : Kernel_Op<"relayout", [Pure]> {
  let summary = "the same tile with another layout";
  let description = [{
    Inserted by the compiler where a value is held in one layout and used in another. `through` names the memory that the
    exchange goes through, if it needs one.

    ```mlir
    #rows = #layout.linear<1, reg = [], lane = [[1], [2]]>
    #copies = #layout.linear<1, reg = [[1]], lane = [[2], [0]]>
    kernel.func @k(%s: f32) {
      %a = kernel.splat %s : f32 -> !kernel.tile<[4], f32, #rows>
      %b = kernel.relayout %a : !kernel.tile<[4], f32, #rows> -> !kernel.tile<[4], f32, #copies>
      kernel.return
    }
    ```
  }];
  let arguments = (ins Kernel_TileType:$tile);
  let results = (outs Kernel_TileType:$result);
  let assemblyFormat = "$tile attr-dict `:` type($tile) `->` type($result)";
  let hasVerifier = 1;
}

#endif
