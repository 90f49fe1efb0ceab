// The desk: queue, conversation and packet of the case that is open, kept live.

import { perform } from './actions.js';
import { alerts } from './alerts.js';
import './bar.js';
import './case-head.js';
import './composer.js';
import { listen, showHelp } from './keys.js';
import './log-view.js';
import { notices } from './notices.js';
import './packet-view.js';
import './queue-view.js';
import { refusalText } from './refusals.js';
import { settings } from './settings.js';
import { staff } from './staff.js';
import { Store } from './store.js';
import { ticker } from './ticker.js';
import { t } from './words.js';

const PANES = ['queue', 'talk', 'packet'];
const RELOAD_MS = 5000;
const SETTLES = ['claimed', 'resolved', 'closed', 'case_gone'];
const store = new Store();
const [queue, head, log, composer, packet] = ['queue', 'head', 'log', 'composer', 'packet'].map((name) => document.querySelector(`desk-${name}`));
const trio = document.getElementById('main');
const none = document.getElementById('talk-none');
const talk = document.getElementById('talk-open');
const tabs = Object.fromEntries(PANES.map((name) => [name, document.getElementById(`tab-${name}`)]));

function showPane(name, focus = false) {
  trio.dataset.pane = name;
  for (const each of PANES) tabs[each].setAttribute('aria-pressed', String(each === name));
  if (!focus) return;
  if (name === 'queue') queue.focusCursor();
  else if (name === 'talk') head.focus();
  else document.getElementById('packet-title').focus({ preventScroll: true });
}

async function open(id, focus = true) {
  showPane('talk');
  await store.open(id);
  notices.settle(id);
  if (focus) head.focus();
}

function draw() {
  const { view } = store;
  const loading = store.openId !== null && view === null;
  none.hidden = view !== null;
  none.querySelector('p').textContent = loading ? t('loading') : t('talk.none');
  none.querySelector('.hint').hidden = loading;
  talk.hidden = view === null;
  if (view) {
    head.draw(store, view);
    log.show(view);
  } else log.clear();
  composer.draw(view);
  packet.draw(view);
}

const alarm = {
  major: (item) => t('alert.major', { reason: item.reason_name }),
  offer: (item) => t('alert.offer', { reason: item.reason_name }),
  breach: (item, payload) => t('alert.breach', { clock: clockName(payload.clock), reason: item.reason_name }),
  escalation: (item, payload) => t('alert.escalation', { rung: payload.rung, reason: item.reason_name }),
};

function clockName(id) { return staff.policy.clocks.find((each) => each.id === id)?.name ?? id; }

function sound({ kind, item, payload }) {
  if (kind === 'offer') notices.done(alarm.offer(item));
  else notices.alarm(`${kind} ${item.id}`, alarm[kind](item, payload), () => open(item.id));
  alerts.call(kind === 'escalation' ? 'breach' : kind);
}

async function load() {
  try { await store.load(); } catch (error) {
    if (error.status === 401) return;
    notices.wrong(refusalText(error));
    setTimeout(load, RELOAD_MS);
  }
}

function doIfPermitted(name) {
  if (store.view?.permitted.includes(name)) perform(store, store.view, name);
}

async function claimUnderCursor() {
  const id = queue.contains(document.activeElement) ? queue.cursor : store.openId ?? queue.cursor;
  if (!id) return;
  if (store.openId !== id || !store.view) await open(id);
  doIfPermitted('claim');
}

function connect() {
  queue.connect(store);
  composer.connect(store, log);
  packet.connect(store);
  queue.onOpen = (id) => open(id);
  packet.onUse = (text) => { showPane('talk'); composer.insert(text); };
  log.relabel();
  for (const name of PANES) tabs[name].addEventListener('click', () => showPane(name));
  store.addEventListener('view', draw);
  store.addEventListener('opened', (event) => { if (!event.detail.same) draw(); });
  store.addEventListener('line', (event) => log.live(event.detail.line));
  store.addEventListener('alarm', (event) => sound(event.detail));
  store.addEventListener('failed', (event) => notices.wrong(refusalText(event.detail.error)));
  staff.stream.addEventListener('event', (event) => {
    store.take(event.detail);
    if (SETTLES.includes(event.detail.kind)) notices.settle(event.detail.case_id);
  });
  staff.addEventListener('back', load);
  ticker.addEventListener('woke', () => store.refresh());
  settings.addEventListener('locale', () => { queue.relabel(); log.relabel(); log.clear(); draw(); });
  document.addEventListener('help', showHelp);
  listen({
    j: () => queue.move(1), k: () => queue.move(-1), c: claimUnderCursor, '?': showHelp,
    r: () => { showPane('talk'); composer.write('reply'); }, n: () => { showPane('talk'); composer.write('note'); },
    1: () => showPane('queue', true), 2: () => showPane('talk', true), 3: () => showPane('packet', true),
    Escape: () => (store.view ? head.focus() : queue.focusCursor()),
  });
}

await staff.start('cases', 'title.desk');
connect();
showPane('queue');
draw();
await load();
const wanted = decodeURIComponent(location.hash.slice(1));
if (wanted) open(wanted);
