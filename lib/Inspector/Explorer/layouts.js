'use strict';
// Pictures of who holds what in the operands of matrix instructions.

/** A linear layout over GF(2): the coordinates of an input are the XOR of the bases of its set bits. */
class Layout {
  constructor({inputs, sizes}) {
    Object.assign(this, {inputs: new Map(inputs.map(({name, bases}) => [name, bases])), sizes});
  }

  size(input) {
    return 1 << (this.inputs.get(input)?.length ?? 0);
  }

  at(values) {
    const place = this.sizes.map(() => 0);
    for (const [name, bases] of this.inputs)
      bases.forEach((basis, bit) => (values[name] ?? 0) >> bit & 1 && basis.forEach((part, d) => place[d] ^= part));
    return place;
  }

  /** Every (lane, register) with its coordinates. */
  * holders() {
    for (let lane = 0; lane < this.size('lane'); ++lane)
      for (let register = 0; register < this.size('register'); ++register)
        yield {lane, register, place: this.at({lane, register})};
  }
}

/** Distinct and light enough for dark text; neighbours differ. */
function tint(index, count) {
  return `hsl(${Math.round(index * 330 / Math.max(count, 1))} 68% ${index % 2 ? 72 : 80}%)`;
}

const cellWidth = 36, cellHeight = 19;

/** A grid of cells; `cell(row, column)` gives {text, fill, title, group} or null. */
function grid(rows, columns, cell, onCell) {
  const left = 40, top = 20;
  const [width, height] = [left + columns * cellWidth + 8, top + rows * cellHeight + 4];
  const svg = element('svg', {width, height, role: 'img'});
  for (let column = 0; column < columns; ++column)
    svg.append(element('text', {class: 'edge', x: left + (column + 0.5) * cellWidth, y: 14}, String(column)));
  for (let row = 0; row < rows; ++row) {
    svg.append(element('text', {class: 'edge', x: left / 2, y: top + row * cellHeight + 13}, String(row)));
    for (let column = 0; column < columns; ++column) {
      const {text, fill, title, group} = cell(row, column) ?? {text: '\u00b7', fill: 'none', title: 'nothing'};
      const x = left + column * cellWidth, y = top + row * cellHeight;
      const made = element('g', {class: 'cell', 'data-group': group},
        element('title', {}, title),
        element('rect', {x, y, width: cellWidth, height: cellHeight, fill}),
        element('text', {x: x + cellWidth / 2, y: y + 13}, text));
      made.addEventListener('mouseenter', () => onCell(svg, group, title));
      svg.append(made);
    }
  }
  return svg;
}

function markGroup(svg, group) {
  for (const cell of svg.querySelectorAll('g.cell'))
    cell.classList.toggle('same', group !== undefined && cell.dataset.group === String(group));
}

/** An operand as a table of rows and columns; leading dimensions are rows. */
class OperandGrid {
  constructor(data) {
    this.layout = new Layout(data);
    const {sizes} = this.layout;
    this.columns = sizes.at(-1);
    this.rows = sizes.slice(0, -1).reduce((a, b) => a * b, 1);
    this.held = new Map();
    for (const holder of this.layout.holders()) {
      const row = holder.place.slice(0, -1).reduce((sum, part, d) => sum * sizes[d] + part, 0);
      const cell = row * this.columns + holder.place.at(-1);
      this.held.set(cell, [...this.held.get(cell) ?? [], holder]);
    }
  }

  holdersOf(row, column) {
    return row < this.rows && column < this.columns ? this.held.get(row * this.columns + column) : undefined;
  }

  describe(row, column) {
    const holders = this.holdersOf(row, column).map(({lane, register}) => `lane ${lane}, element ${register}`);
    return `(${row}, ${column}): ${holders.join('; ')}`;
  }
}

/** What colours can tell of a place: name, its value, and how many values there are. */
const colourings = {
  'lane': layout => [({lane}) => lane, layout.size('lane')],
  'group of 16 lanes': layout => [({lane}) => lane >> 4, Math.max(1, layout.size('lane') >> 4)],
  'element': layout => [({register}) => register, layout.size('register')],
};

/** One operand: cells are lane:element; the pointer shows everything that its lane holds. */
function operandCard({atom, operand, element: type, layout: data}) {
  const table = new OperandGrid(data), {layout} = table;
  const answer = element('output', {}, 'lane:element; point at a cell');
  const body = element('div', {class: 'picture', tabindex: 0});
  const show = (svg, group, title) => {
    markGroup(svg, group);
    answer.textContent = title;
  };
  const draw = name => {
    const [value, count] = colourings[name](layout);
    replace(body, grid(table.rows, table.columns, (row, column) => {
      const holders = table.holdersOf(row, column);
      if (!holders) return null;
      const [{lane, register}] = holders;
      return {text: `${lane}:${register}${holders.length > 1 ? '+' : ''}`, fill: tint(value(holders[0]), count),
        group: lane, title: table.describe(row, column)};
    }, show));
  };
  const choice = element('select', {'aria-label': 'Colour by', onchange: () => draw(choice.value)},
    Object.keys(colourings).map(name => element('option', {value: name}, name)));
  const find = element('input', {placeholder: 'row,column', 'aria-label': 'Find element', oninput: () => {
    const [row, column] = find.value.split(',').map(Number);
    const holders = find.value.includes(',') ? table.holdersOf(row, column) : undefined;
    const fault = find.value ? `expects ROW,COLUMN below ${table.rows},${table.columns}` : '';
    show(body.firstChild, holders?.[0].lane, holders ? table.describe(row, column) : fault);
    body.querySelectorAll('g.cell')[row * table.columns + column]?.scrollIntoView({block: 'nearest', inline: 'center'});
  }});
  draw('lane');
  const size = `${layout.sizes.join(' \u00d7 ')} of ${type}`;
  return card(`${operand} of ${atom}`,
    `${size}; ${plural(layout.size('register'), 'element')} in each of ${layout.size('lane')} lanes`,
    element('div', {class: 'tools'}, element('label', {}, 'colour ', choice),
      element('label', {}, 'who holds ', find), answer),
    body);
}

function drawLayouts(root, view) {
  const bytes = tile => tile.slots * tile.rows * tile.columns * tile.bits;
  const tiles = view.banks ? [...view.tiles].sort((a, b) => bytes(b) - bytes(a)) : [], {operands} = view;
  const banks = tiles.length ? `${view.banks.banks} banks of ${view.banks.bankBytes} bytes` : '';
  replace(root, element('div', {class: 'page stacked'},
    tiles.length ? element('h2', {}, 'Shared memory', element('small', {}, banks)) : null,
    tiles.map(tile => tileCard(tile, view.banks)),
    operands.length ? element('h2', {}, 'Matrix operands') : null,
    operands.map(operandCard),
    operands.length || tiles.length ? null
      : element('p', {class: 'unknown'}, 'No matrix instruction and no shared tile is known here.')));
}
