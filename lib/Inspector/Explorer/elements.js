'use strict';
// Building the page. Text never becomes markup: everything goes through textContent.

/** element('td', {class: 'num', onclick: f}, 'text', child, ...) */
function element(name, attributes = {}, ...children) {
  const svg = ['svg', 'g', 'rect', 'text', 'title'].includes(name);
  const made = svg ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (key === 'style') made.style.cssText = value;
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
  return made;
}

function replace(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
}

/** A row of buttons of which one is selected; arrow keys walk it. */
function fillTabs(nav, names, selected, choose) {
  const buttons = names.map((name, index) => element('button', {
    role: 'tab', 'aria-selected': String(index === selected), tabindex: index === selected ? 0 : -1,
    onclick: () => choose(index),
    onkeydown: event => {
      const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (!step) return;
      event.stopPropagation();
      choose((index + step + names.length) % names.length);
      nav.querySelector('[aria-selected=true]').focus();
    },
  }, name));
  replace(nav, buttons);
  nav.setAttribute('role', 'tablist');
  buttons[selected]?.scrollIntoView({block: 'nearest', inline: 'nearest'});
}

/** A table; cells are text, nodes, or {text, class}. */
function table(head, rows) {
  const cell = (name, content) => {
    const plain = content === null || typeof content !== 'object' || content instanceof Node ||
      Array.isArray(content);
    const {text, ...attributes} = plain ? {text: content} : content;
    return element(name, attributes, ...[text ?? ''].flat().map(part => part instanceof Node ? part : String(part)));
  };
  return element('div', {class: 'scroll'}, element('table', {},
    head.length ? element('thead', {}, element('tr', {}, head.map(name => cell('th', name)))) : null,
    element('tbody', {}, rows.map(row => element('tr', {}, row.map((content, i) => cell(i ? 'td' : 'th', content)))))));
}

const number = value => value === null || value === undefined ? {text: 'unknown', class: 'num unknown'}
  : {text: value.toLocaleString('en'), class: 'num'};
const hex = address => '0x' + address.toString(16);
const colour = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
const plural = (count, what) => `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
