'use strict';
// Colours in a line of text. Each language is a list of (class, pattern); what no pattern matches stays plain.

const languages = {
  mlir: [
    ['c', /\/\/.*/],
    ['v', /[%@^][\w$.#-]+/],
    ['t', /[!#][\w.]+|\b(?:[iu]\d+|bf16|f\d+\w*|index|vector|memref)\b/],
    ['k', /"[^"]*"|\b[a-z_]+\.[a-z_0-9.]+|\b(?:module|func|loc|attributes)\b/],
    ['n', /-?\b\d[\w.+-]*/],
  ],
  llvm: [
    ['c', /;.*/],
    ['v', /[%@][\w$.-]+/],
    ['t', /\b(?:i\d+|bfloat|half|float|double|ptr|void|label)\b|<\d+ x \w+>/],
    ['k', /^(?:define|declare|attributes|target)\b|(?<== )(?:tail )?[a-z]+|^\s+(?:store|br|ret|call|tail call)\b/],
    ['n', /-?\b\d[\w.+-]*|[!#]\d+/],
  ],
  machine: [
    ['c', /;.*|\/\/.*/],
    ['m', /^\s*@?[%\w.]+/],
    ['v', /\b[vas]\d+\b|\b[vas]\[\d+:\d+\]|\b(?:vcc|exec|scc|m0)\w*|%\w+/],
    ['n', /\b(?:0x[0-9a-f]+|\d[\w.]*)\b/],
    ['t', /\b(?:offset|off|offen|lds|glc|nt|sc[01]|vmcnt|lgkmcnt|expcnt)\b/],
  ],
};
const patterns = Object.fromEntries(Object.entries(languages).map(([name, rules]) =>
  [name, new RegExp(rules.map(([, pattern]) => `(${pattern.source})`).join('|'), 'g')]));

function highlight(language, text) {
  const nodes = [];
  let end = 0;
  for (const match of text.slice(0, 2000).matchAll(patterns[language])) {
    if (!match[0]) continue;
    if (match.index > end) nodes.push(text.slice(end, match.index));
    const rule = match.slice(1).findIndex(group => group !== undefined);
    nodes.push(element('span', {class: languages[language][rule][0]}, match[0]));
    end = match.index + match[0].length;
  }
  nodes.push(text.slice(end));
  return nodes;
}
