'use strict';
// The panes of one view: the kernel's file, its schedule, the program at a stage, machine code.

/** What the analyses say about single instructions, by address. */
function notesOf(report) {
  const notes = new Map();
  const add = (address, text, bad) => {
    const known = notes.get(address);
    notes.set(address, {text: known ? `${known.text}; ${text}` : text, bad: bad || known?.bad});
  };
  for (const wait of report.waits ?? []) {
    for (const [name, {in_flight: flight, leaves}] of Object.entries(wait.counters))
      if (flight) add(wait.address, `${name}: ${flight.at_most} in flight, leaves ${leaves}`, false);
    if (wait.origin === 'backend') add(wait.address, 'put there by LLVM', false);
  }
  for (const access of report.lds_accesses ?? [])
    if (access.conflicts) add(access.address, plural(access.conflicts, 'cycle') + ' of bank conflicts', true);
  for (const finding of report.lint ?? [])
    for (const address of finding.addresses) add(address, finding.check, true);
  return notes;
}

class CodeSection {
  constructor(root, view, report) {
    Object.assign(this, {root, view, report});
    this.trail = new Trail(view);
    this.panes = new Map(); // name -> Lines
    this.pinned = {pane: null, row: 0, origins: new Set()};
    const files = view.trail.files.map((file, index) => ({...file, pane: 'file' + index}));
    const [source, schedule] = ['kernel', 'schedule'].map(role => files.find(file => file.role === role && file.text));
    const hasStages = view.trail.stages.length > 0;
    root.className = source ? `${schedule ? '' : 'unscheduled'} ${hasStages ? '' : 'nostages'}` : 'foreign';
    replace(root,
      source && this.textPane('source', source.pane, 'Kernel', source.name, 'mlir', source.text),
      schedule && this.textPane('schedule', schedule.pane, 'Schedule', schedule.name, 'mlir', schedule.text),
      source && hasStages && this.stagePane(),
      this.machinePane());
    this.report(null);
  }

  /** Rows of a pane that have nothing to link to are pale. */
  addPane(name, options) {
    const rows = this.trail.at.get(name);
    const lines = new Lines({
      classOf: index => rows?.has(index) ? '' : 'plain',
      hover: index => this.hover(name, index),
      select: index => this.select(name, index),
      ...options,
    });
    this.panes.set(name, lines);
    const first = Math.min(...rows?.keys() ?? [0]);
    queueMicrotask(() => lines.box.scrollTop = Math.max(0, first - 1) * rowHeight);
    return lines;
  }

  textLines(name, label, language, text) {
    const rows = text.replace(/\n$/, '').split('\n');
    const width = String(rows.length).length;
    const longest = rows.reduce((most, row) => Math.max(most, row.length), 0);
    return this.addPane(name, {
      count: rows.length, columns: Math.min(longest, 2000) + width, label,
      render: index => [element('span', {class: 'number', style: `width:${width + 2}ch`}, String(index + 1)),
        element('span', {}, highlight(language, rows[index]))],
    });
  }

  textPane(area, name, title, file, language, text) {
    const lines = this.textLines(name, title, language, text);
    const map = new Overview(lines, {narrow: true});
    return element('div', {class: 'pane', style: `grid-area:${area}`},
      element('div', {class: 'bar'}, element('strong', {}, title),
        element('span', {class: 'file', title: file}, '\u200e' + file)),
      element('div', {class: 'body'}, lines.box, map.canvas));
  }

  stagePane() {
    this.stageTabs = element('nav', {'aria-label': 'Stage'});
    this.stageBody = element('div', {class: 'body'});
    const names = this.view.trail.stages.map(stage => stage.name);
    this.stage = Math.max(0, names.indexOf('lanes'));
    this.showStage = index => {
      this.panes.delete('stage' + this.stage);
      this.stage = index;
      const {name, text} = this.view.trail.stages[index];
      const lines = this.textLines('stage' + index, 'Stage ' + name, name === 'llvm' ? 'llvm' : 'mlir', text);
      replace(this.stageBody, lines.box, new Overview(lines, {narrow: true}).canvas);
      fillTabs(this.stageTabs, names, index, this.showStage);
      queueMicrotask(() => {
        this.follow(['stage' + index]);
        this.mark(new Set());
      });
    };
    const pane = element('div', {class: 'pane', style: 'grid-area:stage'},
      element('div', {class: 'bar'}, element('strong', {}, 'Stage'), this.stageTabs), this.stageBody);
    this.showStage(this.stage);
    return pane;
  }

