// <sw-composer>: where a customer writes. Counts characters as the server does, keeps what is too long, and never sends
// while an input method is still choosing characters.

import { el } from './dom.js';
import { t } from './i18n.js';
import { keep, recall } from './preferences.js';

export const MOST = 2000;
const WARN_LEFT = 100;

class Composer extends HTMLElement {
  #box = el('textarea', { id: 'say', rows: '1', enterkeyhint: 'send', autocomplete: 'off', 'aria-describedby': 'say-count say-error' });
  #label = el('label', { for: 'say', class: 'visually-hidden' });
  #count = el('span', { class: 'count', id: 'say-count' });
  #warning = el('span', { class: 'visually-hidden', role: 'status' });
  #error = el('p', { class: 'error', id: 'say-error', role: 'alert' });
  #send = el('button', { type: 'submit', class: 'send' });
  onSend = () => {};

  connectedCallback() {
    const form = el('form', { class: 'composer', novalidate: true }, this.#error, this.#label,
      el('div', { class: 'writing' }, this.#box, this.#send), this.#count, this.#warning);
    this.append(form);
    form.addEventListener('submit', (event) => { event.preventDefault(); this.#submit(); });
    this.#box.addEventListener('input', () => this.#changed());
    this.#box.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    this.#box.value = recall('draft') ?? '';
    this.relabel();
  }

  get value() { return this.#box.value; }

  set value(text) {
    this.#box.value = text;
    this.#changed();
    this.#box.focus();
  }

  relabel() {
    this.#label.textContent = t('say');
    this.#box.placeholder = t('say.hint');
    this.#send.textContent = t('send');
    this.#changed();
  }

  #used() { return [...this.#box.value].length; }

  #changed() {
    const used = this.#used();
    keep('draft', this.#box.value || null);
    this.#count.textContent = t('count', { used, most: MOST });
    this.#count.classList.toggle('over', used > MOST);
    const left = MOST - used;
    this.#warning.textContent = left <= WARN_LEFT && left >= 0 && left % 20 === 0 ? t('count.left', { left }) : '';
    this.#complain(used > MOST ? t('error.long', { most: MOST, over: used - MOST }) : '');
    this.#grow();
  }

  /** As tall as its text, up to the height the style allows. */
  #grow() {
    this.#box.style.height = 'auto';
    this.#box.style.height = `${this.#box.scrollHeight + 2}px`;
  }

  #complain(words) {
    if (this.#error.textContent !== words) this.#error.textContent = words;
    if (words) this.#box.setAttribute('aria-invalid', 'true'); else this.#box.removeAttribute('aria-invalid');
  }

  #submit() {
    const text = this.#box.value.trim();
    if (!text) { this.#complain(t('error.empty')); this.#box.focus(); return; }
    if (this.#used() > MOST) { this.#changed(); this.#box.focus(); return; }
    this.#box.value = '';
    this.#changed();
    this.onSend(text);
    this.#box.focus();
  }
}

customElements.define('sw-composer', Composer);
