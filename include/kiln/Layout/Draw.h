#ifndef KILN_LAYOUT_DRAW_H
#define KILN_LAYOUT_DRAW_H

#include "kiln/Layout/LinearLayout.h"

namespace kiln::layout {

struct DrawOptions {
  /// Larger tiles are cut; the picture says so.
  int64_t maxRows = 64;
  int64_t maxColumns = 64;
  /// Columns of a tile whose number of them is no power of two: the layout is that of the next one. 0: all of
  /// the layout's.
  int64_t columns = 0;
  /// Heading of the picture; the layout's own text if empty.
  std::string title;
  /// SVG: size of a cell in pixels.
  unsigned cellWidth = 48;
  unsigned cellHeight = 22;
  /// SVG: the input that colours the cells, "lane" if there is one, else the first; its value / colourUnit %
  /// colours is the colour. E.g. the banks of a 16-bit memory layout: unit 2, as many colours as banks. 0
  /// colours: one for each value.
  std::string colourInput;
  unsigned colourUnit = 1;
  unsigned colours = 0;
};

/// One cell for each element: who holds it, as wave:lane:register (inputs of size 1 are left out). An element
/// held by n more places ends in "+n", one that nobody holds is ".". The last dimension runs to the right,
/// the others down.
std::string drawText(const LinearLayout &layout, const DrawOptions &options = {});

/// The same as a self-contained SVG picture.
std::string drawSvg(const LinearLayout &layout, const DrawOptions &options = {});

} // namespace kiln::layout

#endif // KILN_LAYOUT_DRAW_H
