// Draws a quote: the annual rate the rules ask for, the other two with their names, totals, reference lines, the
// disclosure table, the chart with its table twin, early settlement, working and sources. Every figure is the server's.

import './fee-chart.js';
import { el } from './dom.js';
import { percent, yuan } from './format.js';
import { t } from './i18n.js';

const chinese = (text) => el('span', { lang: 'zh-Hans' }, text);
const isEnglish = () => document.documentElement.lang === 'en';
const named = (item) => (isEnglish() ? item.name_en : chinese(item.name));

function card(title, ...children) {
  return el('section', { class: 'card' }, el('h2', {}, title), children);
}

function headline(quote) {
  const { compound, nominal, simple } = quote.rates;
  const lawful = [compound, nominal, simple].find((rate) => rate.asked_by_law) ?? compound;
  const others = [compound, nominal, simple].filter((rate) => rate !== lawful);
  return el('section', { class: 'card headline' },
    el('h2', {}, t('headline')),
    el('p', { class: 'tag' }, t('law.tag')),
    el('p', { class: 'big' }, percent(lawful.percent)),
    el('p', { class: 'big-name' }, t(`rate.name.${lawful.kind}`)),
    el('p', { class: 'note' }, t('law.note')),
    el('h3', {}, t('rates.other')),
    el('dl', { class: 'rates' }, others.map((rate) => el('div', {}, el('dt', {}, t(`rate.name.${rate.kind}`)),
      el('dd', { class: 'figure' }, percent(rate.percent)), el('dd', { class: 'note' }, t(`rate.why.${rate.kind}`))))),
    el('p', { class: 'note' }, t('why.differ')),
    totals(quote));
}

function totals(quote) {
  const first = quote.schedule[0].payment;
  const level = quote.schedule.slice(0, -1).every((line) => line.payment === first);
  const pairs = [['total.received', quote.received], [level ? 'total.first' : 'total.first.varies', first], ['total.cost', quote.total_cost], ['total.paid', quote.total_paid]];
  return el('dl', { class: 'totals' }, pairs.map(([key, amount]) => el('div', {}, el('dt', {}, t(key)), el('dd', {}, yuan(amount)))));
}

function caps(notices) {
  const line = (notice) => {
    const above = notice.above_nominal || notice.above_compound;
    const key = notice.stage === 'announced' ? 'caps.announced' : above ? 'caps.above' : 'caps.below';
    const figures = { limit: percent(notice.limit_percent), nominal: percent(notice.nominal_percent), compound: percent(notice.compound_percent) };
    return el('li', { class: `cap ${key === 'caps.above' ? 'above' : ''}` },
      el('p', { class: 'cap-lead' }, el('span', { class: 'cap-mark', 'aria-hidden': 'true' }, key === 'caps.above' ? '!' : key === 'caps.below' ? '✓' : 'i'), t(key)),
      el('p', {}, t('caps.line', figures)),
      el('p', { class: 'note' }, named(notice), ' · ', chinese(notice.source), !notice.official && ` ${t('caps.unofficial')}`));
  };
  return notices.length > 0 && card(t('caps'), el('ul', { class: 'caps' }, notices.map(line)));
}

function table(columns, rows, { caption, className = 'cards', numbers = [] } = {}) {
  const kind = (at) => (numbers.includes(at) ? 'number' : null);
  return el('table', { class: className, role: 'table' }, caption && el('caption', {}, caption),
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, columns.map((name, at) => el('th', { scope: 'col', role: 'columnheader', class: kind(at) }, name)))),
    el('tbody', { role: 'rowgroup' }, rows.map((cells) => el('tr', { role: 'row' }, cells.map((cell, at) => (at === 0
      ? el('th', { scope: 'row', role: 'rowheader', 'data-column': columns[at] }, cell)
      : el('td', { role: 'cell', class: kind(at), 'data-column': columns[at] }, cell)))))));
}

function disclosure(quote) {
  const found = quote.disclosure;
  const columns = ['item', 'method', 'standard', 'party', 'amount', 'annual'].map((name) => t(`disclosure.${name}`));
  const words = (item) => [named(item), chinese(item.method), chinese(item.standard), chinese(item.party)];
  const normal = found.normal.map((item) => [...words(item), yuan(item.amount), percent(item.annual_percent)]);
  const late = found.default.map((item) => words(item));
  const facts = [[t('disclosure.principal'), yuan(found.principal)]];
  if (found.received !== found.principal) facts.push([t('disclosure.received'), yuan(found.received)]);
  const figures = { nominal: percent(found.nominal_percent), simple: percent(found.simple_percent) };
  return card(t('disclosure'),
    el('dl', { class: 'facts' }, facts.map(([name, amount]) => el('div', {}, el('dt', {}, name), el('dd', {}, yuan === amount ? '' : amount)))),
    table(columns, normal, { numbers: [4, 5] }),
    el('dl', { class: 'facts overall' }, el('div', {}, el('dt', {}, t('disclosure.cost')),
      el('dd', {}, el('strong', {}, t('disclosure.basis', { percent: percent(found.compound_percent) })), el('br'), t('disclosure.both', figures)))),
    el('h3', {}, t('disclosure.default')),
    late.length ? table(columns.slice(0, 4), late) : el('p', { class: 'note' }, t('disclosure.none')),
    el('p', { class: 'statement' }, chinese(found.closing)));
}

