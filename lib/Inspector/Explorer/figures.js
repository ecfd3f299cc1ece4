'use strict';
// Pages of figures: one view's resources and loops, and all views side by side.

const percent = (part, whole) => `${(100 * part / whole).toFixed(part / whole < 0.1 ? 1 : 0)} %`;

/** The families of instructions as one bar. */
function familyBar(families) {
  const entries = Object.entries(families).filter(([, count]) => count > 0);
  const total = entries.reduce((sum, [, count]) => sum + count, 0);
  if (!total) return null;
  return [element('div', {class: 'bars', role: 'img', 'aria-label': entries.map(([name, count]) => `${name} ${count}`).join(', ')},
    entries.map(([name, count]) => element('span', {style: `flex:${count};background:var(--${name})`, title: `${name}: ${count}`}))),
  element('div', {class: 'key'}, entries.map(([name, count]) =>
    element('span', {}, element('i', {style: `background:var(--${name})`}), `${name} ${count}`)))];
}

function gauge(used, limit, name) {
  if (!limit || used === null || used === undefined) return null;
  return element('div', {class: 'gauge', title: percent(used, limit)},
    element('span', {style: `width:${Math.min(100, 100 * used / limit)}%;background:var(--${name})`}));
}

function card(title, note, ...content) {
  return element('div', {class: 'card'}, element('h3', {}, title, note ? element('small', {}, note) : null), ...content);
}

function resourceCards(view) {
  const {resources, occupancy} = view.report, cards = [];
  if (resources) {
    cards.push(card('Registers', 'of a lane',
      element('div', {class: 'big'}, resources.vgprs ?? 'unknown'),
      gauge(resources.vgprs, view.limits?.vector, 'vector'),
      element('p', {}, [resources.agprs === null ? null : `${resources.agprs} of them AGPRs`, resources.sgprs === null ? null : `${resources.sgprs} SGPRs`,
        `${(resources.vgpr_spills ?? 0) + (resources.sgpr_spills ?? 0)} spills`, `${resources.scratch_bytes ?? 'unknown'} bytes of scratch`].filter(Boolean).join(', '))));
    cards.push(card('Shared memory', 'of a workgroup',
      element('div', {class: 'big'}, resources.lds_bytes === null ? 'unknown' : `${(resources.lds_bytes / 1024).toLocaleString('en')} KiB`),
      gauge(resources.lds_bytes, view.limits?.shared, 'lds'),
      element('p', {}, view.limits?.shared ? `${percent(resources.lds_bytes ?? 0, view.limits.shared)} of ${view.limits.shared / 1024} KiB` : 'the machine\u2019s size is unknown')));
  }
  if (occupancy)
    cards.push(card('Occupancy', 'waves per SIMD',
      element('div', {class: 'big'}, occupancy.waves_per_simd),
      element('p', {}, `limited by ${occupancy.limited_by.join(' and ')}`),
      element('p', {}, occupancy.for_one_more_workgroup.length
        ? `one more workgroup: ${occupancy.for_one_more_workgroup.map(cut => `${cut.resource} \u2264 ${cut.at_most} (${cut.cut} fewer)`).join(' and ')}`
        : 'the machine holds no more waves')));
  return cards;
}

function loopCard(view, loop, jump) {
  const bounds = Object.entries(loop.cycles_at_least ?? {}).filter(([, value]) => typeof value === 'number');
  const most = Math.max(...bounds.map(([, value]) => value), 1);
  const mnemonics = Object.entries(loop.mnemonics ?? {}).sort((a, b) => b[1] - a[1]);
  return card(`Loop ${loop.index}${loop.steady ? ', the steady loop' : ''}`,
    `${plural(loop.instructions, 'instruction')}, depth ${loop.depth}${loop.innermost ? '' : ', without its inner loops'}`,
    element('p', {}, element('button', {class: 'jump', onclick: () => jump(loop.begin)}, `${hex(loop.begin)} to ${hex(loop.end)}`)),
    element('p', {}), familyBar(loop.families),
    element('div', {class: 'halves'}, bounds.length ? element('div', {}, element('h3', {style: 'margin-top:14px'}, 'Cycles at least', element('small', {}, 'one iteration of one wave, each unit alone')),
      table([], bounds.map(([unit, value]) => [unit, {text: value, class: 'num'},
        element('div', {class: 'gauge', style: 'min-width:120px;margin-top:7px'}, element('span', {style: `width:${100 * value / most}%;background:var(--${unit})`}))]))) : null,
    loop.steady && mnemonics.length ? element('div', {}, element('h3', {style: 'margin-top:14px'}, 'Instructions'),
      table([], mnemonics.map(([name, count]) => [element('code', {}, name), number(count)]))) : null));
}

