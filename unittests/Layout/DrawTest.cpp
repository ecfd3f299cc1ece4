#include "kiln/Layout/Draw.h"
#include "TestLayouts.h"
#include "kiln/Layout/Swizzle.h"

using namespace kiln::layout;
using namespace kiln::layout::test;

static size_t count(llvm::StringRef text, llvm::StringRef part) { return text.count(part); }

TEST(Draw, SmallTile) {
  LinearLayout layout = walk(registerDim, 2, 1) * walk(laneDim, 4, 0);
  EXPECT_EQ(drawText(layout), "register: (0,1); lane: (1,0) (2,0) -> 4x2\n"
                              "cell = lane:register\n"
                              "  |   0   1\n"
                              "--+--------\n"
                              "0 | 0:0 0:1\n"
                              "1 | 1:0 1:1\n"
                              "2 | 2:0 2:1\n"
                              "3 | 3:0 3:1\n");
}

TEST(Draw, WavesHolesCopiesAndOrderOfInputs) {
  // Lanes first in the layout; lane bit 1 repeats, row bit 1 is held by nobody.
  LinearLayout layout({{"lane", {{1, 0}, {0, 0}}}, {"register", {}}, {"wave", {{0, 1}}}}, {4, 2});
  DrawOptions options;
  options.title = "tile";
  EXPECT_EQ(drawText(layout, options), "tile\n"
                                       "cell = wave:lane\n"
                                       "  |     0     1\n"
                                       "--+------------\n"
                                       "0 | 0:0+1 1:0+1\n"
                                       "1 | 0:1+1 1:1+1\n"
                                       "2 |     .     .\n"
                                       "3 |     .     .\n");
}

TEST(Draw, OtherRanksAndMemory) {
  EXPECT_EQ(drawText(LinearLayout::rowMajor({4})), "offset: (1) (2) -> 4\n"
                                                   "cell = offset\n"
                                                   " | 0 1 2 3\n"
                                                   "-+--------\n"
                                                   " | 0 1 2 3\n");
  DrawOptions options;
  options.title = "three dimensions";
  EXPECT_EQ(drawText(LinearLayout::rowMajor({2, 2, 2}), options), "three dimensions\n"
                                                                  "cell = offset\n"
                                                                  "    | 0 1\n"
                                                                  "----+----\n"
                                                                  "0,0 | 0 1\n"
                                                                  "0,1 | 2 3\n"
                                                                  "1,0 | 4 5\n"
                                                                  "1,1 | 6 7\n");
  EXPECT_EQ(drawText(swizzledRowMajor(2, 4, XorSwizzle{1, 1, 2}), options), "three dimensions\n"
                                                                            "cell = offset\n"
                                                                            "  | 0 1 2 3\n"
                                                                            "--+--------\n"
                                                                            "0 | 0 1 2 3\n"
                                                                            "1 | 5 4 7 6\n");
}

TEST(Draw, CutsLargeTiles) {
  DrawOptions options;
  options.title = "large";
  options.maxRows = 1;
  options.maxColumns = 2;
  EXPECT_EQ(drawText(LinearLayout::rowMajor({256, 256}), options), "large\n"
                                                                   "cell = offset\n"
                                                                   "showing 1 of 256 rows, 2 of 256 columns\n"
                                                                   "  | 0 1\n"
                                                                   "--+----\n"
                                                                   "0 | 0 1\n");
}

TEST(Draw, EveryCellOfAnAccumulator) {
  // Row i, column j of the picture must say lane 16 * (i / 4) + j, register i % 4.
  std::string text = drawText(accumulator16x16());
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(text).split(lines, '\n');
  for (int row = 0; row < 16; ++row) {
    llvm::SmallVector<llvm::StringRef> cells;
    lines[4 + row].split('|').second.split(cells, ' ', -1, /*KeepEmpty=*/false);
    ASSERT_EQ(cells.size(), 16u);
    for (int column = 0; column < 16; ++column)
      EXPECT_EQ(cells[column].str(), std::to_string(16 * (row / 4) + column) + ":" + std::to_string(row % 4));
  }
}

TEST(Draw, Svg) {
  LinearLayout layout({{"register", {{0, 1}}}, {"lane", {{1, 0}, {0, 0}}}}, {2, 4});
  DrawOptions options;
  options.title = "a < b & \"c\"";
  std::string svg = drawSvg(layout, options);
  EXPECT_EQ(count(svg, "<rect "), 8u);
  EXPECT_EQ(count(svg, "<svg "), 1u);
  EXPECT_EQ(count(svg, "</svg>"), 1u);
  EXPECT_EQ(count(svg, "<text "), count(svg, "</text>"));
  EXPECT_EQ(count(svg, "<g>"), count(svg, "</g>"));
  EXPECT_EQ(count(svg, "a &lt; b &amp; &quot;c&quot;"), 1u);
  EXPECT_EQ(count(svg, "<title>element (1,1): lane 1, register 1 and 1 more</title>"), 1u);
  EXPECT_EQ(count(svg, "<title>element (0,2): not held</title>"), 1u);
  EXPECT_EQ(count(svg, "fill=\"#ffffff\""), 4u);
}

TEST(Draw, SvgColoursByBank) {
  // 16-bit elements in 4 banks of 4 bytes: 16 elements of a row are 8 words, so each bank colours two words.
  DrawOptions options;
  options.colourUnit = 2;
  options.colours = 4;
  std::string svg = drawSvg(LinearLayout::rowMajor({2, 16}), options);
  for (const char *colour : {"hsl(0,65%,82%)", "hsl(90,65%,72%)", "hsl(180,65%,82%)", "hsl(270,65%,72%)"})
    EXPECT_EQ(count(svg, colour), 8u) << colour;
}
