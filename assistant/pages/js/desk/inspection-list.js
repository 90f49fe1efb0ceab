// <desk-inspections>: the inspections that wait, oldest first, each with its score and its clock.

import { el } from '../dom.js';
import { clockView } from './clock-view.js';
import { severityBadge } from './severity.js';
import { t } from './words.js';

class DeskInspections extends HTMLElement {
  onOpen = () => {};

  draw(items, openId) {
    const focused = this.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    if (!items.length) return this.replaceChildren(el('p', { class: 'empty' }, t('inspect.none')));
    this.replaceChildren(el('ul', {}, items.map((item) => el('li', {}, this.#row(item, openId)))));
    if (focused) this.querySelector(`[data-id="${focused}"]`)?.focus();
  }

  #row(item, openId) {
    const clock = item.due_at && item.state !== 'scored' ? { name: t('inspect.clock'), due_at: item.due_at, breached: item.breached, mark: item.breached ? 100 : 0 } : null;
    return el('button', { type: 'button', class: 'row', 'data-id': item.id, 'data-severity': item.severity ?? 1, 'aria-current': item.id === openId ? 'true' : null, onclick: () => this.onOpen(item.id) },
      el('span', { class: 'row-top' }, item.severity ? severityBadge(item.severity) : null, el('span', { class: 'reason' }, t('inspect.rated', { score: item.rating?.score ?? '?' }))),
      el('span', { class: 'row-words' }, item.rating?.comment ?? t('inspect.nocomment')),
      el('span', { class: 'row-foot' }, clock ? clockView(clock, { class: 'slim' }) : null, el('span', { class: 'tag' }, t(`inspect.state.${item.state}`)),
        item.double ? el('span', { class: 'tag' }, t('inspect.double', { n: item.reviews })) : null,
        item.taken_by ? el('span', { class: 'place' }, t('inspect.taken', { name: item.taken_by.name })) : null, item.queue ? el('span', { class: 'place' }, item.queue.name) : null));
  }
}

customElements.define('desk-inspections', DeskInspections);
