'use strict';
// Pages of figures: one view's resources and loops, and all views side by side.

const percent = (part, whole) => `${(100 * part / whole).toFixed(part / whole < 0.1 ? 1 : 0)} %`;
const sumOf = counts => Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);
const isKnown = value => value !== null && value !== undefined;

/** The families of instructions as one bar. */
function familyBar(families) {
  const entries = Object.entries(families).filter(([, count]) => count > 0);
  if (!entries.length) return null;
  const label = entries.map(([name, count]) => `${name} ${count}`).join(', ');
  return [
    element('div', {class: 'bars', role: 'img', 'aria-label': label}, entries.map(([name, count]) =>
      element('span', {style: `flex:${count};background:var(--${name})`, title: `${name}: ${count}`}))),
    element('div', {class: 'key'}, entries.map(([name, count]) =>
      element('span', {}, element('i', {style: `background:var(--${name})`}), `${name} ${count}`))),
  ];
}

function gauge(used, limit, name) {
  if (!limit || !isKnown(used)) return null;
  return element('div', {class: 'gauge', title: percent(used, limit)},
    element('span', {style: `width:${Math.min(100, 100 * used / limit)}%;background:var(--${name})`}));
}

function card(title, note, ...content) {
  return element('div', {class: 'card'},
    element('h3', {}, title, note ? element('small', {}, note) : null), ...content);
}

function registerCard({resources, registers_in_use: live}, limits) {
  const peak = live ? live.peak.vector + live.peak.accumulation : null;
  const parts = [
    isKnown(resources.agprs) ? `${resources.agprs} of them AGPRs` : null,
    isKnown(resources.sgprs) ? `${resources.sgprs} SGPRs` : null,
    isKnown(peak) ? `${peak} live at most` : null,
    `${(resources.vgpr_spills ?? 0) + (resources.sgpr_spills ?? 0)} spills`,
    `${resources.scratch_bytes ?? 'unknown'} bytes of scratch`,
  ];
  return card('Registers', 'of a lane', element('div', {class: 'big'}, resources.vgprs ?? 'unknown'),
    gauge(resources.vgprs, limits?.vector, 'vector'), element('p', {}, parts.filter(Boolean).join(', ')));
}

function memoryCard({resources}, limits) {
  const bytes = resources.lds_bytes;
  return card('Shared memory', 'of a workgroup',
    element('div', {class: 'big'}, isKnown(bytes) ? `${(bytes / 1024).toLocaleString('en')} KiB` : 'unknown'),
    gauge(bytes, limits?.shared, 'lds'),
    element('p', {}, !limits?.shared ? 'the machine\u2019s size is unknown'
      : isKnown(bytes) ? `${percent(bytes, limits.shared)} of ${limits.shared / 1024} KiB` : ''));
}

function occupancyCard({occupancy}) {
  const cuts = occupancy.for_one_more_workgroup.map(cut =>
    `${cut.resource} \u2264 ${cut.at_most} (${cut.cut} fewer)`);
  return card('Occupancy', 'waves per SIMD', element('div', {class: 'big'}, occupancy.waves_per_simd),
    element('p', {}, `limited by ${occupancy.limited_by.join(' and ')}`),
    element('p', {}, cuts.length ? `one more workgroup: ${cuts.join(' and ')}` : 'the machine holds no more waves'));
}

function boundCard({bound, roofline}) {
  return card('Bound', `of the steady loop, ${plural(bound.waves, 'wave')} of a workgroup`,
    element('div', {class: 'big'}, bound.unit ?? 'unknown'),
    element('p', {}, `${plural(bound.cycles, 'cycle')} an iteration at least`),
    bound.unknown.length ? element('p', {}, `unknown: ${bound.unknown.join(', ')}`) : null,
    roofline ? element('p', {}, `${roofline.compute_tflops.toFixed(0)} TFLOP/s on ${roofline.chip} at most` +
      (isKnown(roofline.peak_tflops) ? `, whose peak is ${roofline.peak_tflops}` : '')) : null);
}

