// The layout dialect: linear layouts as attributes of tile types and of matrix instructions.
#ifndef KILN_DIALECTS_LAYOUT_H
#define KILN_DIALECTS_LAYOUT_H

#include "kiln/Layout/LinearLayout.h"
#include "mlir/IR/Attributes.h"
#include "mlir/IR/Dialect.h"

#include "dialects/Layout/LayoutDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Layout/LayoutAttrs.h.inc"

#endif
