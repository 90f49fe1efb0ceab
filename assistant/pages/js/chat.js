// The chat page: joins the conversation with the log, the composer, the person button and the status lines.

import './composer.js';
import './message-log.js';
import './rating.js';
import { printUnfolded } from './toolbar.js';
import { Conversation } from './conversation.js';
import { button, el } from './dom.js';
import { clockTime } from './format.js';
import { keepTranslated, t, useDictionary } from './i18n.js';
import { keep, preferences, recall } from './preferences.js';
import { CHAT } from './strings-chat.js';

useDictionary(CHAT);

const ANSWER_PATIENCE_MS = 1200;
const TYPING_MS = 6000;
const BEGIN_AGAIN_MS = 5000;
/** States of a case (handoff.case) as the status line words them; what is not here waits for a person. */
const ENDED = ['resolved', 'closed', 'ended', 'open'];
const WITH_PERSON = ['claimed', 'waiting'];

const conversation = new Conversation();
const log = document.querySelector('sw-log');
const composer = document.querySelector('sw-composer');
const connection = document.getElementById('connection');
const desk = document.getElementById('desk');
const activity = document.getElementById('activity');
const welcome = document.getElementById('welcome');
let waitingFor = null; // {position, expected_at, callback_at} of the newest hand-over of this visit
let wasDown = false;
let typingTimer = null;
let thinkingTimer = null;

// ---- what is said ------------------------------------------------------------------------------------------------

function say(text) {
  log.toEnd();
  conversation.send(text);
}

function callPerson() {
  desk.textContent = t('handoff.calling');
  conversation.callPerson();
}

const DRAW = {
  customer_message: (event) => {
    log.remove(`provisional:${event.turn_id}`);
    log.customer({ key: `client:${event.client_message_id}`, text: event.text, at: event.at, seq: event.seq });
  },
  bot_reply: (event) => {
    quietActivity();
    log.remove(`provisional:${event.turn_id}`);
    log.bot({ key: `turn:${event.turn_id}`, reply: event.reply, at: event.at, seq: event.seq });
  },
  receipt: (event) => {
    quietActivity();
    log.notice({ key: `event:${event.id}`, text: event.text, at: event.at, seq: event.seq });
    showDesk(event.state);
    if (event.transition === 'resolved') askRating(event);
    if (event.transition === 'reopened') log.remove('rating');
  },
  agent_message: (event) => {
    quietActivity();
    log.agent({ key: `event:${event.id}`, text: event.text, agent: event.agent, at: event.at, seq: event.seq });
    showDesk('claimed');
  },
  rating_asked: (event) => askRating(event),
  rated: (event) => {
    const rating = log.querySelector('sw-rating');
    if (rating?.contains(document.activeElement)) log.focus();
    log.remove('rating');
    log.notice({ key: `event:${event.id}`, text: t('rating.thanks', { score: event.score }), at: event.at, seq: event.seq });
  },
  ended: () => showDesk('ended'),
  typing: (event) => { if (event.who !== 'customer') showActivity(event.who === 'agent' ? 'typing.agent' : 'thinking', TYPING_MS); },
};

function draw(event) {
  DRAW[event.kind]?.(event);
  welcome.hidden = welcome.hidden || event.kind === 'customer_message';
}

/** One form at a time: for the service that ended last. The recorded rating takes its place. */
function askRating(event) {
  log.remove('rating');
  const form = document.createElement('sw-rating');
  form.onRate = (score, comment) => conversation.rate(score, comment);
  log.element({ key: 'rating', node: form, seq: event.seq });
}

// ---- status lines ------------------------------------------------------------------------------------------------

function showDesk(state, handoff = waitingFor) {
  if (!state || ENDED.includes(state)) { desk.textContent = ''; return; }
  if (WITH_PERSON.includes(state)) { desk.textContent = t('handoff.joined'); return; }
  if (state === 'paused') { desk.textContent = t('handoff.paused'); return; }
  if (handoff?.callback_at) { desk.textContent = t('handoff.later', { time: clockTime(handoff.callback_at) }); return; }
  const parts = [t('handoff.waiting')];
  if (handoff?.position > 0) parts.push(handoff.position === 1 ? t('handoff.first') : t('handoff.position', { ahead: handoff.position - 1 }));
  if (handoff?.expected_at) parts.push(t('handoff.expected', { time: clockTime(handoff.expected_at) }));
  desk.textContent = parts.join(preferences.locale === 'en' ? '; ' : '，');
}

function showConnection(state) {
  if (state === 'waiting') wasDown = true;
  const key = state === 'open' && wasDown ? 'connection.again' : `connection.${state}`;
  connection.dataset.state = state === 'open' && wasDown ? 'again' : state;
  connection.textContent = state === 'lost' ? '' : t(key);
  if (state === 'open') wasDown = false;
}

function showActivity(key, duration = 0) {
  activity.hidden = false;
  activity.querySelector('.words').textContent = t(key);
  clearTimeout(typingTimer);
  if (duration) typingTimer = setTimeout(quietActivity, duration);
}

function quietActivity() {
  clearTimeout(typingTimer);
  activity.hidden = true;
  activity.querySelector('.words').textContent = '';
}

// ---- the conversation's own news ---------------------------------------------------------------------------------

conversation.addEventListener('event', ({ detail }) => draw(detail));
conversation.addEventListener('connection', ({ detail }) => showConnection(detail.state));

conversation.addEventListener('queued', ({ detail: { item } }) => {
  welcome.hidden = true;
  drawPending(item, 'sending');
});

