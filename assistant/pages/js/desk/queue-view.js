// <desk-queue>: the cases, gravest and oldest first, in groups. One tab stop; j and k or the arrows move inside.

import { el } from '../dom.js';
import { clockView } from './clock-view.js';
import { severityBadge } from './severity.js';
import { staff } from './staff.js';
import { t } from './words.js';

const FOLDED = ['others', 'ended'];

class DeskQueue extends HTMLElement {
  store = null;
  onOpen = () => {};
  #queue = '';
  #cursor = null;
  #folds = new Map();
  #waiting = false;
  #list = el('div', { class: 'groups' });
  #counts = el('p', { class: 'counts', role: 'status' });
  #filter = el('select', { id: 'queue-filter', onchange: (event) => { this.#queue = event.target.value; this.draw(); } });

  connect(store) {
    this.store = store;
    store.addEventListener('list', () => this.#soon());
    this.append(el('div', { class: 'queue-head' }, el('label', { for: 'queue-filter', class: 'visually-hidden' }, t('queue.filter')), this.#filter, this.#counts), this.#list);
    this.addEventListener('keydown', (event) => this.#arrows(event));
    this.relabel();
  }

  relabel() {
    this.querySelector('label').textContent = t('queue.filter');
    this.#filter.replaceChildren(el('option', { value: '' }, t('queue.all')), ...staff.policy.queues.map((each) => el('option', { value: each.id, selected: each.id === this.#queue }, each.name)));
    this.draw();
  }

  /** Move the cursor by one and put the focus there. */
  move(step) {
    const rows = this.#rows();
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.dataset.id === this.#cursor);
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
    this.#point(next.dataset.id);
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  }

  /** Focus on the open case, or the first one. */
  focusCursor() {
    const rows = this.#rows();
    (rows.find((row) => row.dataset.id === this.#cursor) ?? rows[0])?.focus();
  }

  get cursor() { return this.#cursor; }

  draw() {
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    const groups = this.store.groups(this.#queue);
    if (!this.#cursor || !this.store.cases.has(this.#cursor)) this.#cursor = this.store.openId ?? groups.waiting[0]?.id ?? groups.mine[0]?.id ?? null;
    const major = groups.waiting.filter((item) => item.severity === 3).length;
    const counts = t('queue.counts', { waiting: groups.waiting.length, major });
    if (this.#counts.textContent !== counts) this.#counts.textContent = counts;
    this.#list.replaceChildren(...Object.entries(groups).map(([name, items]) => this.#group(name, items)).filter(Boolean), this.#closed());
    this.#point(this.#cursor);
    if (focused) this.#rows().find((row) => row.dataset.id === focused)?.focus({ preventScroll: true });
  }

  #soon() {
    if (this.#waiting) return;
    this.#waiting = true;
    queueMicrotask(() => { this.#waiting = false; this.draw(); });
  }

  #group(name, items) {
    const folded = FOLDED.includes(name);
    if (folded && !items.length) return null;
    const heading = [t(`group.${name}`), ' ', el('span', { class: 'count' }, items.length)];
    const empty = name === 'waiting' ? 'queue.empty' : 'queue.mine.empty';
    const body = items.length ? el('ul', {}, items.map((item) => this.#row(item))) : el('p', { class: 'empty' }, t(empty));
    if (!folded) return el('section', { class: 'group' }, el('h3', {}, heading), body);
    const open = this.#folds.get(name) ?? items.some((item) => item.id === this.store.openId);
    return el('details', { class: 'group', open, ontoggle: (event) => this.#folds.set(name, event.target.open) }, el('summary', {}, heading), body);
  }

  #closed() {
    const toggle = (event) => {
      this.#folds.set('closed', event.target.open);
      if (event.target.open && event.isTrusted) this.store.loadClosed();
    };
    return el('details', { class: 'group', open: this.#folds.get('closed') ?? false, ontoggle: toggle }, el('summary', {}, t('group.closed')),
      this.store.closed.length ? el('ul', {}, this.store.closed.map((item) => this.#row(item))) : el('p', { class: 'empty' }, t('none')));
  }

  #row(item) {
    const unread = this.store.unread.get(item.id);
    const offered = item.mine?.includes('offered');
    return el('li', {}, el('button', {
      type: 'button', class: 'row', 'data-id': item.id, 'data-severity': item.severity, tabindex: '-1',
      'aria-current': item.id === this.store.openId ? 'true' : null, onclick: () => { this.#point(item.id); this.onOpen(item.id); },
    },
    el('span', { class: 'row-top' }, severityBadge(item.severity), el('span', { class: 'reason' }, item.reason_name)),
    el('span', { class: 'row-words' }, item.summary?.at(-1) ?? ''),
    el('span', { class: 'row-foot' },
      item.nearest && item.state !== 'resolved' ? clockView(item.nearest, { class: 'slim' }) : null,
      offered ? el('span', { class: 'tag offer' }, t('queue.offered')) : el('span', { class: 'tag' }, t(`state.${item.state}`)),
      unread ? el('span', { class: 'tag unread' }, t('queue.unread', { count: unread })) : null,
      el('span', { class: 'place' }, item.holder && !this.store.holds(item) ? item.holder.name : item.queue.name))));
  }

  #rows() { return [...this.#list.querySelectorAll('.row')].filter((row) => row.offsetParent !== null); }

  #point(id) {
    this.#cursor = id;
    const rows = this.#rows();
    const here = rows.find((row) => row.dataset.id === id) ?? rows[0];
    for (const row of rows) row.tabIndex = row === here ? 0 : -1;
  }

  #arrows(event) {
    if (!event.target.classList.contains('row')) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.move(step);
  }
}

customElements.define('desk-queue', DeskQueue);
