'use strict';
// A text of any length: only the rows in sight are in the page.

const rowHeight = 18;

class Lines {
  /** `render(index)` gives the nodes of a row; `hover`, `select` are called with a row's index or null. */
  constructor({count, columns, label, render, hover, select, classOf}) {
    Object.assign(this, {count, render, classOf: classOf ?? (() => ''), select});
    this.cursor = 0;
    this.linked = new Set();
    this.pinned = new Set();
    this.rows = new Map();
    this.space = element('div', {style: `height:${count * rowHeight}px;width:calc(${columns}ch + 5em)`});
    this.box = element('div', {class: 'lines', tabindex: 0, role: 'listbox', 'aria-label': label,
      onscroll: () => this.draw(), onkeydown: event => this.key(event)}, this.space);
    const indexOf = event => {
      const row = event.target.closest('.row');
      return row ? Number(row.dataset.index) : null;
    };
    let hovered = null;
    this.box.addEventListener('mouseover', event => {
      const index = indexOf(event);
      if (index !== hovered) hover(hovered = index);
    });
    this.box.addEventListener('mouseleave', () => hover(hovered = null));
    this.box.addEventListener('click', event => {
      const index = indexOf(event);
      if (index === null) return;
      this.cursor = index;
      select(index);
      this.draw();
    });
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  /** Marks rows: those that belong to what the pointer is on, and to what is selected. */
  mark(linked, pinned) {
    this.linked = linked;
    this.pinned = pinned;
    this.draw();
  }

  draw() {
    const margin = 10;
    const first = Math.max(0, Math.floor(this.box.scrollTop / rowHeight) - margin);
    const last = Math.min(this.count, Math.ceil((this.box.scrollTop + this.box.clientHeight) / rowHeight) + margin);
    for (const [index, row] of this.rows)
      if (index < first || index >= last) {
        row.remove();
        this.rows.delete(index);
      }
    for (let index = first; index < last; ++index) {
      let row = this.rows.get(index);
      if (!row) {
        row = element('div', {role: 'option', style: `top:${index * rowHeight}px`}, this.render(index));
        row.dataset.index = index;
        this.rows.set(index, row);
        this.box.append(row);
      }
      row.className = `row ${this.classOf(index)}${this.linked.has(index) ? ' linked' : ''}` +
        `${this.pinned.has(index) ? ' pinned' : ''}${index === this.cursor ? ' cursor' : ''}`;
      row.setAttribute('aria-selected', String(this.pinned.has(index)));
    }
    this.onview?.(first, last);
  }

  isVisible(index) {
    const top = index * rowHeight;
    return top >= this.box.scrollTop && top + rowHeight <= this.box.scrollTop + this.box.clientHeight;
  }

  show(index) {
    if (index !== undefined && index !== null && !this.isVisible(index))
      this.box.scrollTop = index * rowHeight - this.box.clientHeight / 3;
    this.draw();
  }

  go(index) {
    this.cursor = Math.max(0, Math.min(this.count - 1, index));
    this.show(this.cursor);
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / rowHeight) - 1);
    const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.count, End: this.count};
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) this.go(this.cursor + steps[event.key]);
    else if (event.key === 'Enter' || event.key === ' ') this.select(this.cursor);
    else if (event.key === 'n' || event.key === 'p') this.nextMarked(event.key === 'n' ? 1 : -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  nextMarked(step) {
    const marked = [...(this.pinned.size ? this.pinned : this.linked)].sort((a, b) => (a - b) * step);
    if (!marked.length) return;
    this.go(marked.find(index => (index - this.cursor) * step > 0) ?? marked[0]);
  }
}

/** A narrow picture of a whole text beside it: where colours and marks are, and what is in sight. */
class Overview {
  constructor(lines, {narrow, colourOf}) {
    Object.assign(this, {lines, colourOf});
    this.canvas = element('canvas', {class: narrow ? 'map narrow' : 'map', 'aria-hidden': 'true'});
    const scroll = event => {
      if (event.buttons !== 1) return;
      const share = event.offsetY / this.canvas.clientHeight;
      lines.box.scrollTop = share * lines.count * rowHeight - lines.box.clientHeight / 2;
    };
    this.canvas.addEventListener('mousedown', scroll);
    this.canvas.addEventListener('mousemove', scroll);
    lines.onview = (first, last) => this.draw(first, last);
  }

  /** The rows' colours, which are drawn once for a size. */
  colours(width, height, at, size) {
    if (this.picture?.width === width && this.picture.height === height) return this.picture;
    this.picture = element('canvas', {width, height});
    const context = this.picture.getContext('2d'), scale = devicePixelRatio;
    for (let index = 0; index < this.lines.count; ++index) {
      context.fillStyle = this.colourOf(index);
      context.fillRect(6 * scale, at(index), width - 18 * scale, size);
    }
    return this.picture;
  }

  draw(first, last) {
    const {canvas, lines} = this, scale = devicePixelRatio;
    const width = canvas.width = canvas.clientWidth * scale, height = canvas.height = canvas.clientHeight * scale;
    if (!width || !height) return;
    const context = canvas.getContext('2d');
    const at = index => index / Math.max(lines.count, canvas.clientHeight / 3) * height;
    const size = Math.max(scale, at(1));
    if (this.colourOf) context.drawImage(this.colours(width, height, at, size), 0, 0);
    for (const [set, name] of [[lines.linked, 'linked'], [lines.pinned, 'accent']]) {
      context.fillStyle = colour(name);
      for (const index of set) context.fillRect(width - 10 * scale, at(index), 10 * scale, Math.max(size, 2 * scale));
    }
    context.globalAlpha = 0.13;
    context.fillStyle = colour('ink');
    context.fillRect(0, at(first), width, at(last) - at(first));
  }
}
