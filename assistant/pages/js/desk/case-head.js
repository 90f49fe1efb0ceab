// <desk-head>: what stands above a conversation: how grave, what about, who has it, its clocks, what can be done now,
// and escalations waiting to be acknowledged.

import { button, el } from '../dom.js';
import { actionButton, offered, perform } from './actions.js';
import { clockView } from './clock-view.js';
import { nearest } from './deadline.js';
import { serverTime } from './server-time.js';
import { severityBadge } from './severity.js';
import { staff } from './staff.js';
import { when } from './times.js';
import { known, t } from './words.js';

class DeskHead extends HTMLElement {
  #title = el('h2', { tabindex: '-1', class: 'case-title' });
  #facts = el('p', { class: 'facts' });
  #clocks = el('div', { class: 'clocks', role: 'group' });
  #actions = el('div', { class: 'actions', role: 'group' });
  #waits = el('div', { class: 'waits' });

  connectedCallback() {
    if (!this.firstChild) this.append(el('div', { class: 'head-line' }, this.#title, this.#facts), this.#clocks, this.#waits, this.#actions);
  }

  focus() { this.#title.focus({ preventScroll: true }); }

  draw(store, view) {
    const now = serverTime.now();
    this.#title.replaceChildren(severityBadge(view.severity), el('span', {}, view.reason_name), el('span', { class: 'tag' }, t(`state.${view.state}`)));
    const raised = view.history.findLast((fact) => fact.kind === 'severity_raised')?.payload.reason;
    const facts = [
      raised ? el('strong', { class: 'loud' }, t('case.raised', { reason: known(`signal.${raised}`, raised) })) : null,
      `${t('case.holder')} ${view.holder?.name ?? t('case.nobody')}`, view.owner ? `${t('case.owner')} ${view.owner.name}` : null,
      view.queue.name, known(`channel.${view.channel}`, view.channel), `${t('case.opened')} ${when(view.opened_at, now)}`,
      view.pause_reason ? `${t('state.paused')}：${pauseName(view)}` : null,
      view.episode > 1 ? t('case.episode', { n: view.episode }) : null, view.transfers ? t('case.transfers', { n: view.transfers }) : null,
      view.callback_at ? t('case.callback', { time: when(view.callback_at, now) }) : null,
      view.complaint ? `${t('case.complaint')}：${t(`complaint.${view.complaint.state}`)}` : null,
    ];
    this.#facts.replaceChildren(...facts.filter(Boolean).map((fact) => el('span', {}, fact)));
    this.#drawClocks(view);
    this.#drawActions(store, view);
    this.#drawWaits(store, view);
  }

  #drawClocks(view) {
    const running = view.clocks.filter((clock) => clock.running).toSorted((one, other) => Date.parse(one.due_at ?? '9999-01-01') - Date.parse(other.due_at ?? '9999-01-01'));
    const first = nearest(view.clocks);
    this.#clocks.setAttribute('aria-label', t('clocks'));
    this.#clocks.replaceChildren(...(running.length ? running.map((clock) => clockView(clock, { role: 'timer', class: clock === first ? 'chip first' : 'chip' })) : [el('span', { class: 'hint' }, t('clock.none'))]));
  }

  #drawActions(store, view) {
    const focused = this.#actions.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    const { plain, behind } = offered(view);
    this.#actions.setAttribute('aria-label', t('act.label'));
    this.#actions.replaceChildren(...plain.map((name) => actionButton(store, view, name)));
    if (behind.length) {
      const menu = el('details', { class: 'more' }, el('summary', { class: 'tool' }, t('act.more')), el('div', { class: 'menu' }, behind.map((name) => actionButton(store, view, name))));
      menu.addEventListener('click', (event) => { if (event.target.closest('.menu button')) menu.open = false; });
      menu.addEventListener('keydown', (event) => { if (event.key === 'Escape') { menu.open = false; menu.firstChild.focus(); } });
      menu.addEventListener('focusout', (event) => { if (!menu.contains(event.relatedTarget)) menu.open = false; });
      this.#actions.append(menu);
    }
    if (focused && document.activeElement === document.body) (this.#actions.querySelector(`[data-action="${focused}"]`) ?? this.#title).focus();
  }

  #drawWaits(store, view) {
    const waiting = view.escalations.filter((each) => each.waits);
    this.#waits.replaceChildren(...waiting.map((each) => el('p', { class: 'wait' },
      el('span', { class: 'sign', 'aria-hidden': 'true' }, '▲'),
      el('span', {}, t('case.escalated', { rung: each.rung, clock: clockName(view, each.trigger), people: each.recipients.map((one) => one.name).join('、') })),
      view.permitted.includes('acknowledge') ? button(t('act.acknowledge'), () => perform(store, view, 'acknowledge', { ladder: each.ladder }), {}) : null)));
  }
}

function clockName(view, trigger) {
  return view.clocks.find((clock) => clock.clock === trigger)?.name ?? known(`trigger.${trigger}`, trigger);
}

function pauseName(view) {
  return staff.policy.pause_reasons.find((each) => each.id === view.pause_reason)?.name ?? view.pause_reason;
}

customElements.define('desk-head', DeskHead);