function resourceCards(view) {
  const {report, limits} = view, steady = steadyOf(view);
  return [
    report.resources ? registerCard(report, limits) : null,
    report.resources ? memoryCard(report, limits) : null,
    report.occupancy ? occupancyCard(report) : null,
    steady?.bound ? boundCard(steady) : null,
  ];
}

function cycleTable(loop) {
  const bounds = Object.entries(loop.cycles_at_least ?? {}).filter(([, value]) => typeof value === 'number');
  if (!bounds.length) return null;
  const most = Math.max(...bounds.map(([, value]) => value), 1);
  return element('div', {},
    element('h3', {class: 'part'}, 'Cycles at least',
      element('small', {}, 'one iteration of one wave, each unit alone')),
    table([], bounds.map(([unit, value]) => [unit, number(value), element('div', {class: 'gauge wide'},
      element('span', {style: `width:${100 * value / most}%;background:var(--${unit})`}))])));
}

function mnemonicTable(loop) {
  const mnemonics = Object.entries(loop.mnemonics ?? {}).sort((a, b) => b[1] - a[1]);
  return element('div', {}, element('h3', {class: 'part'}, 'Instructions'),
    table([], mnemonics.map(([name, count]) => [element('code', {}, name), number(count)])));
}

function tripText({trips}) {
  if (!trips) return null;
  if (isKnown(trips.trips)) return plural(trips.trips, 'trip');
  if (!trips.counter) return null;
  return `while ${trips.counter} ${trips.condition} ${trips.bound_register ?? trips.bound ?? '?'}`;
}

function loopCard(loop, jump) {
  const parts = [plural(loop.instructions, 'instruction'), `depth ${loop.depth}`, tripText(loop),
    loop.innermost ? null : 'without its inner loops'];
  return card(`Loop ${loop.index}${loop.steady ? ', the steady loop' : ''}`, parts.filter(Boolean).join(', '),
    element('p', {class: 'range'}, jumpButton(loop.begin, jump, `${hex(loop.begin)} to ${hex(loop.end)}`)),
    familyBar(loop.families),
    element('div', {class: 'halves'}, cycleTable(loop), loop.steady ? mnemonicTable(loop) : null));
}

const jumpButton = (address, jump, text) =>
  element('button', {class: 'jump', onclick: () => jump(address)}, text ?? hex(address));
const jumpList = (addresses, jump) => [
  ...addresses.slice(0, 8).flatMap(address => [jumpButton(address, jump), ' ']), addresses.length > 8 ? '\u2026' : ''];
const unknown = {text: 'unknown', class: 'unknown'};

/** What is in flight: a number, or from at least to at most. */
function flightText(value) {
  if (!isKnown(value)) return unknown;
  return value.at_least === value.at_most ? value.at_most : `${value.at_least} to ${value.at_most}`;
}

function waitTable(waits, jump) {
  const waitsFor = addresses => addresses.length ? jumpList(addresses, jump) : 'nothing';
  return table(['Wait', 'Counter', 'In flight before', 'Leaves', 'Waits for'], waits.flatMap(wait =>
    Object.entries(wait.counters).map(([name, counter]) => [jumpButton(wait.address, jump), name,
      flightText(counter.in_flight), counter.leaves, counter.waits_for ? waitsFor(counter.waits_for) : unknown])));
}

function matrixTable(uses, jump) {
  return table(['Instruction', 'Count', 'FLOPs a cycle', 'Of the best', 'First'], uses.map(use => [
    element('code', {}, use.mnemonic), number(use.count), number(use.flops_per_cycle),
    isKnown(use.fraction_of_best) ? `${percent(use.fraction_of_best, 1)}, ${use.best.name}` : unknown,
    jumpButton(use.first_address, jump)]));
}