function waitTable(loop, jump) {
  const at = address => element('button', {class: 'jump', onclick: () => jump(address)}, hex(address));
  const flight = value => value === null || value === undefined ? {text: 'unknown', class: 'unknown'}
    : typeof value === 'number' ? value : `${value.at_least} to ${value.at_most}`;
  return table(['Wait', 'Counter', 'In flight before', 'Leaves', 'Waits for'], (loop.waits ?? []).flatMap(wait =>
    Object.entries(wait.counters).map(([name, counter]) => [at(wait.address), name, flight(counter.in_flight),
      counter.leaves, counter.waits_for === null ? {text: 'unknown', class: 'unknown'}
        : counter.waits_for.length ? counter.waits_for.slice(0, 8).flatMap(address => [at(address), ' ']) : 'nothing'])));
}

function drawLoops(root, view, jump) {
  const {report} = view, loops = report.loops ?? [];
  const steady = loops.find(loop => loop.steady);
  const rest = loops.filter(loop => !loop.steady);
  replace(root, element('div', {class: 'page'},
    element('h2', {}, report.name, element('small', {}, [view.chip, plural(view.code.length, 'instruction'), plural(loops.length, 'loop')].filter(Boolean).join(', '))),
    element('div', {class: 'cards'}, resourceCards(view)),
    report.notes?.length ? [element('h2', {}, 'Notes'), element('div', {class: 'card'}, report.notes.map(note => element('p', {}, note)))] : null,
    steady ? [element('h2', {}, 'Steady loop'), loopCard(view, steady, jump)] : null,
    steady?.waits?.length ? [element('h2', {}, 'Waits of the steady loop'), element('div', {class: 'card'}, waitTable(steady, jump))] : null,
    rest.length ? [element('h2', {}, 'Other loops'), element('div', {class: 'cards'}, rest.map(loop => loopCard(view, loop, jump)))] : null,
    report.whole ? [element('h2', {}, 'Whole kernel'), element('div', {class: 'card'}, familyBar(report.whole.families))] : null));
}

/** The rows of the comparison: name, figure of a view, and which is better ("less", "more" or neither). */
const comparison = [
  ['Resources'],
  ['vector registers', view => view.report.resources?.vgprs],
  ['of them accumulation', view => view.report.resources?.agprs],
  ['scalar registers', view => view.report.resources?.sgprs],
  ['shared memory, bytes', view => view.report.resources?.lds_bytes],
  ['scratch, bytes of a lane', view => view.report.resources?.scratch_bytes, 'less'],
  ['waves per SIMD', view => view.report.occupancy?.waves_per_simd, 'more'],
  ['instructions', view => view.code.length],
  ['Steady loop'],
  ['instructions', view => steadyOf(view)?.instructions],
  ['matrix instructions', view => steadyOf(view)?.families.matrix],
  ['FLOPs of a wave', view => steadyOf(view) && Object.values(steadyOf(view).flops ?? {}).reduce((a, b) => a + b, 0)],
  ['bytes loaded from memory by a wave', view => steadyOf(view)?.bytes?.global.loaded],
  ['FLOPs of a byte loaded', view => {
    const loaded = steadyOf(view)?.bytes?.global.loaded, flops = Object.values(steadyOf(view)?.flops ?? {}).reduce((a, b) => a + b, 0);
    return loaded && flops ? Math.round(10 * flops / loaded) / 10 : null;
  }],
  ['cycles at least, matrix unit', view => steadyOf(view)?.cycles_at_least?.matrix],
  ['cycles at least, issue', view => steadyOf(view)?.cycles_at_least?.issue],
];
const steadyOf = view => view.report.loops?.find(loop => loop.steady);

function drawCompare(root, views) {
  const rows = comparison.map(([name, figure, better]) => {
    if (!figure) return [{text: name, style: 'padding-top:16px'}, ...views.map(() => '')];
    const values = views.map(view => figure(view) ?? null);
    const known = values.filter(value => value !== null);
    const best = known.length > 1 && Math.min(...known) !== Math.max(...known)
      ? {less: Math.min(...known), more: Math.max(...known)}[better] : undefined;
    return [name, ...values.map(value => ({...number(value), ...(value !== null && value === best ? {class: 'num best'} : {})}))]
      .map((cell, i) => i ? cell : {text: name, style: 'font-weight:400'});
  });
  const families = views.map(view => steadyOf(view)?.families ?? view.report.whole?.families ?? {});
  replace(root, element('div', {class: 'page'},
    element('h2', {}, 'Comparison', element('small', {}, 'bold: the most waves, the least scratch')),
    element('div', {class: 'card compared'}, table(['', ...views.map(view => ({text: view.name, class: 'num'}))], rows)),
    element('h2', {}, 'Steady loops'),
    element('div', {class: 'cards'}, views.map((view, i) => card(view.name, view.report.name, familyBar(families[i]) ?? element('p', {class: 'unknown'}, 'unknown'))))));
}
