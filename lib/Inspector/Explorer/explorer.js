'use strict';
// The page: which view, which section, and the keys.

const data = JSON.parse(document.getElementById('data').textContent);
const sections = ['code', 'loops', 'layouts', 'compare'];
const byId = id => document.getElementById(id);
const state = {view: 0, section: 'code', code: null};

function report(selection) {
  const root = byId('selection');
  const hint = 'Point at a line to see what belongs to it; click to keep it.';
  if (!selection) return replace(root, element('span', {class: 'soft'}, hint));
  const part = (...children) => element('span', {class: 'part'}, ...children);
  replace(root, selection.text ? part(element('b', {}, selection.text)) : null,
    part(selection.places.length ? element('b', {}, selection.places.join(', ')) : 'from no line of the kernel'),
    selection.decisions.length
      ? part(element('span', {class: 'soft'}, 'decided by '), selection.decisions.join(', ')) : null,
    part(plural(selection.instructions, 'instruction'),
      selection.inLoop ? `, ${selection.inLoop} in the steady loop` : ''));
}

function jump(address) {
  chooseSection('code');
  state.code.showAddress(address);
}

/** One view alone is not compared. */
const shown = () => data.views.length > 1 ? sections : sections.slice(0, 3);

function draw() {
  const view = data.views[state.view];
  for (const name of sections) byId(name).hidden = name !== state.section;
  if (state.section === 'code' && !state.code) state.code = new CodeSection(byId('code'), view, report);
  if (state.section === 'loops') drawLoops(byId('loops'), view, jump);
  if (state.section === 'layouts') drawLayouts(byId('layouts'), view);
  if (state.section === 'compare') drawCompare(byId('compare'), data.views);
  fillTabs(byId('views'), data.views.map(view => view.name), state.view, chooseView);
  fillTabs(byId('sections'), shown().map(name => name[0].toUpperCase() + name.slice(1)),
    sections.indexOf(state.section), index => chooseSection(sections[index]));
  history.replaceState(null, '', `#${encodeURIComponent(view.name)}/${state.section}`);
}

function chooseView(index) {
  Object.assign(state, {view: index, code: null});
  report(null);
  draw();
}

function chooseSection(name) {
  state.section = name;
  draw();
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (['INPUT', 'SELECT'].includes(event.target.tagName)) return;
  if (event.key === 'Escape') state.code?.clear();
  else if (event.key === 't') chooseView((state.view + 1) % data.views.length);
  else if (event.key === 's') chooseSection(shown()[(shown().indexOf(state.section) + 1) % shown().length]);
  else if ((event.key === '[' || event.key === ']') && state.code?.showStage) {
    const count = data.views[state.view].trail.stages.length;
    state.code.showStage((state.code.stage + (event.key === ']' ? 1 : count - 1)) % count);
  } else return;
  event.preventDefault();
}

document.title = `${data.title} \u2013 Kiln`;
byId('title').textContent = data.title;
const [viewName, sectionName] = location.hash.slice(1).split('/').map(decodeURIComponent);
state.view = Math.max(0, data.views.findIndex(view => view.name === viewName));
if (sections.includes(sectionName)) state.section = sectionName;
document.addEventListener('keydown', key);
addEventListener('resize', () => state.code?.panes.forEach(lines => lines.draw()));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { state.code = null; draw(); });
draw();