function chart(quote) {
  const { schedule } = quote;
  const drawn = document.createElement('sw-fee-chart');
  drawn.schedule = schedule;
  const summary = t('chart.summary', {
    count: schedule.length, first: yuan(schedule[0].payment), last: yuan(schedule.at(-1).payment), paid: yuan(paidBySchedule(quote)),
    principal: yuan(quote.request.principal), interest: yuan(quote.total_interest), fees: yuan(feesInSchedule(schedule)),
  });
  return el('section', { class: 'card' }, el('h2', {}, t('chart')),
    el('figure', {}, drawn, el('figcaption', {}, summary, schedule.length > 60 && ` ${t('chart.years', { size: 12 })}`)),
    el('details', { class: 'fold', 'data-fold': 'schedule' }, el('summary', {}, t('schedule.open')), scheduleTable(quote)));
}

/** Sums of decimal text in cents, exactly. */
function sum(texts) {
  const cents = texts.reduce((total, text) => total + BigInt(Math.round(Number(text) * 100)), 0n);
  const padded = String(cents).padStart(3, '0');
  return `${padded.slice(0, -2)}.${padded.slice(-2)}`;
}

const paidBySchedule = (quote) => sum(quote.schedule.map((line) => line.payment));
const feesInSchedule = (schedule) => sum(schedule.map((line) => line.fees));

function scheduleTable(quote) {
  const dated = quote.schedule.some((line) => line.due);
  const names = ['principal', 'interest', 'fees', 'payment', 'balance'];
  const columns = ['period', ...(dated ? ['due'] : []), ...names].map((name) => t(`schedule.${name}`));
  const rows = quote.schedule.map((line) => [String(line.period), ...(dated ? [line.due] : []), ...names.map((name) => yuan(line[name]))]);
  const totalOf = (name) => yuan(sum(quote.schedule.map((line) => line[name])));
  rows.push([t('schedule.total'), ...(dated ? [''] : []), ...names.slice(0, 4).map(totalOf), yuan('0')]);
  const first = dated ? 2 : 1;
  return table(columns, rows, { caption: t('schedule'), className: 'cards schedule', numbers: [0, 1, 2, 3, 4].map((at) => at + first) });
}

function settlement(early) {
  if (!early) return null;
  const saved = early.interest_saved;
  const rows = early.parts.map((part) => [named(part), yuan(part.amount)]);
  const rates = early.compound_percent && t('early.rates', { compound: percent(early.compound_percent), nominal: percent(early.nominal_percent) });
  return el('section', { class: 'card early' }, el('h2', {}, t('early.result', { period: early.period, amount: yuan(early.amount_due) })),
    el('p', {}, saved.startsWith('-') ? t('early.more', { amount: yuan(saved.slice(1)) }) : t('early.saved', { amount: yuan(saved) })),
    el('p', {}, isEnglish() ? early.why_en : chinese(early.why_zh)),
    table([t('early.part'), t('disclosure.amount')], rows, { className: 'plain', numbers: [1] }),
    rates && el('p', { class: 'note' }, rates), sources(early.sources));
}

function working(steps) {
  const shown = { cny: yuan, percent, count: (value) => value };
  return el('details', { class: 'fold card', 'data-fold': 'working' }, el('summary', {}, t('working')), el('ol', { class: 'steps' }, steps.map((step) =>
    el('li', {}, el('span', {}, isEnglish() ? step.en : chinese(step.zh)), el('span', { class: 'figure' }, shown[step.unit](step.value))))));
}

function sources(list) {
  return list.length > 0 && el('ul', { class: 'sources' }, list.map((source) => el('li', {},
    el('strong', {}, chinese(`《${source.document}》`)), ' ', chinese(`${source.name} ${source.rendered}`),
    el('span', { class: 'note' }, t('source.line', { clause: source.clause, version: source.version, date: source.valid_from })))));
}

/** All nodes of an answer of POST /v1/fees/quote. */
export function quoteNodes(quote) {
  return [
    headline(quote), settlement(quote.settlement), caps(quote.caps), disclosure(quote), chart(quote), working(quote.derivation),
    quote.sources.length > 0 && card(t('sources'), sources(quote.sources)), el('p', { class: 'note closing' }, t('not.offer')),
  ].filter(Boolean);
}

/** One sentence of the result, to be announced. */
export function quoteSummary(quote) {
  return t('summary', { rate: percent(quote.rates.compound.percent), first: yuan(quote.schedule[0].payment), cost: yuan(quote.total_cost) });
}
