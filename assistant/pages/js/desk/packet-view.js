// <desk-packet>: what the person who takes over needs to know, made at the hand-over. Everything is masked; showing a
// masked value is asked of the server, which records it.

import { button, el } from '../dom.js';
import { refusalText } from './refusals.js';
import { serverTime } from './server-time.js';
import { when } from './times.js';
import { known, t } from './words.js';

const SHOWN_MS = 60000;
const MODEL_SCORE = /^p=([\d.]+)$/; // evidence of the classifier, which has no words of the customer to show

class DeskPacket extends HTMLElement {
  onUse = () => {};
  #store = null;
  #revealed = new Map();
  #folds = new Map();
  #case = null;

  connect(store) { this.#store = store; }

  draw(view) {
    if (this.#case !== view?.id) this.#revealed.clear();
    this.#case = view?.id ?? null;
    if (!view) return this.replaceChildren(el('p', { class: 'empty' }, t('packet.none')));
    const { packet } = view;
    const focused = this.contains(document.activeElement) ? document.activeElement.dataset.field : null;
    this.replaceChildren(...[
      part('packet.reason', el('p', { class: 'why' }, packet.reason || view.reason_name)),
      this.#summary(packet), this.#evidence(packet), this.#persons(view), this.#first(packet), this.#state(packet),
      this.#slots(packet), this.#figures(packet), this.#tried(packet), this.#intents(packet),
    ].filter(Boolean));
    if (focused) this.querySelector(`[data-field="${focused}"]`)?.focus();
  }

  #summary(packet) {
    return packet.summary.length ? part('packet.summary', el('ol', { class: 'summary' }, packet.summary.map((line) => el('li', {}, line))), el('p', { class: 'hint' }, t('packet.summary.hint'))) : null;
  }

  #evidence(packet) {
    if (!packet.evidence.length) return null;
    return part('packet.evidence', el('ul', { class: 'evidence' }, packet.evidence.map((each) => {
      const score = each.score ?? MODEL_SCORE.exec(each.words)?.[1] ?? null;
      const words = MODEL_SCORE.test(each.words) ? t('packet.model') : null;
      return el('li', {}, el('strong', {}, known(`signal.${each.signal}`, each.signal)),
        words ? el('span', {}, words) : each.words ? el('q', {}, each.words) : '', score === null ? '' : el('span', { class: 'score' }, percent(Number(score))));
    })));
  }

  #first(packet) {
    if (!packet.first_line) return null;
    return part('packet.first', el('div', { class: 'first-line' }, el('p', {}, packet.first_line), button(t('packet.use'), () => this.onUse(packet.first_line), {})));
  }

  #state(packet) {
    return el('section', { class: 'part' }, el('dl', { class: 'pairs' },
      el('dt', {}, t('packet.sentiment')), el('dd', { class: packet.sentiment === 'calm' ? '' : 'loud' }, known(`mood.${packet.sentiment}`, packet.sentiment)),
      el('dt', {}, t('packet.device')), el('dd', {}, known(`device.${packet.device_mode}`, packet.device_mode))));
  }

  #slots(packet) {
    const slots = Object.entries(packet.slots ?? {});
    if (!slots.length) return null;
    return part('packet.slots', el('dl', { class: 'pairs' }, slots.map(([name, value]) => [el('dt', {}, known(`slot.${name}`, name)), el('dd', {}, plain(value))])));
  }

  #figures(packet) {
    if (!packet.figures.length) return part('packet.figures', el('p', { class: 'empty' }, t('packet.figures.none')));
    return part('packet.figures', el('div', { class: 'scroller', tabindex: '0', role: 'group', 'aria-label': t('packet.figures') }, el('table', {},
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, t('packet.figure')), el('th', { scope: 'col' }, t('packet.source')))),
      el('tbody', {}, packet.figures.map((each) => el('tr', {}, el('th', { scope: 'row' }, `${each.value} ${known(`unit.${each.label}`, each.label)}`), el('td', {}, each.source)))))));
  }

  #tried(packet) {
    if (!packet.tried.length) return part('packet.tried', el('p', { class: 'empty' }, t('packet.tried.none')));
    return part('packet.tried', el('ul', { class: 'tried' }, packet.tried.map((each) => el('li', {}, each))));
  }

  #intents(packet) {
    if (!packet.intents.length) return null;
    const rows = packet.intents.map((each) => el('tr', {}, el('th', { scope: 'row' }, each.name ?? each.intent), el('td', { class: 'number' }, percent(each.probability)), el('td', { class: 'number' }, when(each.at, serverTime.now()))));
    const fold = el('details', { class: 'part fold', open: this.#folds.get('intents') ?? false, ontoggle: (event) => this.#folds.set('intents', event.target.open) },
      el('summary', {}, el('h3', {}, t('packet.intents'))),
      el('table', {}, el('thead', {}, el('tr', {}, ['intent', 'probability', 'time'].map((each) => el('th', { scope: 'col', class: each === 'intent' ? '' : 'number' }, t(`packet.${each}`))))), el('tbody', {}, rows)));
    return fold;
  }

  #persons(view) {
    const data = view.packet.personal;
    if (!data.length) return part('packet.personal', el('p', { class: 'empty' }, t('packet.personal.none')));
    return part('packet.personal', el('dl', { class: 'pairs' }, data.map((each) => [el('dt', {}, known(`personal.${each.field}`, each.field)), el('dd', {}, this.#datum(view, each))])), el('p', { class: 'hint' }, t('packet.reveal.hint')));
  }

  #datum(view, datum) {
    const shown = this.#revealed.get(datum.field);
    if (shown) return el('span', { class: 'shown', role: 'status' }, shown);
    const name = known(`personal.${datum.field}`, datum.field);
    const may = view.permitted.includes('reveal') && datum.kept !== false;
    return [el('span', {}, datum.masked), may ? button(t('packet.reveal'), () => this.#reveal(view, datum.field), { class: 'small', 'data-field': datum.field, 'aria-label': t('packet.reveal.label', { field: name }) }) : ''];
  }

  async #reveal(view, field) {
    const error = (text) => {
      const place = this.querySelector(`[data-field="${field}"]`)?.parentElement;
      place?.querySelector('.error')?.remove();
      place?.append(el('span', { class: 'error', role: 'alert' }, text));
    };
    try {
      const { value } = await this.#store.act(view.id, 'reveal', { field });
      if (this.#case !== view.id) return;
      this.#revealed.set(field, value);
      this.draw(this.#store.view);
      setTimeout(() => { if (this.#revealed.delete(field) && this.#case === view.id && this.#store.view) this.draw(this.#store.view); }, SHOWN_MS);
    } catch (refusal) { error(refusalText(refusal)); }
  }
}

function part(key, ...children) {
  return el('section', { class: 'part' }, el('h3', {}, t(key)), children);
}

function percent(share) { return `${Math.round(share * 100)}%`; }

function plain(value) { return Array.isArray(value) ? value.map(plain).join('、') : typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value); }

customElements.define('desk-packet', DeskPacket);