function findingTable(findings, jump) {
  return table(['Finding', 'What', 'Where'], findings.map(finding =>
    [finding.check, finding.message, jumpList(finding.addresses, jump)]));
}

/** A heading and a card, if there is anything. */
const chapter = (title, content) => content ? [element('h2', {}, title), content] : null;
const boxed = content => content && element('div', {class: 'card'}, content);

function drawLoops(root, view, jump) {
  const {report} = view, loops = report.loops ?? [], steady = steadyOf(view);
  const rest = loops.filter(loop => !loop.steady);
  const summary = [view.chip, plural(view.code.length, 'instruction'), plural(loops.length, 'loop')];
  replace(root, element('div', {class: 'page'},
    element('h2', {}, report.name, element('small', {}, summary.filter(Boolean).join(', '))),
    element('div', {class: 'cards'}, resourceCards(view)),
    chapter('Notes', report.notes?.length ? boxed(report.notes.map(note => element('p', {}, note))) : null),
    chapter('Findings', report.lint?.length ? boxed(findingTable(report.lint, jump)) : null),
    chapter('Steady loop', steady ? loopCard(steady, jump) : null),
    chapter('Waits of the steady loop', steady?.waits?.length ? boxed(waitTable(steady.waits, jump)) : null),
    chapter('Matrix instructions',
      report.matrix?.instructions.length ? boxed(matrixTable(report.matrix.instructions, jump)) : null),
    chapter('Other loops',
      rest.length ? element('div', {class: 'cards'}, rest.map(loop => loopCard(loop, jump))) : null),
    chapter('Whole kernel', report.whole ? boxed(familyBar(report.whole.families)) : null)));
}

const steadyOf = view => view.report.loops?.find(loop => loop.steady);

function flopsOfByte(view) {
  const loaded = steadyOf(view)?.bytes?.global.loaded, flops = sumOf(steadyOf(view)?.flops);
  return loaded && flops ? Math.round(10 * flops / loaded) / 10 : null;
}

/** The rows of the comparison: a heading, or name, figure of a view, and what is better (if "less" or "more" is). */
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
  ['FLOPs of a wave', view => steadyOf(view) && sumOf(steadyOf(view).flops)],
  ['bytes loaded from memory by a wave', view => steadyOf(view)?.bytes?.global.loaded],
  ['FLOPs of a byte loaded', flopsOfByte],
  ['cycles at least, matrix unit', view => steadyOf(view)?.cycles_at_least?.matrix],
  ['cycles at least, issue', view => steadyOf(view)?.cycles_at_least?.issue],
  ['bound', view => steadyOf(view)?.bound?.unit],
];

/** The best of some figures, if they differ. */
function bestOf(values, better) {
  const known = values.filter(isKnown);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  return known.length < 2 || least === most ? undefined : {less: least, more: most}[better];
}

function comparisonRow(views, [name, figure, better]) {
  if (!figure) return [{text: name, class: 'heading'}, ...views.map(() => '')];
  const values = views.map(view => figure(view) ?? null), best = bestOf(values, better);
  return [{text: name, class: 'plain'},
    ...values.map(value => ({...number(value), ...(value !== null && value === best ? {class: 'num best'} : {})}))];
}

function drawCompare(root, views) {
  const families = view => steadyOf(view)?.families ?? view.report.whole?.families ?? {};
  replace(root, element('div', {class: 'page'},
    element('h2', {}, 'Comparison', element('small', {}, 'bold: the most waves, the least scratch')),
    element('div', {class: 'card compared'}, table(['', ...views.map(view => ({text: view.name, class: 'num'}))],
      comparison.map(row => comparisonRow(views, row)))),
    element('h2', {}, 'Steady loops'),
    element('div', {class: 'cards'}, views.map(view => card(view.name, view.report.name,
      familyBar(families(view)) ?? element('p', {class: 'unknown'}, 'unknown'))))));
}
