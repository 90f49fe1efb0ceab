// <desk-log>: everything said in one conversation, in order, with what only colleagues see between the lines. Entries
// are added by key, so a live line and a later reading of the case never show one twice.

import { button, el, paragraphs } from '../dom.js';
import { serverTime } from './server-time.js';
import { staff } from './staff.js';
import { when } from './times.js';
import { known, t } from './words.js';

const NEAR_END = 100;

class DeskLog extends HTMLElement {
  onResend = () => {};
  #list = el('div', { class: 'entries', role: 'log', 'aria-live': 'polite', tabindex: '0' });
  #newer = button('', () => this.toEnd(), { class: 'newer', hidden: true });
  #entries = new Map();
  #case = null;

  connectedCallback() {
    if (this.firstChild) return;
    this.append(this.#list, this.#newer);
    this.#list.addEventListener('scroll', () => { if (this.#nearEnd()) this.#newer.hidden = true; });
  }

  relabel() {
    this.#list.setAttribute('aria-label', t('talk.log'));
    this.#newer.textContent = t('talk.newer');
  }

  clear() {
    this.#case = null;
    this.#entries.clear();
    this.#list.replaceChildren();
    this.#newer.hidden = true;
  }

  /** Show a case as it was read; a case that is shown already only grows. */
  show(view) {
    const fresh = this.#case !== view.id;
    if (fresh) this.clear();
    this.#case = view.id;
    if (fresh) this.#list.setAttribute('aria-busy', 'true');
    const near = fresh || this.#nearEnd();
    for (const line of view.transcript) this.#line(line);
    for (const note of view.notes) this.#note(`note-${note.id}`, note);
    for (const fact of view.history) this.#fact(fact, view);
    this.#divider(view);
    this.#list.removeAttribute('aria-busy');
    if (near) this.toEnd();
  }

  /** A line of the live stream. */
  live(line) {
    const near = this.#nearEnd();
    const added = this.#line(line);
    if (near) this.toEnd(); else if (added) this.#newer.hidden = false;
  }

  /** What is being sent: shown at once, settled when the server's line with the same id arrives. */
  pending(id, kind, text) {
    const node = kind === 'note' ? noteEntry({ by: { name: t('talk.me') }, text }) : entry('agent me', t('talk.me'), null, text);
    node.classList.add('pending');
    node.append(el('p', { class: 'delivery', role: 'status' }, t('talk.pending')));
    this.#put(`pending-${id}`, node, Number.MAX_SAFE_INTEGER);
    this.toEnd();
  }

  /** It did not go out: say so and offer to send it again. */
  failed(id, text) {
    const delivery = this.#entries.get(`pending-${id}`)?.querySelector('.delivery');
    delivery?.replaceChildren(el('strong', {}, t('talk.failed')), ` ${text} `, button(t('talk.resend'), () => this.onResend(id), {}));
  }

  settle(id) {
    this.#entries.get(`pending-${id}`)?.remove();
    this.#entries.delete(`pending-${id}`);
  }

  toEnd() {
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#newer.hidden = true;
  }

  #line(line) {
    if (line.message_id && this.#entries.has(`pending-${line.message_id}`)) this.settle(line.message_id);
    const names = { customer: t('talk.customer'), bot: t('talk.bot'), agent: line.agent ?? t('talk.agent') };
    if (line.author === 'receipt') return this.#put(`line-${line.id}`, el('p', { class: 'entry receipt' }, el('span', {}, line.text), time(line.at)), line.id);
    return this.#put(`line-${line.id}`, entry(line.author, names[line.author] ?? line.author, line.at, line.text), line.id);
  }

  #note(key, note) {
    const mine = [...this.#entries.keys()].find((each) => each.startsWith('pending-') && this.#entries.get(each).classList.contains('note') && note.by?.id === staff.me.id);
    if (mine && !this.#entries.has(key)) this.settle(mine.slice('pending-'.length));
    this.#put(key, noteEntry(note), note.id);
  }

  #fact(fact, view) {
    const text = factText(fact, view);
    if (!text) return;
    if (text.note) return this.#put(`fact-${fact.id}`, noteEntry({ by: fact.actor, text: text.note, title: text.title, at: fact.at }), fact.id);
    this.#put(`fact-${fact.id}`, el('p', { class: `entry fact ${text.kind ?? ''}` }, el('span', {}, text.title), time(fact.at)), fact.id);
  }

  #divider(view) {
    const opened = view.history.find((fact) => fact.kind === 'opened');
    if (opened) this.#put('divider', el('p', { class: 'entry divider' }, el('span', {}, `${t('talk.after')} · ${when(view.opened_at, serverTime.now())}`)), opened.id);
  }

