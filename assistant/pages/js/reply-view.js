// Draws one reply of the assistant: its words, details, tables, choices, sources and next steps.

import { button, el, paragraphs } from './dom.js';
import { t } from './i18n.js';

const FIGURE = /^[-+¥￥]?[\d.,]+\s*[%％元期天]?$/;

const MOST_ROWS = 6;
const isNone = (cell) => ['', '-', '—'].includes(textOf(cell));

/** A table that turns into cards where the window is narrow; each cell carries its column's name for that. */
export function dataTable({ title, label, columns = [], rows = [], className = '' }) {
  const names = columns.map(textOf);
  const body = rows.map((row) => cellsOf(row, columns)).map((cells) => el('tr', { role: 'row' }, rowOf(cells, names)));
  return el('table', { class: `cards ${className}`, role: 'table', 'aria-label': label },
    title && el('caption', {}, title),
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, names.map((name) => el('th', { role: 'columnheader', scope: 'col' }, name)))),
    el('tbody', { role: 'rowgroup' }, body));
}

/** A row's cells; a row that says only one thing spans the table. */
function rowOf(cells, names) {
  const [first, ...rest] = cells;
  if (rest.length && rest.every(isNone)) return el('td', { role: 'cell', colspan: cells.length, class: 'note', 'data-column': '' }, textOf(first));
  const kind = (cell) => (isNone(cell) ? 'none' : FIGURE.test(textOf(cell)) ? 'figure' : null);
  return [el('th', { role: 'rowheader', scope: 'row', 'data-column': names[0] }, textOf(first)),
    rest.map((cell, at) => el('td', { role: 'cell', 'data-column': names[at + 1] ?? '', class: kind(cell) }, textOf(cell)))];
}

/** A long table is folded behind its title, so that an answer begins with what was asked. */
function tableBlock(block) {
  if ((block.rows ?? []).length <= MOST_ROWS) return dataTable({ ...block, className: 'plain' });
  return el('details', { class: 'fold' }, el('summary', {}, block.title ?? t('details')), dataTable({ ...block, title: null, label: block.title, className: 'plain' }));
}

function textOf(value) {
  if (value === null || value === undefined) return '—';
  return typeof value === 'object' ? String(value.label ?? value.name ?? value.text ?? value.value ?? '') : String(value);
}

function cellsOf(row, columns) {
  if (Array.isArray(row)) return row;
  return columns.map((column) => row[column.id ?? column.key ?? textOf(column)]);
}

function choices(label, list, onSay) {
  return el('div', { class: 'choices', role: 'group', 'aria-label': label },
    el('p', { class: 'choices-label', 'aria-hidden': 'true' }, label),
    list.map(({ label: shown, text }) => button(shown ?? text, () => onSay(text ?? shown), { class: 'choice' })));
}

const BLOCKS = {
  details: (block) => el('details', { class: 'fold' }, el('summary', {}, t('details')), (block.paragraphs ?? []).map((text) => el('p', {}, textOf(text)))),
  table: tableBlock,
  disclosure: (block) => el('div', { class: 'disclosure' }, dataTable(block), block.statement && el('p', { class: 'statement' }, block.statement)),
  options: (block, onSay) => choices(t('choose'), block.options ?? [], onSay),
};

function citation(source) {
  const facts = [
    source.clause && t('basis.clause', { clause: source.clause }), source.version && t('basis.version', { version: source.version }),
    source.valid_from && t('basis.from', { date: source.valid_from }), source.as_of && t('basis.asof', { date: source.as_of }),
  ].filter(Boolean);
  return el('li', {}, el('strong', {}, source.document ? `《${source.document}》` : source.title), source.title && source.document && el('span', {}, source.title),
    facts.length > 0 && el('span', { class: 'facts' }, facts.join(' · ')));
}

function sources(citations) {
  const label = citations.length > 1 ? t('basis.count', { count: citations.length }) : t('basis');
  return el('details', { class: 'fold basis' }, el('summary', {}, label), el('ul', {}, citations.map(citation)));
}

/** The nodes of a reply. `onSay(text)` is called when a choice or a next step is pressed. */
export function replyNodes(reply, onSay) {
  const { text, blocks = [], citations = [], suggestions = [] } = reply;
  return [
    ...paragraphs(text),
    ...blocks.filter((block) => block.kind in BLOCKS).map((block) => BLOCKS[block.kind](block, onSay)),
    citations.length > 0 && sources(citations),
    suggestions.length > 0 && choices(t('next'), suggestions, onSay),
  ].filter(Boolean);
}
