'use strict';
// What belongs together. A pane is one text; every origin (where an instruction or an op comes from) has lines in the
// panes. Rows are linked if they share an origin; selecting a row selects all origins that have a line there.

class Trail {
  constructor(view) {
    const {origins, decisions, files, stages} = view.trail;
    this.origins = origins;
    this.decisions = decisions;
    // Pane -> array (by row) of the row's own origin.
    this.own = new Map([['machine', view.code.map(instruction => instruction.origin)]]);
    stages.forEach((stage, index) => this.own.set('stage' + index, stage.origins));
    // Pane -> row -> origins, and the other way.
    this.at = new Map();
    const note = (pane, row, origin) => {
      if (!this.at.has(pane)) this.at.set(pane, new Map());
      const rows = this.at.get(pane);
      if (!rows.has(row)) rows.set(row, new Set());
      rows.get(row).add(origin);
    };
    origins.forEach((origin, index) => {
      if (origin.line) note('file' + origin.file, origin.line - 1, index);
      for (const decision of origin.decisions) {
        const {file, line} = decisions[decision];
        if (line) note('file' + file, line - 1, index);
      }
      origin.lines.forEach((line, stage) => line && note('stage' + stage, line - 1, index));
    });
    for (const [pane, rows] of this.own)
      rows.forEach((origin, row) => origin >= 0 && note(pane, row, origin));
    this.files = files;
  }

  originsAt(pane, row) {
    return this.at.get(pane)?.get(row) ?? new Set();
  }

  rowsOf(pane, origins) {
    const rows = new Set();
    if (!origins.size) return rows;
    for (const [row, there] of this.at.get(pane) ?? [])
      for (const origin of there)
        if (origins.has(origin)) {
          rows.add(row);
          break;
        }
    return rows;
  }

  /** "matmul.mlir:49" and the decisions of some origins, without repetitions. */
  describe(origins) {
    const places = new Set(), decisions = new Set();
    for (const index of origins) {
      const origin = this.origins[index];
      if (origin.line) places.add(`${baseName(this.files[origin.file].name)}:${origin.line}`);
      for (const decision of origin.decisions) {
        const {by, file, line} = this.decisions[decision];
        decisions.add(line ? `${by} (${shortPath(this.files[file].name)}:${line})` : by);
      }
    }
    return {places: [...places], decisions: [...decisions]};
  }
}

const baseName = path => path.slice(path.lastIndexOf('/') + 1);
/** The last two parts of a path: kernel and schedule often have one name. */
const shortPath = path => path.split('/').slice(-2).join('/');
