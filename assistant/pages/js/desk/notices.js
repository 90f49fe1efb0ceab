// Short words about what just happened: done (polite), wrong (assertive), and alarms that stay until they are seen.

import { button, el } from '../dom.js';
import { t } from './words.js';

const SHOWN_MS = 6000;
const MOST_ALARMS = 3;
const MOST_TOASTS = 3;

class Notices {
  #polite = el('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' });
  #loud = el('div', { class: 'alarms', role: 'alert' });
  #wrong = el('div', { class: 'toasts', role: 'alert' });

  constructor() {
    const strip = document.getElementById('alarms');
    strip?.append(this.#loud);
    document.body.append(el('div', { class: 'notices' }, strip ? null : this.#loud, this.#wrong, this.#polite));
  }

  /** Something was done. */
  done(text) { this.#brief(this.#polite, 'toast', text); }

  /** Something was refused. */
  wrong(text) { this.#brief(this.#wrong, 'toast wrong', text); }

  /** Something needs eyes; `open` goes there. The same key replaces the older alarm. */
  alarm(key, text, open) {
    this.#find(key)?.remove();
    const node = el('div', { class: 'alarm' }, el('span', {}, text));
    node.dataset.key = key;
    if (open) node.append(button(t('alarm.open'), () => { node.remove(); open(); }));
    node.append(button(t('close'), () => node.remove(), { class: 'quiet' }));
    this.#loud.append(node);
    const alarms = this.#loud.querySelectorAll('.alarm');
    if (alarms.length > MOST_ALARMS) alarms[0].remove();
  }

  /** The matter was looked at. */
  settle(part) {
    for (const node of this.#loud.querySelectorAll('.alarm')) if (node.dataset.key.includes(part)) node.remove();
  }

  #find(key) { return [...this.#loud.children].find((node) => node.dataset.key === key); }

  /** The same words are shown once, and of many the newest, so that nothing of the page stays covered. */
  #brief(where, kind, text) {
    const node = el('p', { class: kind }, text);
    [...where.children].find((each) => each.textContent === text)?.remove();
    where.append(node);
    if (where.children.length > MOST_TOASTS) where.firstChild.remove();
    setTimeout(() => node.remove(), SHOWN_MS);
  }
}

export const notices = new Notices();
