// <sw-log>: the conversation as it is read, in the order the server recorded it. Every entry appears once, whichever
// way it arrives, and anything not yet recorded stands at the end.

import { el, paragraphs, button } from './dom.js';
import { clockTime } from './format.js';
import { t } from './i18n.js';
import { replyNodes } from './reply-view.js';

const NEAR_END = 120;

class MessageLog extends HTMLElement {
  #list = el('div', { class: 'entries', role: 'log', 'aria-live': 'polite', tabindex: '0' });
  #newer = button('', () => this.toEnd(), { class: 'newer', hidden: true });
  #entries = new Map();
  onSay = () => {};
  onResend = () => {};

  connectedCallback() {
    this.append(this.#list, this.#newer);
    this.#list.addEventListener('scroll', () => { if (this.#nearEnd()) this.#newer.hidden = true; });
    this.relabel();
  }

  relabel() {
    this.#list.setAttribute('aria-label', t('log'));
    this.#newer.textContent = t('newer');
  }

  focus() { this.#list.focus(); }

  has(key) { return this.#entries.has(key); }

  clear() {
    this.#entries.clear();
    this.#list.replaceChildren();
  }

  /** Draw history without announcing it piece by piece. */
  quietly(work) {
    this.#list.setAttribute('aria-busy', 'true');
    work();
    this.#list.removeAttribute('aria-busy');
    this.toEnd();
  }

  customer({ key, text, at, seq }) {
    const known = this.#entries.get(key);
    if (known) {
      this.#settle(known, seq);
      known.querySelector('.bubble').replaceChildren(...paragraphs(text));
      this.state(key, null);
      return;
    }
    this.#add(key, 'customer', t('you'), el('div', { class: 'bubble' }, paragraphs(text)), at, seq, true);
  }

  bot({ key, reply, at, seq, provisional = false }) {
    if (this.#entries.has(key)) return;
    const bubble = el('div', { class: 'bubble' }, replyNodes(reply, (text) => this.onSay(text)));
    const kind = ['bot', bubble.querySelector('table') && 'wide', provisional && 'provisional'].filter(Boolean).join(' ');
    this.#add(key, kind, t('bot'), bubble, at, seq);
  }

  agent({ key, text, agent, at, seq }) {
    const name = agent ? t('agent.named', { agent }) : t('agent');
    this.#add(key, 'agent', name, el('div', { class: 'bubble' }, paragraphs(text)), at, seq);
  }

  /** A line of service: a receipt of the desk, or this page's own word. */
  notice({ key, text, at, seq }) {
    this.#add(key, 'notice', t('notice'), el('div', { class: 'bubble' }, paragraphs(text)), at, seq);
  }

  /** Any other element, such as the rating form. */
  element({ key, node, seq }) {
    this.#add(key, 'panel', null, node, null, seq);
  }

  remove(key) {
    this.#entries.get(key)?.remove();
    this.#entries.delete(key);
  }

  /** 'sending' | 'unsent' under a customer's message, or null once it is recorded. */
  state(key, state) {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.querySelector('.delivery')?.remove();
    entry.classList.toggle('unsent', state === 'unsent');
    if (!state) return;
    entry.append(el('p', { class: 'delivery' }, t(`state.${state}`),
      state === 'unsent' && button(t('resend'), () => this.onResend(), { class: 'link' })));
  }

  /** A message the server will not take, with the reason and a way to change it. */
  refused(key, reason, onEdit) {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.state(key, null);
    entry.classList.add('unsent');
    entry.append(el('p', { class: 'delivery' }, t('error.refused', { reason }),
      button(t('edit'), () => { this.remove(key); onEdit(); }, { class: 'link' })));
  }

  toEnd() {
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#newer.hidden = true;
  }

  #nearEnd() { return this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < NEAR_END; }

  #add(key, kind, who, content, at, seq, own = false) {
    if (this.#entries.has(key)) return;
    const follows = own || this.#nearEnd();
    const entry = el('article', { class: `entry ${kind}`, 'aria-label': who },
      who && el('p', { class: 'who' }, el('span', {}, who), at && el('time', { datetime: at }, clockTime(at))), content);
    this.#entries.set(key, entry);
    this.#place(entry, seq);
    if (follows) this.#reveal(entry); else this.#newer.hidden = false;
  }

  #settle(entry, seq) {
    if (seq === undefined || entry.seq === seq) return;
    entry.seq = seq;
    const next = entry.nextElementSibling;
    if (next && next.seq !== undefined && next.seq < seq) this.#place(entry, seq);
  }

  /** Before the first entry recorded later; unrecorded ones stay at the end. */
  #place(entry, seq) {
    entry.seq = seq;
    const later = seq === undefined ? null : [...this.#list.children].find((other) => other !== entry && (other.seq === undefined || other.seq > seq));
    this.#list.insertBefore(entry, later ?? null);
  }

  /** Show the end, but the beginning of what is longer than the window. */
  #reveal(entry) {
    if (entry.offsetHeight > this.#list.clientHeight - NEAR_END) this.#list.scrollTop = entry.offsetTop - this.#list.offsetTop - 8;
    else this.toEnd();
  }
}

customElements.define('sw-log', MessageLog);