  /** Put a node at its place in the log of the whole desk; false when it is there already. */
  #put(key, node, order) {
    if (this.#entries.has(key)) return false;
    node.dataset.order = order;
    this.#entries.set(key, node);
    let after = this.#list.lastElementChild;
    while (after && Number(after.dataset.order) > order) after = after.previousElementSibling;
    if (after) after.after(node); else this.#list.prepend(node);
    return true;
  }

  #nearEnd() { return this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < NEAR_END; }
}

function time(at) {
  return at ? el('time', { datetime: at }, when(at, serverTime.now())) : null;
}

function entry(kind, name, at, text) {
  return el('article', { class: `entry ${kind}` }, el('p', { class: 'by' }, el('span', {}, name), time(at)), el('div', { class: 'bubble' }, paragraphs(text)));
}

function noteEntry({ by, text, at, title }) {
  return el('article', { class: 'entry note' },
    el('p', { class: 'by' }, el('span', {}, `${title ?? t('talk.note')}（${t('talk.note.hint')}）`), el('span', {}, by?.name ?? ''), time(at)),
    el('div', { class: 'bubble' }, paragraphs(text)));
}

/** What colleagues should see of an event that is not a line to the customer: a note, a plain line, or nothing. */
function factText(fact, view) {
  const payload = fact.payload ?? {};
  const clock = view.clocks.find((each) => each.clock === payload.clock)?.name ?? payload.clock;
  switch (fact.kind) {
    case 'transferred': return payload.note ? { title: t('fact.transferred'), note: payload.note } : null;
    case 'resolved': return payload.summary ? { title: t('fact.resolved'), note: payload.summary } : null;
    case 'reopened': return { title: t('fact.reopened', { reason: known(`reason.${payload.reason}`, payload.reason ?? '') }) };
    case 'severity_raised': return { title: t('fact.severity', { severity: t(`severity.${payload.severity}`), reason: known(`signal.${payload.reason}`, payload.reason ?? '') }), kind: 'loud' };
    case 'deadline_warned': return { title: t('fact.warned', { clock, mark: payload.mark }), kind: 'warn' };
    case 'deadline_breached': return { title: t('fact.breached', { clock }), kind: 'loud' };
    case 'escalated': return { title: t('fact.escalated', { rung: payload.rung }), kind: 'loud' };
    case 'acknowledged': return { title: t('fact.acknowledged', { name: fact.actor?.name ?? '' }) };
    case 'revealed': return { title: t('fact.revealed', { name: fact.actor?.name ?? '', field: payload.field }) };
    case 'owner_changed': return { title: t('fact.owner', { reason: payload.reason ?? '' }) };
    case 'rated': return { title: t('fact.rated', { score: payload.score, comment: payload.comment ?? '' }), kind: payload.score < 4 ? 'warn' : '' };
    default: return fact.kind.startsWith('complaint_') ? { title: `${t('case.complaint')}：${known(`complaint.${fact.kind.slice(10)}`, fact.kind)}` } : null;
  }
}

customElements.define('desk-log', DeskLog);
