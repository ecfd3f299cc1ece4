'use strict';
// Pictures of who holds what: operands of matrix instructions, tiles in shared memory.

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
  const svg = element('svg', {width: left + columns * cellWidth + 8, height: top + rows * cellHeight + 4, role: 'img'});
  for (let column = 0; column < columns; ++column)
    svg.append(element('text', {class: 'edge', x: left + (column + 0.5) * cellWidth, y: 14}, String(column)));
  for (let row = 0; row < rows; ++row) {
    svg.append(element('text', {class: 'edge', x: left / 2, y: top + row * cellHeight + 13}, String(row)));
    for (let column = 0; column < columns; ++column) {
      const {text, fill, title, group} = cell(row, column) ?? {text: '\u00b7', fill: 'none', title: 'held by nobody'};
      const x = left + column * cellWidth, y = top + row * cellHeight;
      const made = element('g', {class: 'cell', 'data-group': group},
        element('title', {}, title),
        element('rect', {x, y, width: cellWidth, height: cellHeight, fill}),
        element('text', {x: x + cellWidth / 2, y: y + 13}, text));
      if (onCell) made.addEventListener('mouseenter', () => onCell(svg, group, title));
      svg.append(made);
    }
  }
  return svg;
}

const markGroup = (svg, group) => svg.querySelectorAll('g.cell').forEach(cell =>
  cell.classList.toggle('same', group !== undefined && cell.dataset.group === String(group)));

/** One operand: cells are lane:element; the pointer shows everything that its lane holds. */
function operandCard({atom, operand, element: type, layout: data}) {
  const layout = new Layout(data);
  const columns = layout.sizes.at(-1), rows = layout.sizes.slice(0, -1).reduce((a, b) => a * b, 1);
  const flat = place => place.slice(0, -1).reduce((row, part, d) => row * layout.sizes[d] + part, 0) * columns + place.at(-1);
  const held = new Map();
  for (const holder of layout.holders()) {
    const cell = flat(holder.place);
    if (!held.has(cell)) held.set(cell, []);
    held.get(cell).push(holder);
  }
  const lanes = layout.size('lane'), registers = layout.size('register');
  const answer = element('output', {}, 'lane:element; point at a cell');
  const body = element('div', {class: 'picture', tabindex: 0});
  const draw = by => replace(body, grid(rows, columns, (row, column) => {
    const holders = held.get(row * columns + column);
    if (!holders) return null;
    const {lane, register} = holders[0];
    const index = {lane, element: register, 'group of 16 lanes': lane >> 4}[by];
    const count = {lane: lanes, element: registers, 'group of 16 lanes': Math.max(1, lanes >> 4)}[by];
    return {text: `${lane}:${register}${holders.length > 1 ? '+' : ''}`, fill: tint(index, count), group: lane,
      title: `(${row}, ${column}): ${holders.map(one => `lane ${one.lane}, element ${one.register}`).join('; ')}`};
  }, (svg, group, title) => { markGroup(svg, group); answer.textContent = title; }));
  const choice = element('select', {'aria-label': 'Colour by', onchange: () => draw(choice.value)},
    ['lane', 'group of 16 lanes', 'element'].map(name => element('option', {value: name}, name)));
  const find = element('input', {placeholder: 'row,column', 'aria-label': 'Find element', oninput: () => {
    const [row, column] = find.value.split(',').map(Number);
    const holders = held.get(row * columns + column);
    const inside = find.value.includes(',') && row < rows && column < columns && holders;
    if (inside) answer.textContent = `(${row}, ${column}): ${holders.map(one => `lane ${one.lane}, element ${one.register}`).join('; ')}`;
    else answer.textContent = find.value ? `expects ROW,COLUMN below ${rows},${columns}` : '';
    markGroup(body.firstChild, inside ? holders[0].lane : undefined);
  }});
  draw('lane');
  return card(`${operand} of ${atom}`, `${layout.sizes.join(' \u00d7 ')} of ${type}; ${plural(registers, 'element')} in each of ${lanes} lanes`,
    element('div', {class: 'tools'}, element('label', {}, 'colour ', choice), element('label', {}, 'who holds ', find), answer), body);
}

/** Where element (row, column) stands in a slot, in elements: dialects/Stage, `getElementOffset`. */
function tileOffset(tile, row, column) {
  tile.swizzle.forEach((mask, bit) => { if (row >> bit & 1) column ^= mask; });
  return row * (tile.columns + tile.pad) + column;
}

/** The accesses with which waves read a tile: words by lane, for the widest vectors that the layout allows. */
function readsOf(tile, data, banks) {
  const layout = new Layout(data), bytes = tile.bits / 8, lanes = layout.size('lane'), registers = layout.size('register');
  const offset = (lane, register) => {
    const place = layout.at({lane, register});
    const column = place[tile.fastest];
    const row = place.filter((_, d) => d !== tile.fastest).reduce((sum, part, i) => sum * tile.rowSizes[i] + part, 0);
    return tileOffset(tile, row, column) * bytes;
  };
  const together = width => {
    for (let lane = 0; lane < lanes; ++lane)
      for (let register = 1; register < width; ++register)
        if (offset(lane, register) !== offset(lane, 0) + register * bytes) return false;
    return true;
  };
  let width = 1;
  while (width * 2 <= registers && width * 2 * bytes <= 16 && together(width * 2)) width *= 2;
  const size = width * bytes;
  const words = Array.from({length: lanes}, (_, lane) => {
    const first = Math.floor(offset(lane, 0) / banks.bankBytes), last = Math.floor((offset(lane, 0) + size - 1) / banks.bankBytes);
    return Array.from({length: last - first + 1}, (_, i) => first + i);
  });
  const known = banks.phases['read_' + size];
  return {size, words, phases: known ?? null, banks: banks.accessBanks?.['read_' + size] ?? banks.banks, count: registers / width};
}

