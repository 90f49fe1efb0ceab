// <desk-clock>: one counting clock. `clock` is what the API gives; the rest follows from the server's time, so a page
// that slept, or whose computer is set wrong, shows the truth at the next beat. Colour never speaks alone.

import { el } from '../dom.js';
import { reading } from './deadline.js';
import { serverTime } from './server-time.js';
import { ticker } from './ticker.js';
import { length, when } from './times.js';
import { t } from './words.js';

const SIGN = { ok: '', half: '◔', near: '◕', over: '!', paused: 'Ⅱ' };

class DeskClock extends HTMLElement {
  #clock = null;
  #shown = '';
  #sign = el('span', { class: 'sign', 'aria-hidden': 'true' });
  #name = el('span', { class: 'name' });
  #word = el('span', { class: 'word' });
  #time = el('span', { class: 'time' });
  #level = el('span', { class: 'visually-hidden' });
  #fill = el('span', { class: 'fill' });
  #beat = () => this.#draw();

  set clock(value) {
    this.#clock = value;
    this.#shown = '';
    if (this.isConnected) this.#draw();
  }

  get clock() { return this.#clock; }

  connectedCallback() {
    if (!this.firstChild) this.append(this.#sign, this.#name, this.#word, this.#time, this.#level, el('span', { class: 'track', 'aria-hidden': 'true' }, this.#fill));
    ticker.addEventListener('beat', this.#beat);
    serverTime.addEventListener('measured', this.#beat);
    this.#draw();
  }

  disconnectedCallback() {
    ticker.removeEventListener('beat', this.#beat);
    serverTime.removeEventListener('measured', this.#beat);
  }

  #draw() {
    if (!this.#clock) return;
    const { left, share, level } = reading(this.#clock, serverTime.now());
    const time = left === null ? '' : length(Math.abs(left));
    const shown = `${level} ${time} ${this.#clock.name}`;
    this.#fill.style.width = `${Math.round(share * 100)}%`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.dataset.level = level;
    this.#sign.textContent = SIGN[level];
    this.#name.textContent = this.#clock.name;
    this.#word.textContent = t(this.#clock.due_at === null || level === 'paused' ? 'clock.short.paused' : level === 'over' ? 'clock.short.over' : 'clock.short.left');
    this.#time.textContent = time;
    this.#level.textContent = ['half', 'near', 'over'].includes(level) ? t(`clock.level.${level}`) : '';
    const due = this.#clock.due_at ? t('clock.due', { time: when(this.#clock.due_at, serverTime.now()) }) : '';
    if (this.getAttribute('role')) this.title = [due, this.#clock.estimated ? t('clock.estimated') : ''].filter(Boolean).join(' · ');
  }
}

customElements.define('desk-clock', DeskClock);

/** A clock element over the API's clock; inside a row that is read as a whole, leave out `role: 'timer'`. */
export function clockView(clock, attributes = {}) {
  const node = el('desk-clock', attributes);
  node.clock = clock;
  return node;
}
