// <sw-rating>: one to five for the service just ended, with a comment if the customer likes. A radio group, so arrows,
// numbers read aloud and large targets come with it; the stars are only its look.

import { el } from './dom.js';
import { t } from './i18n.js';

const MOST_COMMENT = 500;
let made = 0;

class Rating extends HTMLElement {
  #name = `rating-${(made += 1)}`;
  /** async (score, comment) => void; throws when the server refuses. */
  onRate = async () => {};

  connectedCallback() {
    if (this.firstChild) return;
    const stars = [1, 2, 3, 4, 5].map((score) => el('label', { class: 'star' },
      el('input', { type: 'radio', name: this.#name, value: score, 'aria-label': t(`rating.${score}`) }),
      el('span', { class: 'glyph', 'aria-hidden': 'true' }, '★'), el('span', { class: 'number', 'aria-hidden': 'true' }, score)));
    const comment = el('textarea', { id: `${this.#name}-comment`, rows: '2', maxlength: MOST_COMMENT });
    const chosen = el('p', { class: 'chosen', 'aria-hidden': 'true' });
    const error = el('p', { class: 'error', role: 'alert' });
    const form = el('form', { class: 'rating', novalidate: true },
      el('fieldset', {}, el('legend', {}, t('rating.ask')), el('div', { class: 'stars' }, stars), chosen),
      el('label', { for: comment.id }, t('rating.comment')), comment, error,
      el('button', { type: 'submit', class: 'primary' }, t('rating.send')));
    form.addEventListener('change', () => {
      const score = this.#score(form);
      chosen.textContent = score ? t(`rating.${score}`) : '';
      for (const star of form.querySelectorAll('.star')) star.classList.toggle('lit', Number(star.firstChild.value) <= score);
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit(form, comment.value.trim(), error);
    });
    this.append(form);
  }

  #score(form) { return Number(new FormData(form).get(this.#name)) || 0; }

  async #submit(form, comment, error) {
    const score = this.#score(form);
    error.textContent = '';
    if (!score) {
      error.textContent = t('rating.missing');
      form.querySelector('input').focus();
      return;
    }
    const send = form.querySelector('button');
    send.setAttribute('aria-disabled', 'true');
    try {
      await this.onRate(score, comment);
      this.#done(t('rating.thanks', { score }));
    } catch (failure) {
      if (failure.status === 409) this.#done(t('rating.already'));
      else error.textContent = failure.status === 0 ? t('error.network') : t('error.server');
    } finally { send.removeAttribute('aria-disabled'); }
  }

  #done(words) {
    const said = el('p', { class: 'rated', role: 'status', tabindex: '-1' }, words);
    this.replaceChildren(said);
    said.focus();
  }
}

customElements.define('sw-rating', Rating);
