// <desk-inspection>: one inspection: the rating, what was said (without who the agents were until it is scored), what
// happened, the form of 问题溯源, other reviews where they may be seen, and the way to make it an evaluation case.

import { button, el, paragraphs } from '../dom.js';
import { promoteForm, reviewForm } from './inspection-form.js';
import { serverTime } from './server-time.js';
import { severityBadge } from './severity.js';
import { staff } from './staff.js';
import { when } from './times.js';
import { known, t } from './words.js';

const SHOWN = ['queued', 'claimed', 'waited', 'paused', 'resumed', 'transferred', 'severity_raised', 'deadline_warned', 'deadline_breached', 'escalated', 'resolved', 'reopened', 'closed', 'rated'];

class DeskInspection extends HTMLElement {
  act = async () => null;
  people = new Map();
  #title = el('h2', { tabindex: '-1' });

  focus() { this.#title.focus({ preventScroll: true }); }

  /** True while a form holds something, so that it is not redrawn under the hands. */
  get writing() { return this.querySelector('form')?.dataset.touched === 'yes'; }

  draw(found) {
    if (!found) return this.replaceChildren(el('p', { class: 'empty' }, t('inspect.choose')));
    this.#title.replaceChildren(...[found.severity ? severityBadge(found.severity) : null, t('inspect.number', { id: found.id }), el('span', { class: 'tag' }, t(`inspect.state.${found.state}`))].filter(Boolean));
    this.replaceChildren(...[
      this.#title, found.blind ? el('p', { class: 'hint blind' }, t('inspect.blind')) : null, this.#rating(found), this.#take(found),
      el('div', { class: 'columns' }, el('div', {}, this.#said(found), this.#happened(found)), el('div', {}, this.#reviews(found), this.#result(found), this.#form(found), this.#promote(found))),
    ].filter(Boolean));
  }

  #rating(found) {
    const { rating } = found;
    if (!rating) return null;
    const stars = '★'.repeat(rating.score) + '☆'.repeat(5 - rating.score);
    return el('p', { class: 'rating' }, el('span', { class: 'stars', 'aria-hidden': 'true' }, stars), el('strong', {}, t('inspect.rated', { score: rating.score })),
      rating.comment ? el('q', {}, rating.comment) : el('span', { class: 'hint' }, t('inspect.nocomment')), el('span', { class: 'hint' }, when(rating.at, serverTime.now())));
  }

  #take(found) {
    if (!found.permitted.includes('take')) return null;
    return el('p', { class: 'take' }, button(t('inspect.take'), async (event) => {
      const refusal = await this.act('take', {});
      if (refusal) event.target.after(el('span', { class: 'error', role: 'alert' }, refusal));
    }, { class: 'primary' }), el('span', { class: 'hint' }, t('inspect.take.hint')));
  }

  #said(found) {
    return el('section', { 'aria-labelledby': 'said' }, el('h3', { id: 'said' }, t('talk.log')), el('div', { class: 'entries still', tabindex: '0', role: 'group', 'aria-label': t('talk.log') },
      found.transcript.map((line) => el('article', { class: `entry ${line.author}` }, el('p', { class: 'by' }, el('span', {}, t(`talk.${line.author}`)), el('span', {}, when(line.at, serverTime.now()))), el('div', { class: 'bubble' }, paragraphs(line.text))))));
  }

  #happened(found) {
    const facts = found.evidence.filter((fact) => SHOWN.includes(fact.kind));
    if (!facts.length) return null;
    return el('section', {}, el('h3', {}, t('inspect.happened')), el('ol', { class: 'facts-list' }, facts.map((fact) => el('li', {}, el('time', {}, when(fact.at, serverTime.now())), el('span', {}, factWords(fact, this.people))))));
  }

  #reviews(found) {
    const given = found.reviews_given;
    if (!given.length || (given.length === 1 && found.state === 'scored')) return null;
    return el('section', {}, el('h3', {}, t('inspect.reviews')), el('div', { class: 'reviews' }, given.map((review) => el('div', { class: 'review' }, el('h4', {}, `${review.inspector.name}${review.final ? `（${t('inspect.final')}）` : ''}`), verdict(review)))));
  }

  #result(found) {
    return found.result ? el('section', { class: 'result' }, el('h3', {}, t('inspect.result')), verdict(found.result)) : null;
  }

  #form(found) {
    const action = ['adjudicate', 'review'].find((name) => found.permitted.includes(name));
    return action ? reviewForm(action, staff.policy.inspection, (body) => this.act(action, body)) : null;
  }

  #promote(found) {
    if (found.evaluation_case !== null) return el('p', { class: 'hint' }, t('inspect.promoted', { id: found.evaluation_case }));
    return found.permitted.includes('promote') ? promoteForm(found, (body) => this.act('promote', body)) : null;
  }
}

function verdict(given) {
  const { checklist } = staff.policy.inspection;
  const met = checklist.filter((item) => given.answers[item.id]).length;
  return el('dl', { class: 'pairs' }, ['root_cause', 'process_step', 'responsible'].map((name) => [el('dt', {}, t(`verdict.${name}`)), el('dd', {}, given[name])]),
    el('dt', {}, t('inspect.score')), el('dd', {}, t('inspect.met', { met, all: checklist.length })),
    checklist.filter((item) => given.answers[item.id] === false).map((item) => [el('dt', {}, t('inspect.failed')), el('dd', {}, item.text)]),
    given.comment ? [el('dt', {}, t('inspect.comment')), el('dd', {}, given.comment)] : '');
}

/** An event in words. Until the viewer has scored, the server names agents 坐席A, 坐席B; afterwards by their account. */
function factWords(fact, people) {
  const { payload } = fact;
  const who = payload.agent ?? payload.by ?? '';
  const clock = staff.policy.clocks.find((each) => each.id === payload.clock)?.name ?? payload.clock;
  const words = { deadline_warned: () => t('fact.warned', { clock, mark: payload.mark }), deadline_breached: () => t('fact.breached', { clock }), escalated: () => t('fact.escalated', { rung: payload.rung }), rated: () => t('fact.rated', { score: payload.score, comment: '' }) };
  const note = payload.note ?? payload.summary ?? (fact.kind === 'paused' ? staff.policy.pause_reasons.find((each) => each.id === payload.reason)?.name : known(`reason.${payload.reason}`, payload.reason ?? '')) ?? '';
  return words[fact.kind]?.() ?? [known(`happened.${fact.kind}`, fact.kind), typeof who === 'number' ? people.get(who) : who, note].filter(Boolean).join(' · ');
}

customElements.define('desk-inspection', DeskInspection);