  machinePane() {
    const {code, report, pressure} = this.view;
    const loops = report.loops ?? [], steady = report.steady_loop;
    const loopOf = code.map(({block}) => report.blocks?.[block]?.loop ?? null);
    const depth = loop => loop === null ? 0 : loops[loop].depth;
    const deepest = loops.reduce((most, loop) => Math.max(most, loop.depth), 0);
    const families = new Set(code.map(({family}) => family ?? 'nop'));
    const palette = Object.fromEntries([...families].map(name => [name, colour(name)]));
    const notes = notesOf(report);
    const longest = code.reduce((most, {address, text}) =>
      Math.max(most, text.length + (notes.get(address)?.text.length ?? 0) + 4), 0);
    const last = code.at(-1)?.address;
    const digits = (typeof last === 'number' ? last.toString(16) : String(code.length)).length;
    const lines = this.addPane('machine', {
      count: code.length, columns: longest + 12 + 2 * deepest, label: 'Machine code',
      classOf: () => '',
      render: index => {
        const {address, text, family} = code[index], loop = loopOf[index], note = notes.get(address);
        const nest = Array.from({length: deepest}, (_, level) => {
          const inside = level < depth(loop), isSteady = inside && loop === steady && level === depth(loop) - 1;
          return element('span', {class: `nest ${inside ? 'in' : ''} ${isSteady ? 'steady' : ''}`});
        });
        const place = address === null ? String(index + 1) : address.toString(16);
        return [element('span', {class: 'number', style: `width:${digits + 2}ch`}, place), nest,
          element('span', {class: 'family', style: `background:var(--${family ?? 'nop'})`, title: family}),
          element('span', {}, highlight('machine', text),
            note ? element('span', {class: note.bad ? 'note bad' : 'note'}, `   ; ${note.text}`) : null)];
      },
    });
    const map = new Overview(lines, {colourOf: index => palette[code[index].family ?? 'nop']});
    const strip = pressure ? this.pressureStrip(lines, map) : null;
    this.loopOf = loopOf;
    queueMicrotask(() => this.showLoop(steady));
    const live = pressure ? `, ${pressure.peak.vector + pressure.peak.accumulation}` +
      `${pressure.limit ? ' of ' + pressure.limit : ''} registers live at most` : '';
    return element('div', {class: 'pane', style: 'grid-area:machine'},
      element('div', {class: 'bar'}, element('strong', {}, 'Machine code'),
        element('span', {class: 'file'}, report.name),
        element('span', {class: 'count'}, plural(code.length, 'instruction') + live)),
      element('div', {class: 'body'}, lines.box, strip, map.canvas));
  }

  /** Live registers beside each row in sight: vector, accumulation, against the most that are live. */
  pressureStrip(lines, map) {
    const {at, peak} = this.view.pressure, most = Math.max(peak.vector + peak.accumulation, 1);
    const title = `Live registers of a lane, vector and accumulation; the whole width is ${most}`;
    const canvas = element('canvas', {class: 'strip', title});
    const drawMap = lines.onview;
    lines.onview = (first, last) => {
      drawMap(first, last);
      const scale = devicePixelRatio;
      const width = canvas.width = canvas.clientWidth * scale;
      canvas.height = canvas.clientHeight * scale;
      const context = canvas.getContext('2d'), unit = (width - 4 * scale) / most;
      context.globalAlpha = 0.7;
      const [vector, accumulation] = [colour('vector'), colour('accumulation')];
      for (let row = first; row < last && row < at.length; ++row) {
        const y = (row * rowHeight - lines.box.scrollTop) * scale, height = (rowHeight - 1) * scale;
        context.fillStyle = vector;
        context.fillRect(0, y, at[row][0] * unit, height);
        context.fillStyle = accumulation;
        context.fillRect(at[row][0] * unit, y, at[row][1] * unit, height);
      }
    };
    return canvas;
  }

  showLoop(loop) {
    const first = loop === null || loop === undefined ? -1 : this.loopOf.indexOf(loop);
    if (first >= 0) this.panes.get('machine').go(first);
  }

  showAddress(address) {
    const row = this.view.code.findIndex(instruction => instruction.address === address);
    if (row < 0) return;
    this.panes.get('machine').go(row);
    this.select('machine', row);
  }

  hover(pane, row) {
    this.mark(row === null ? new Set() : this.trail.originsAt(pane, row));
  }

  select(pane, row) {
    const same = this.pinned.pane === pane && this.pinned.row === row;
    this.pinned = {pane: same ? null : pane, row, origins: same ? new Set() : this.trail.originsAt(pane, row)};
    this.mark(new Set());
    this.follow([...this.panes.keys()].filter(name => name !== pane));
    this.describe();
  }

  clear() {
    this.pinned = {pane: null, row: 0, origins: new Set()};
    this.mark(new Set());
    this.describe();
  }

  /** Scrolls panes to what is selected, if nothing of it is in sight there. */
  follow(names) {
    for (const name of names) {
      const lines = this.panes.get(name);
      const rows = [...this.trail.rowsOf(name, this.pinned.origins)].sort((a, b) => a - b);
      if (!lines || !rows.length || rows.some(row => lines.isVisible(row))) continue;
      const inSteady = name === 'machine' && rows.find(row => this.loopOf[row] === this.view.report.steady_loop);
      lines.cursor = inSteady || rows[0];
      lines.show(lines.cursor);
    }
  }

  mark(hovered) {
    for (const [name, lines] of this.panes) {
      const pinned = this.trail.rowsOf(name, this.pinned.origins);
      if (name === this.pinned.pane) pinned.add(this.pinned.row);
      lines.mark(this.trail.rowsOf(name, hovered), pinned);
    }
  }

  describe() {
    const {pane, row, origins} = this.pinned;
    if (pane === null) return this.report(null);
    const {places, decisions} = this.trail.describe(origins);
    const rows = [...this.trail.rowsOf('machine', origins)];
    const steady = this.view.report.steady_loop;
    const inLoop = steady === null ? 0 : rows.filter(index => this.loopOf[index] === steady).length;
    this.report({places, decisions, instructions: rows.length, inLoop,
      text: pane === 'machine' ? this.view.code[row].text : null});
  }
}
