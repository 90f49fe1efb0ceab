// Draws the parts of the board into their places. Cells are plain text; a late figure says so in words, not by colour.

import { button, el } from '../dom.js';
import { clockView } from './clock-view.js';
import { severityBadge } from './severity.js';
import { serverTime } from './server-time.js';
import { staff } from './staff.js';
import { length, when } from './times.js';
import { known, t } from './words.js';

const SHARES = ['human_share', 'reopen_rate', 'second_contact_rate', 'satisfaction'];
const SECONDS = ['time_to_person_median', 'time_to_person_p90', 'time_to_reply_median', 'time_to_reply_p90', 'orphan_seconds'];
const FIGURES = [
  'conversations', 'cases', 'human_share', 'time_to_person_median', 'time_to_person_p90', 'time_to_reply_median', 'time_to_reply_p90', 'breaches',
  'transfers_per_case', 'reopen_rate', 'second_contact_rate', 'ratings', 'satisfaction', 'mean_score', 'nps', 'orphan_seconds',
];

/** Draw everything; `acknowledge(escalation)` is what the button of an escalation does. */
export function boardParts({ board, numbers, acknowledge }) {
  place('tiles', tiles(board));
  place('escalations', escalations(board.escalations, acknowledge));
  place('breaching', breaching(board.breaching));
  place('queues', queues(board.queues));
  place('agents', agents(board.agents));
  document.querySelector('desk-plot').draw(board.hours);
  place('numbers', figures(numbers));
  place('clocks', clocks(numbers.clocks));
  document.getElementById('as-of').textContent = t('board.asof', { time: when(board.at, serverTime.now()) });
}

function place(id, node) {
  const home = document.getElementById(id);
  const focused = home.contains(document.activeElement) ? document.activeElement.dataset.name : null;
  home.replaceChildren(node);
  if (focused) (home.querySelector(`[data-name="${focused}"]`) ?? home.closest('section').querySelector('h2')).focus();
}

function tiles(board) {
  const waiting = board.queues.reduce((sum, queue) => sum + queue.waiting, 0);
  const online = board.agents.filter((each) => each.presence === 'online').length;
  const tile = (key, value, bad) => el('li', { class: bad ? 'tile bad' : 'tile' }, el('span', { class: 'tile-name' }, t(key)), el('strong', {}, value), bad ? el('span', { class: 'tile-word' }, t('board.act')) : null);
  return el('ul', { class: 'tile-list' }, tile('board.open', board.open), tile('board.waiting', waiting), tile('board.breached', board.breached, board.breached > 0),
    tile('board.unacknowledged', board.unacknowledged, board.unacknowledged > 0), tile('board.online', `${online}/${board.agents.length}`));
}

function escalations(items, acknowledge) {
  if (!items.length) return el('p', { class: 'empty' }, t('board.escalations.none'));
  return el('ul', { class: 'escalations' }, items.map((each) => el('li', { class: 'wait' },
    each.case ? severityBadge(each.case.severity) : el('span', { class: 'tag' }, t('title.inspect')),
    el('span', {}, escalationText(each)),
    each.case ? el('a', { href: `/desk#${encodeURIComponent(each.case.id)}` }, t('alarm.open')) : null,
    button(t('act.acknowledge'), () => acknowledge(each), { 'data-name': `ack-${each.case?.id ?? each.inspection_id}-${each.ladder}` }))));
}

function escalationText(each) {
  return t('board.escalation', {
    rung: each.rung, clock: clockName(each.trigger), what: each.case?.reason_name ?? t('inspect.number', { id: each.inspection_id }),
    people: each.recipients.map((one) => one.name).join('、'), time: when(each.at, serverTime.now()),
  });
}

function clockName(id) { return staff.policy.clocks.find((each) => each.id === id)?.name ?? known(`trigger.${id}`, id); }

function breaching(items) {
  if (!items.length) return el('p', { class: 'empty' }, t('board.breaching.none'));
  return table('board.breaching', ['severity', 'board.case', 'board.queue', 'case.holder', 'clocks'], items.map((item) => [
    severityBadge(item.severity), el('a', { href: `/desk#${encodeURIComponent(item.id)}` }, item.reason_name), item.queue.name,
    item.holder?.name ?? t('case.nobody'), item.nearest ? clockView(item.nearest, { class: 'slim' }) : t('clock.none'),
  ]));
}

function queues(items) {
  return table('board.queues', ['board.queue', 'board.open', 'board.waiting', 'board.held', 'board.breached'],
    items.map((each) => [each.name, each.open, each.waiting, each.held, each.breached ? `${each.breached} ${t('board.late')}` : 0]), [1, 2, 3, 4]);
}

function agents(items) {
  return table('board.agents', ['board.agent', 'board.role', 'board.presence', 'board.load'],
    items.map((each) => [each.name, known(`role.${each.role}`, each.role), t(`status.${each.presence}`), `${each.held}/${each.capacity}`]), [3]);
}

function figures(numbers) {
  return el('dl', { class: 'figures' }, FIGURES.map((name) => el('div', {}, el('dt', {}, t(`number.${name}`)), el('dd', {}, figure(name, numbers[name])))));
}

function figure(name, value) {
  if (value === null) return t('number.none');
  if (SHARES.includes(name)) return `${(value * 100).toFixed(1)}%`;
  if (SECONDS.includes(name)) return length(value * 1000);
  return Number.isInteger(value) ? String(value) : value.toFixed(name === 'nps' ? 0 : 2);
}

function clocks(items) {
  if (!items.length) return el('p', { class: 'empty' }, t('number.none'));
  return table('board.clocks', ['board.clock', 'board.met', 'board.breached', 'board.running', 'board.share'],
    items.map((each) => [each.name, each.met, each.breached, each.running, each.met_share === null ? t('number.none') : `${(each.met_share * 100).toFixed(1)}%`]), [1, 2, 3, 4]);
}

/** A table whose first column names the row. */
export function table(caption, heads, rows, numeric = []) {
  const kind = (place) => (numeric.includes(place) ? 'number' : null);
  return el('div', { class: 'scroller', tabindex: '0', role: 'group', 'aria-label': t(caption) }, el('table', {},
    el('thead', {}, el('tr', {}, heads.map((head, at) => el('th', { scope: 'col', class: kind(at) }, t(head))))),
    el('tbody', {}, rows.map((row) => el('tr', {}, row.map((cell, at) => el(at ? 'td' : 'th', { scope: at ? null : 'row', class: kind(at) }, cell)))))));
}
