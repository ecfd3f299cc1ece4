'use strict';
// Pictures of tiles in shared memory: words, their banks, and which lanes are served together.

/** Where element (row, column) stands in a slot, counted in elements (stage.alloc in the reference of dialects). */
function tileOffset(tile, row, column) {
  tile.swizzle.forEach((mask, bit) => { if (row >> bit & 1) column ^= mask; });
  return row * (tile.columns + tile.pad) + column;
}

/** The first access with which a wave reads a tile: words by lane, for the widest vectors that lie together. */
class TileRead {
  constructor(tile, data, banks) {
    const layout = new Layout(data), bytes = tile.bits / 8;
    const [lanes, registers] = [layout.size('lane'), layout.size('register')];
    this.offset = (lane, register) => {
      const place = layout.at({lane, register});
      const others = place.filter((_, d) => d !== tile.fastest);
      const row = others.reduce((sum, part, i) => sum * tile.rowSizes[i] + part, 0);
      return tileOffset(tile, row, place[tile.fastest]) * bytes;
    };
    let width = 1;
    while (width * 2 <= registers && width * 2 * bytes <= 16 && this.together(width * 2, lanes, bytes)) width *= 2;
    this.bytes = width * bytes;
    this.banks = banks.accessBanks['read_' + this.bytes] ?? banks.banks;
    this.phases = banks.phases['read_' + this.bytes] ?? [];
    this.words = Array.from({length: lanes}, (_, lane) => {
      const begin = this.offset(lane, 0), first = Math.floor(begin / banks.bankBytes);
      const last = Math.floor((begin + this.bytes - 1) / banks.bankBytes);
      return Array.from({length: last - first + 1}, (_, i) => first + i);
    });
  }

  together(width, lanes, bytes) {
    for (let lane = 0; lane < lanes; ++lane)
      for (let register = 1; register < width; ++register)
        if (this.offset(lane, register) !== this.offset(lane, 0) + register * bytes) return false;
    return true;
  }

  /** Cycles that a phase takes: the most words of one bank; lanes that read one word share it. */
  cost(phase) {
    const words = new Set(phase.flatMap(lane => this.words[lane] ?? []));
    const perBank = new Map();
    for (const word of words) perBank.set(word % this.banks, (perBank.get(word % this.banks) ?? 0) + 1);
    return {cycles: Math.max(...perBank.values(), 0), least: Math.ceil(words.size / this.banks)};
  }

  describe() {
    if (!this.phases.length)
      return `Reads take ${this.bytes} bytes a lane; the target's files do not say in which phases.`;
    const costs = this.phases.map(phase => this.cost(phase));
    const cycles = costs.reduce((sum, cost) => sum + cost.cycles, 0);
    const conflicts = cycles - costs.reduce((sum, cost) => sum + cost.least, 0);
    return `A read takes ${this.bytes} bytes a lane in ${plural(costs.length, 'phase')}: ${plural(cycles, 'cycle')}, ` +
      (conflicts ? `${conflicts} of them for bank conflicts.` : 'no bank conflicts.');
  }
}

/** The words of a tile with the first element in each, by word. */
function firstElements(tile, bankBytes) {
  const elements = new Map();
  for (let row = 0; row < tile.rows; ++row)
    for (let column = 0; column < tile.columns; ++column) {
      const word = Math.floor(tileOffset(tile, row, column) * tile.bits / 8 / bankBytes);
      if (!elements.has(word)) elements.set(word, [row, column]);
    }
  return elements;
}

function tileTitle(tile) {
  const parts = [`${tile.shape.join(' \u00d7 ')} of ${tile.element}`,
    `${plural(tile.slots, 'slot')} at byte ${tile.offset ?? 'unknown'}`,
    tile.swizzle.length ? `swizzle [${tile.swizzle.join(', ')}]` : null,
    tile.pad ? `rows padded by ${tile.pad}` : null];
  return parts.filter(Boolean).join(', ');
}

const mostRows = 64;

function tileCard(tile, {banks, bankBytes, ...how}) {
  const rowBytes = (tile.columns + tile.pad) * tile.bits / 8, columns = Math.ceil(rowBytes / bankBytes);
  const allRows = Math.ceil(tile.rows * rowBytes / bankBytes / columns), rows = Math.min(allRows, mostRows);
  const elements = firstElements(tile, bankBytes);
  const read = tile.reads.length ? new TileRead(tile, tile.reads[0], {banks, bankBytes, ...how}) : null;
  const seen = read?.banks ?? banks;
  const body = element('div', {class: 'picture', tabindex: 0}), answer = element('output', {});
  const draw = phase => {
    const lanes = new Map((phase ?? []).flatMap(lane => read.words[lane].map(word => [word, lane])));
    const svg = grid(rows, columns, (row, column) => {
      const word = row * columns + column, bank = word % seen, at = elements.get(word), lane = lanes.get(word);
      if (!at) return null;
      const title = `byte ${word * bankBytes}: bank ${bank}; from element (${at.join(', ')}) on`;
      return lane === undefined ? {text: String(bank), fill: tint(bank, seen), title}
        : {text: 'l' + lane, fill: tint(bank, seen), group: 'read', title: `${title}; read by lane ${lane}`};
    }, (unused, group, title) => { answer.textContent = title; });
    for (const cell of phase ? svg.querySelectorAll('g.cell') : [])
      cell.classList.add(cell.dataset.group === 'read' ? 'same' : 'faded');
    replace(body, svg);
  };
  const choice = read?.phases.length ? element('select',
    {'aria-label': 'Phase', onchange: () => draw(read.phases[choice.value])},
    element('option', {value: -1}, 'all words'), read.phases.map((phase, i) =>
      element('option', {value: i}, `phase ${i + 1}: ${plural(read.cost(phase).cycles, 'cycle')}`))) : null;
  draw(null);
  return card(`Shared tile ${tile.name}`, tileTitle(tile),
    element('p', {}, `A cell is one word of ${bankBytes} bytes with its bank's number` +
      (rows < allRows ? `; the first ${rows} of ${allRows} rows are shown. ` : '. '),
      read?.describe() ?? 'Nothing reads it as a tile.'),
    element('div', {class: 'tools'},
      choice ? element('label', {}, 'lanes that are served together ', choice) : null, answer), body);
}
