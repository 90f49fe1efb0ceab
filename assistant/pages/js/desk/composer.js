// <desk-composer>: writes to the customer or, clearly set apart, to colleagues. Drafts stay with their case; a message
// that did not go out keeps its id, so sending it again can never double it.

import { button, el } from '../dom.js';
import { CANNED } from './canned.js';
import { refusalText } from './refusals.js';
import { notices } from './notices.js';
import { staff } from './staff.js';
import { t } from './words.js';

const LONGEST = 2000;

class DeskComposer extends HTMLElement {
  log = null;
  #store = null;
  #view = null;
  #kind = 'reply';
  #chosen = false;
  #unsent = new Map();
  #text = el('textarea', { id: 'write', rows: 3, maxlength: LONGEST, 'aria-describedby': 'write-hint' });
  #label = el('label', { for: 'write', class: 'visually-hidden' });
  #hint = el('p', { id: 'write-hint', class: 'hint', role: 'status' });
  #send = button('', () => this.send(), { class: 'primary send' });
  #modes = el('div', { class: 'modes', role: 'group' });
  #menus = el('div', { class: 'menus' });

  connect(store, log) {
    [this.#store, this.log] = [store, log];
    log.onResend = (id) => this.#deliver(id);
    this.append(el('div', { class: 'write-top' }, this.#modes, this.#menus), this.#label, this.#text, el('div', { class: 'write-foot' }, this.#hint, this.#send));
    this.#text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.send(); }
    });
    this.#text.addEventListener('input', () => this.#remember());
  }

  /** Follow the open case. */
  draw(view) {
    const other = this.#view?.id !== view?.id;
    this.#view = view;
    this.hidden = view === null;
    if (!view) return;
    if (other) {
      this.#chosen = false;
      this.#kind = this.#may('reply') || !this.#may('note') ? 'reply' : 'note';
      this.#text.value = this.#store.drafts.get(this.#key()) ?? '';
    } else this.#fit();
    this.#drawModes();
    this.#drawMenus();
    this.#drawState();
  }

  /** Put the cursor into the box, in the mode asked for. */
  write(kind) {
    if (!this.#view) return;
    this.#switch(kind);
    this.#text.focus();
  }

  insert(text) {
    this.#switch('reply');
    const { selectionStart: from, selectionEnd: to, value } = this.#text;
    const at = value ? [from, to] : [0, 0];
    this.#text.setRangeText(value && from > 0 && !/\s$/.test(value.slice(0, from)) ? `\n${text}` : text, at[0], at[1], 'end');
    this.#text.focus();
    this.#remember();
  }

  send() {
    const text = this.#text.value.trim();
    if (!this.#view || !this.#may(this.#kind)) return;
    if (!text) return notices.wrong(t('write.empty'));
    const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    this.#unsent.set(id, { caseId: this.#view.id, kind: this.#kind, text });
    this.#text.value = '';
    this.#remember();
    this.log.pending(id, this.#kind, text);
    this.#deliver(id);
    this.#text.focus();
  }

  async #deliver(id) {
    const { caseId, kind, text } = this.#unsent.get(id);
    try {
      await this.#store.act(caseId, kind, { text, message_id: id });
      this.#unsent.delete(id);
      this.log.settle(id);
    } catch (error) {
      this.log.failed(id, refusalText(error));
    }
  }

  /**
   * Until somebody chose or wrote, stand where writing is possible: to the customer once the case is claimed. A choice is
   * never undone, or a note might go to the customer.
   */
  #fit() {
    if (this.#chosen || this.#text.value || document.activeElement === this.#text) return;
    this.#kind = this.#may('reply') ? 'reply' : 'note';
    this.#text.value = this.#store.drafts.get(this.#key()) ?? '';
  }

  #drawModes() {
    this.#modes.setAttribute('aria-label', t('write.mode'));
    this.#modes.replaceChildren(...['reply', 'note'].map((kind) => button(t(`write.${kind}`), () => this.#switch(kind), {
      class: 'mode', 'aria-pressed': String(kind === this.#kind), 'data-kind': kind, 'aria-keyshortcuts': kind === 'reply' ? 'r' : 'n',
    })));
  }

  #drawMenus() {
    const english = this.#view.language === 'en';
    const suggestions = (this.#view.packet.suggestions ?? []).map((each) => [each.text, each.citation]);
    const first = this.#view.packet.first_line;
    const own = first && !suggestions.some(([text]) => text === first) ? [[first, '']] : [];
    const open = [...this.#menus.querySelectorAll('details[open]')].map((menu) => menu.dataset.menu);
    this.#menus.replaceChildren(
      this.#menu('suggested', [...own, ...suggestions], open), this.#menu('canned', CANNED.map(([, zh, en]) => [english ? en : zh, '']), open));
  }

  #menu(name, items, open) {
    if (!items.length) return '';
    const menu = el('details', { class: 'more', 'data-menu': name, open: open.includes(name) }, el('summary', { class: 'tool' }, `${t(`write.${name}`)} ${items.length}`),
      el('div', { class: 'menu up' }, items.map(([text, citation]) => button([el('span', {}, text), citation ? el('span', { class: 'cite' }, t('write.cite', { citation })) : ''],
        () => { menu.open = false; this.insert(text); }, { class: 'item' }))));
    menu.addEventListener('keydown', (event) => { if (event.key === 'Escape') { menu.open = false; menu.firstChild.focus(); event.stopPropagation(); } });
    menu.addEventListener('focusout', (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false; });
    return menu;
  }

  #drawState() {
    const may = this.#may(this.#kind);
    this.dataset.kind = this.#kind;
    this.#label.textContent = t(`write.${this.#kind}.label`);
    this.#text.placeholder = t(`write.${this.#kind}.hint`);
    this.#text.readOnly = !may;
    this.#send.textContent = t(this.#kind === 'reply' ? 'write.send' : 'write.save');
    this.#send.disabled = !may;
    const hint = this.#may('reply') ? t(`write.${this.#kind}.hint`) : this.#why();
    if (this.#hint.textContent !== hint) this.#hint.textContent = hint;
  }

  #why() {
    if (['resolved', 'closed'].includes(this.#view.state)) return t('write.ended');
    if (this.#view.holder && this.#view.holder.id !== staff.me.id) return t('write.other', { name: this.#view.holder.name });
    return t('write.claim.first');
  }

  #switch(kind) {
    this.#chosen = true;
    if (kind === this.#kind) return;
    const focused = this.#modes.contains(document.activeElement);
    this.#remember();
    this.#kind = kind;
    this.#text.value = this.#store.drafts.get(this.#key()) ?? '';
    this.#drawModes();
    this.#drawState();
    if (focused) this.#modes.querySelector('[aria-pressed="true"]').focus();
  }

  #may(kind) { return this.#view?.permitted.includes(kind) ?? false; }

  #key() { return `${this.#view.id}/${this.#kind}`; }

  #remember() {
    if (this.#text.value) this.#store.drafts.set(this.#key(), this.#text.value); else this.#store.drafts.delete(this.#key());
  }
}

customElements.define('desk-composer', DeskComposer);
