// <desk-sign-in>: name and password, nothing to remember or solve beyond that. Pasting and password managers work, the
// password can be shown, and a refusal says what to do.

import { button, el } from '../dom.js';
import { refusalText } from './refusals.js';
import { server } from './server.js';
import { settings } from './settings.js';
import { t } from './words.js';

class DeskSignIn extends HTMLElement {
  message = '';
  onSignedIn = async () => {};
  #redraw = () => this.#draw(this.#name.value, this.#password.value);
  #name = null;
  #password = null;
  #error = null;
  #submit = null;

  connectedCallback() {
    this.#draw('', '');
    settings.addEventListener('locale', this.#redraw);
  }

  disconnectedCallback() { settings.removeEventListener('locale', this.#redraw); }

  focus() { this.#name?.focus(); }

  #draw(name, password) {
    this.#name = el('input', { id: 'sign-name', name: 'username', autocomplete: 'username', required: true, maxlength: 60, autocapitalize: 'none', spellcheck: 'false' });
    this.#password = el('input', { id: 'sign-password', name: 'password', type: 'password', autocomplete: 'current-password', required: true, maxlength: 200 });
    [this.#name.value, this.#password.value] = [name, password];
    this.#error = el('p', { class: 'error', role: 'alert', id: 'sign-error' });
    this.#submit = el('button', { class: 'primary', type: 'submit' }, t('sign.submit'));
    const show = el('input', { type: 'checkbox', id: 'sign-show', onchange: (event) => { this.#password.type = event.target.checked ? 'text' : 'password'; } });
    const form = el('form', { novalidate: true, onsubmit: (event) => { event.preventDefault(); this.#send(); } },
      el('img', { src: '/static/img/mark.svg', alt: '', width: 44, height: 44 }),
      el('h1', {}, t('sign.title')),
      this.message ? el('p', { class: 'hint warn', role: 'status' }, this.message) : null,
      el('label', { for: 'sign-name' }, t('sign.name')), this.#name,
      el('label', { for: 'sign-password' }, t('sign.password')), this.#password,
      el('label', { class: 'check', for: 'sign-show' }, show, t('sign.show')),
      this.#error, this.#submit, el('p', { class: 'hint' }, t('sign.hint')),
      button(t('language'), () => settings.setLocale(settings.locale === 'en' ? 'zh-Hans' : 'en'), { class: 'quiet', 'aria-label': `${t('language')}：${t('language.label')}` }));
    this.replaceChildren(el('main', { class: 'gate' }, form));
  }

  async #send() {
    if (this.#submit.disabled) return;
    const [name, password] = [this.#name.value.trim(), this.#password.value];
    if (!name || !password) return this.#refuse(t('sign.missing'), name ? this.#password : this.#name);
    this.#submit.disabled = true;
    this.#submit.textContent = t('sign.busy');
    try {
      await this.onSignedIn(await server.post('/agent/session', { name, password, kind: 'browser' }));
    } catch (error) {
      this.#refuse(refusalText(error), this.#password);
    } finally {
      this.#submit.disabled = false;
      this.#submit.textContent = t('sign.submit');
    }
  }

  #refuse(text, field) {
    this.#error.textContent = text;
    for (const each of [this.#name, this.#password]) {
      each.setAttribute('aria-invalid', String(each === field));
      each.setAttribute('aria-describedby', 'sign-error');
    }
    field.focus();
    field.select();
  }
}

customElements.define('desk-sign-in', DeskSignIn);