/** Cycles that a phase takes: the most words of one bank; lanes that read one word share it. */
function cyclesOf(lanes, words, banks) {
  const perBank = new Map();
  for (const word of new Set(lanes.flatMap(lane => words[lane] ?? [])))
    perBank.set(word % banks, (perBank.get(word % banks) ?? 0) + 1);
  const all = [...perBank.values()].reduce((a, b) => a + b, 0);
  return {cycles: Math.max(...perBank.values(), 0), least: Math.ceil(all / banks)};
}

function tileCard(tile, banks) {
  const bytes = tile.bits / 8, perWord = banks.bankBytes / bytes;
  const rowBytes = (tile.columns + tile.pad) * bytes, wordsPerRow = Math.ceil(rowBytes / banks.bankBytes);
  const rows = Math.ceil(tile.rows * rowBytes / banks.bankBytes / wordsPerRow), shown = Math.min(rows, 64);
  const elementsAt = new Map();
  for (let row = 0; row < tile.rows; ++row)
    for (let column = 0; column < tile.columns; ++column) {
      const word = Math.floor(tileOffset(tile, row, column) * bytes / banks.bankBytes);
      if (!elementsAt.has(word)) elementsAt.set(word, [row, column]);
    }
  const read = tile.reads.length ? readsOf(tile, tile.reads[0], banks) : null;
  const body = element('div', {class: 'picture', tabindex: 0}), answer = element('output', {});
  const draw = phase => {
    const marked = new Map();
    for (const lane of phase ?? []) for (const word of read.words[lane]) marked.set(word, lane);
    const svg = grid(shown, wordsPerRow, (row, column) => {
      const word = row * wordsPerRow + column, bank = word % (read?.banks ?? banks.banks), at = elementsAt.get(word);
      if (!at) return null;
      return {text: marked.has(word) ? 'l' + marked.get(word) : String(bank), fill: tint(bank, read?.banks ?? banks.banks), group: marked.has(word) ? 'read' : bank,
        title: `byte ${word * banks.bankBytes}: bank ${bank}; from element (${at.join(', ')})${perWord > 1 ? ` on, ${perWord} elements` : ''}` +
          (marked.has(word) ? `; read by lane ${marked.get(word)}` : '')};
    }, (svg, group, title) => { answer.textContent = title; });
    if (phase)
      for (const cell of svg.querySelectorAll('g.cell')) {
        cell.classList.toggle('faded', cell.dataset.group !== 'read');
        if (cell.dataset.group === 'read') cell.querySelector('rect').classList.add('read');
      }
    replace(body, svg);
  };
  const costs = read?.phases?.map(lanes => cyclesOf(lanes, read.words, read.banks)) ?? [];
  const sum = costs.reduce((total, {cycles, least}) => ({cycles: total.cycles + cycles, least: total.least + least}), {cycles: 0, least: 0});
  const choice = costs.length ? element('select', {'aria-label': 'Phase', onchange: () => draw(read.phases[choice.value - 1])},
    element('option', {value: 0}, 'all words'), costs.map((cost, i) => element('option', {value: i + 1}, `phase ${i + 1}: ${plural(cost.cycles, 'cycle')}`))) : null;
  draw(null);
  return card(`Shared tile ${tile.name}`, `${tile.shape.join(' \u00d7 ')} of ${tile.element}, ${plural(tile.slots, 'slot')} at byte ${tile.offset ?? 'unknown'}` +
      (tile.swizzle.length ? `, swizzle [${tile.swizzle.join(', ')}]` : '') + (tile.pad ? `, rows padded by ${tile.pad}` : ''),
    element('p', {}, `A cell is one word of ${banks.bankBytes} bytes with its bank's number` + (shown < rows ? `; ${shown} of ${rows} rows are shown` : '') + '. ' +
      (read ? costs.length
        ? `A read takes ${read.size} bytes a lane in ${plural(costs.length, 'phase')}: ${plural(sum.cycles, 'cycle')}, ` +
          (sum.cycles > sum.least ? `${sum.cycles - sum.least} of them for bank conflicts.` : 'no bank conflicts.')
        : `Reads take ${read.size} bytes a lane; the target's files do not say in which phases.` : 'Nothing reads it as a tile.')),
    element('div', {class: 'tools'}, choice ? element('label', {}, 'lanes that are served together ', choice) : null, answer), body);
}

function drawLayouts(root, view) {
  const operands = view.operands ?? [], tiles = view.banks ? view.tiles ?? [] : [];
  replace(root, element('div', {class: 'page'},
    tiles.length ? [element('h2', {}, 'Shared memory', element('small', {}, `${view.banks.banks} banks of ${view.banks.bankBytes} bytes`)),
      element('div', {}, tiles.map(tile => element('div', {style: 'margin-bottom:12px'}, tileCard(tile, view.banks))))] : null,
    operands.length ? [element('h2', {}, 'Matrix operands'),
      element('div', {}, operands.map(operand => element('div', {style: 'margin-bottom:12px'}, operandCard(operand))))] : null,
    operands.length || tiles.length ? null : element('p', {class: 'unknown'}, 'No matrix instruction and no shared tile is known here.')));
}