conversation.addEventListener('busy', ({ detail: { on } }) => {
  clearTimeout(thinkingTimer);
  if (on) thinkingTimer = setTimeout(() => showActivity('thinking'), 400);
  else quietActivity();
});

conversation.addEventListener('delivered', ({ detail: { item, answer } }) => {
  const handoff = item.kind === 'handoff' ? answer : answer.handoff;
  if (handoff?.case_id) waitingFor = handoff;
  if (handoff && desk.textContent !== t('handoff.joined')) showDesk('queued');
  if (item.kind === 'handoff') log.remove(`client:${item.id}`);
  else log.state(`client:${item.id}`, null);
  setTimeout(() => drawAnswer(item, answer), ANSWER_PATIENCE_MS);
});

/** The answer as it came back, for when the live line has not brought it; the recorded one replaces it later. */
function drawAnswer(item, answer) {
  const reply = answer.reply ?? { text: answer.text };
  if (seenTurns.has(answer.turn_id) || !answer.turn_id || !reply.text) return;
  log.bot({ key: `provisional:${answer.turn_id}`, reply, at: new Date().toISOString(), provisional: true });
}

const seenTurns = new Set();
conversation.addEventListener('event', ({ detail }) => { if (detail.turn_id) seenTurns.add(detail.turn_id); });

conversation.addEventListener('waiting', ({ detail: { error } }) => {
  for (const item of conversation.outbox.all()) drawPending(item, 'unsent');
  if (error.status === 429) page(t('error.tooMany', { seconds: error.retryAfter ?? 5 }));
  else showConnection('waiting');
});

conversation.addEventListener('refused', ({ detail: { item, error } }) => {
  const reason = error.problem.code === 'message_too_long' ? t('error.long', { most: 2000, over: 1 }) : t('error.reason');
  log.refused(`client:${item.id}`, reason, () => { composer.value = item.text; });
});

conversation.addEventListener('expired', () => page(t('expired')));

conversation.addEventListener('cleared', () => {
  log.clear();
  seenTurns.clear();
  waitingFor = null;
  desk.textContent = '';
  connection.textContent = '';
  welcome.hidden = false;
  page(t('cleared'));
});

function drawPending(item, state) {
  const text = item.kind === 'handoff' ? t('human') : item.text;
  log.customer({ key: `client:${item.id}`, text, at: item.at });
  log.state(`client:${item.id}`, state);
}

let notices = 0;
function page(text) {
  notices += 1;
  log.notice({ key: `page:${notices}`, text, at: new Date().toISOString() });
}

// ---- the page ----------------------------------------------------------------------------------------------------

function drawWelcome() {
  const starters = ['start.early', 'start.cost', 'start.due', 'start.safe'].slice(0, preferences.senior ? 3 : 4);
  welcome.replaceChildren(
    el('div', { class: 'hello' }, el('img', { src: '/static/img/mark.svg', alt: '', width: 52, height: 52 }), el('h2', {}, t('welcome'))),
    el('p', {}, t(preferences.senior ? 'welcome.more.senior' : 'welcome.more')),
    el('div', { class: 'choices', role: 'group', 'aria-label': t('welcome.ask') },
      el('p', { class: 'choices-label', 'aria-hidden': 'true' }, t('welcome.ask')),
      starters.map((key) => button(t(key), () => say(t(key)), { class: 'choice' }))),
    el('p', {}, el('a', { class: 'to-fees', href: '/fees' }, t('welcome.fees'))));
}

function askStartOver() {
  const dialog = document.getElementById('over');
  dialog.showModal();
}

let beginAgain = null;

async function begin() {
  clearTimeout(beginAgain);
  try {
    const found = await conversation.resume();
    if (found) {
      log.quietly(() => found.events.forEach(draw));
      seen(found.events);
      if (ENDED.includes(found.state)) showDesk(found.state);
      else if (!desk.textContent) desk.textContent = t('handoff.waiting');
    }
  } catch {
    log.notice({ key: 'page:resume', text: t('resume.failed'), at: new Date().toISOString() });
    showConnection('waiting');
    beginAgain = setTimeout(begin, BEGIN_AGAIN_MS);
    return;
  }
  beginAgain = null;
  log.remove('page:resume');
  for (const item of conversation.outbox.all()) { welcome.hidden = true; drawPending(item, 'unsent'); }
  await conversation.flush();
  if (recall('callPerson')) { keep('callPerson', null); callPerson(); }
}

function seen(events) { for (const event of events) if (event.turn_id) seenTurns.add(event.turn_id); }

const toolbar = document.querySelector('sw-toolbar');
toolbar.entries = [{ key: 'start.over', onclick: askStartOver }];
keepTranslated('title', () => { drawWelcome(); log.relabel(); composer.relabel(); toolbar.draw(); });
preferences.addEventListener('change', () => conversation.tellMode());
composer.onSend = say;
log.onSay = say;
log.onResend = () => conversation.wake();
document.getElementById('human').addEventListener('click', callPerson);
document.getElementById('over-yes').addEventListener('click', () => { conversation.startOver(); document.getElementById('say').focus(); });
addEventListener('keydown', (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !['Digit0', 'Numpad0'].includes(event.code)) return;
  event.preventDefault();
  callPerson();
});
addEventListener('online', () => (beginAgain ? begin() : conversation.wake()));
document.addEventListener('visibilitychange', () => { if (!document.hidden) conversation.wake(); });
printUnfolded();
begin();
