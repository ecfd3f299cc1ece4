#include "kiln/Layout/Draw.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cassert>
#include <limits>

using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;

namespace kiln::layout {

namespace {
/// The visible part of a layout as a table of rows and columns.
struct Grid {
  struct Cell {
    uint64_t holder = std::numeric_limits<uint64_t>::max();
    uint64_t count = 0;
  };

  Grid(const LinearLayout &layout, const DrawOptions &options);
  const Cell &at(int64_t row, int64_t column) const { return cells[row * columns + column]; }
  /// The value of input `index` of the cell's first holder.
  int64_t value(const Cell &cell, size_t index) const;
  std::string text(const Cell &cell) const;
  std::string rowName(int64_t row) const;
  std::string legend() const;
  std::string cutNote() const;
  std::string title() const { return options.title.empty() ? layout.toString() : options.title; }

  LinearLayout layout;
  const DrawOptions &options;
  int64_t allRows = 1, allColumns = 1, rows = 1, columns = 1;
  /// Indices of the inputs in the order in which cells name them: registers last.
  SmallVector<size_t> shown;
  std::vector<Cell> cells;
};
} // namespace

/// Known dimensions in one order, whatever the order of the layout.
static LinearLayout inUsualOrder(const LinearLayout &layout) {
  SmallVector<StringRef> names;
  for (StringRef name : {StringRef(registerDim), StringRef(laneDim), StringRef(waveDim)})
    if (layout.hasInput(name))
      names.push_back(name);
  for (const LinearLayout::Input &input : layout.inputs())
    if (!llvm::is_contained(names, input.name))
      names.push_back(input.name);
  return layout.withInputs(names);
}

Grid::Grid(const LinearLayout &original, const DrawOptions &options)
    : layout(inUsualOrder(original)), options(options) {
  for (auto [dim, size] : llvm::enumerate(layout.outputSizes()))
    (dim + 1 == layout.outputRank() ? allColumns : allRows) *= size;
  LinearLayout flat = layout.reshapeOutputs({allRows, allColumns});
  if (options.columns)
    allColumns = std::min(allColumns, options.columns);
  rows = std::min(allRows, std::max<int64_t>(options.maxRows, 1));
  columns = std::min(allColumns, std::max<int64_t>(options.maxColumns, 1));
  for (size_t index = layout.inputs().size(); index-- > 0;)
    if (!layout.inputs()[index].bases.empty())
      shown.push_back(index);

  // Gray code: one basis at a time visits all inputs.
  SmallVector<std::pair<int64_t, int64_t>> bases;
  for (const LinearLayout::Input &input : flat.inputs())
    for (ArrayRef<int32_t> basis : input.bases)
      bases.emplace_back(basis[0], basis[1]);
  cells.resize(rows * columns);
  int64_t row = 0, column = 0;
  for (uint64_t step = 0;;) {
    if (row < rows && column < columns) {
      Cell &cell = cells[row * columns + column];
      cell.holder = std::min(cell.holder, step ^ step >> 1);
      ++cell.count;
    }
    ++step;
    if (step >> bases.size() != 0)
      break;
    row ^= bases[llvm::countr_zero(step)].first;
    column ^= bases[llvm::countr_zero(step)].second;
  }
}

int64_t Grid::value(const Cell &cell, size_t index) const {
  uint64_t bits = cell.holder;
  for (const LinearLayout::Input &input : layout.inputs().take_front(index))
    bits >>= input.bases.size();
  return bits & ((uint64_t(1) << layout.inputs()[index].bases.size()) - 1);
}

std::string Grid::text(const Cell &cell) const {
  if (cell.count == 0)
    return ".";
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(shown, os, [&](size_t index) { os << value(cell, index); }, ":");
  if (shown.empty())
    os << 0;
  if (cell.count > 1)
    os << "+" << cell.count - 1;
  return text;
}

std::string Grid::rowName(int64_t row) const {
  ArrayRef<int64_t> sizes = layout.outputSizes();
  SmallVector<int64_t> coordinates;
  for (int64_t size : llvm::reverse(sizes.empty() ? sizes : sizes.drop_back())) {
    coordinates.push_back(row % size);
    row /= size;
  }
  return llvm::join(llvm::map_range(llvm::reverse(coordinates), [](int64_t c) { return llvm::itostr(c); }),
                    ",");
}

std::string Grid::legend() const {
  std::string text = "cell = ";
  llvm::raw_string_ostream os(text);
  llvm::interleave(shown, os, [&](size_t index) { os << layout.inputs()[index].name; }, ":");
  return shown.empty() ? "one holder" : text;
}

std::string Grid::cutNote() const {
  if (rows == allRows && columns == allColumns)
    return "";
  return llvm::formatv("showing {0} of {1} rows, {2} of {3} columns", rows, allRows, columns, allColumns);
}

std::string drawText(const LinearLayout &layout, const DrawOptions &options) {
  Grid grid(layout, options);
  size_t nameWidth = 0, width = llvm::itostr(grid.columns - 1).size();
  for (int64_t row = 0; row < grid.rows; ++row)
    nameWidth = std::max(nameWidth, grid.rowName(row).size());
  for (const Grid::Cell &cell : grid.cells)
    width = std::max(width, grid.text(cell).size());

  std::string text;
  llvm::raw_string_ostream os(text);
  os << grid.title() << "\n" << grid.legend() << "\n";
  if (!grid.cutNote().empty())
    os << grid.cutNote() << "\n";
  os << std::string(nameWidth, ' ') << " |";
  for (int64_t column = 0; column < grid.columns; ++column)
    os << " " << llvm::right_justify(llvm::itostr(column), width);
  os << "\n" << std::string(nameWidth, '-') << "-+" << std::string((width + 1) * grid.columns, '-') << "\n";
  for (int64_t row = 0; row < grid.rows; ++row) {
    os << llvm::right_justify(grid.rowName(row), nameWidth) << " |";
    for (int64_t column = 0; column < grid.columns; ++column)
      os << " " << llvm::right_justify(grid.text(grid.at(row, column)), width);
    os << "\n";
  }
  return text;
}

/// The input that gives a cell its colour, or none.
static std::optional<size_t> colourInputOf(const Grid &grid) {
  ArrayRef<LinearLayout::Input> inputs = grid.layout.inputs();
  for (StringRef name : {StringRef(grid.options.colourInput), StringRef(laneDim)})
    for (auto [index, input] : llvm::enumerate(inputs))
      if (input.name == name)
        return index;
  return inputs.empty() ? std::nullopt : std::optional<size_t>(0);
}

static std::string colourOf(const Grid &grid, const Grid::Cell &cell) {
  std::optional<size_t> input = colourInputOf(grid);
  if (cell.count == 0 || !input)
    return "#ffffff";
  int64_t unit = std::max(grid.options.colourUnit, 1u);
  int64_t values = int64_t(1) << grid.layout.inputs()[*input].bases.size();
  int64_t colours = grid.options.colours ? grid.options.colours : std::max<int64_t>(values / unit, 1);
  int64_t colour = grid.value(cell, *input) / unit % colours;
  // Neighbouring colours alternate in lightness to stay apart.
  return llvm::formatv("hsl({0},65%,{1}%)", colour * 360 / colours, colour % 2 == 0 ? 82 : 72);
}

static std::string describe(const Grid &grid, const Grid::Cell &cell, int64_t row, int64_t column) {
  std::string text;
  llvm::raw_string_ostream os(text);
  std::string rowName = grid.rowName(row);
  os << "element (" << rowName << (rowName.empty() ? "" : ",") << column << "): ";
  if (cell.count == 0) {
    os << "not held";
    return text;
  }
  llvm::interleaveComma(grid.shown, os, [&](size_t index) {
    os << grid.layout.inputs()[index].name << " " << grid.value(cell, index);
  });
  if (cell.count > 1)
    os << " and " << cell.count - 1 << " more";
  return text;
}

std::string drawSvg(const LinearLayout &layout, const DrawOptions &options) {
  Grid grid(layout, options);
  const int64_t width = options.cellWidth, height = options.cellHeight, left = width, top = 3 * height;
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::formatv("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
                      "font-family=\"monospace\" font-size=\"{2}\" text-anchor=\"middle\">\n",
                      left + grid.columns * width + 1, top + grid.rows * height + 1, height / 2);
  auto label = [&](int64_t x, int64_t y, StringRef content, StringRef attributes) {
    os << llvm::formatv("<text x=\"{0}\" y=\"{1}\"{2}>", x, y, attributes);
    llvm::printHTMLEscaped(content, os);
    os << "</text>\n";
  };
  std::string note = grid.cutNote();
  label(4, height * 2 / 3, grid.title(), " text-anchor=\"start\"");
  label(4, height * 5 / 3, grid.legend() + (note.empty() ? "" : "; " + note), " text-anchor=\"start\"");
  for (int64_t column = 0; column < grid.columns; ++column)
    label(left + column * width + width / 2, height * 8 / 3, llvm::itostr(column), "");
  for (int64_t row = 0; row < grid.rows; ++row) {
    int64_t y = top + row * height;
    label(left / 2, y + height * 2 / 3, grid.rowName(row), "");
    for (int64_t column = 0; column < grid.columns; ++column) {
      const Grid::Cell &cell = grid.at(row, column);
      int64_t x = left + column * width;
      os << "<g><title>";
      llvm::printHTMLEscaped(describe(grid, cell, row, column), os);
      os << llvm::formatv("</title><rect x=\"{0}\" y=\"{1}\" width=\"{2}\" height=\"{3}\" fill=\"{4}\" "
                          "stroke=\"#888\"/>",
                          x, y, width, height, colourOf(grid, cell));
      label(x + width / 2, y + height * 2 / 3, grid.text(cell), "");
      os << "</g>\n";
    }
  }
  os << "</svg>\n";
  return text;
}

} // namespace kiln::layout
