// The inspector's page: what waits for a review, the conversation with the agents' names hidden, and the checklist.

import { alerts } from './alerts.js';
import './bar.js';
import { table } from './board-view.js';
import './inspection-list.js';
import './inspection-view.js';
import { notices } from './notices.js';
import { refusalText } from './refusals.js';
import { server } from './server.js';
import { settings } from './settings.js';
import { staff } from './staff.js';
import { ticker } from './ticker.js';
import { el } from '../dom.js';
import { t } from './words.js';

const SOON_MS = 500;
const list = document.querySelector('desk-inspections');
const view = document.querySelector('desk-inspection');
const agreement = document.getElementById('agreement');
const filter = document.getElementById('state');
let [items, open, agreed, waiting] = [[], null, null, null];

async function read() {
  clearTimeout(waiting);
  waiting = null;
  const query = filter.value ? `?${filter.value.split(' ').map((state) => `state=${state}`).join('&')}` : '';
  try {
    [{ items }, agreed] = await Promise.all([server.call(`/inspections${query}`), server.call('/inspections/agreement')]);
    list.draw(items, open?.id ?? null);
    drawAgreement();
  } catch (error) { if (error.status !== 401) notices.wrong(refusalText(error)); }
}

function soon() { waiting ??= setTimeout(read, SOON_MS); }

async function show(id) {
  try {
    take(await server.call(`/inspections/${id}`));
    view.focus();
  } catch (error) { notices.wrong(refusalText(error)); }
}

/** Read the open inspection again, unless somebody is filling its form by the time the answer is here. */
async function refresh() {
  const { id } = open;
  const found = await server.call(`/inspections/${id}`).catch(() => null);
  if (found && open?.id === id && !view.writing) take(found);
}

function take(found) {
  open = found;
  view.draw(open);
  list.draw(items, open.id);
}

/** Send something about the open inspection; resolves to true when it was taken. */
async function act(action, body) {
  try {
    take(await server.post(`/inspections/${open.id}/${action}`, body));
    notices.done(t(`inspect.done.${action}`));
    await read();
    return null;
  } catch (error) { return refusalText(error); }
}

function drawAgreement() {
  const rows = Object.entries(agreed.verdicts).map(([name, each]) => [t(`verdict.${name}`), each.pairs, each.pairs ? `${(each.observed * 100).toFixed(0)}%` : t('number.none'), each.kappa === null ? t('number.none') : each.kappa.toFixed(2), judged(each.kappa)]);
  agreement.replaceChildren(el('p', { class: 'hint' }, t('agree.hint', { target: agreed.target })), table('agree.title', ['agree.what', 'agree.pairs', 'agree.observed', 'agree.kappa', 'agree.verdict'], rows, [1, 2, 3]));
}

function judged(kappa) {
  if (kappa === null) return t('agree.few');
  return t(kappa >= agreed.target ? 'agree.fine' : 'agree.low');
}

function event({ detail }) {
  if (detail.source !== 'inspection' && detail.kind !== 'reset') return;
  soon();
  if (detail.kind === 'inspection_opened') {
    notices.done(t('inspect.new'));
    alerts.call('offer');
  }
  if (open && detail.payload?.inspection_id === open.id) refresh();
}

function relabel() {
  list.draw(items, open?.id ?? null);
  if (!view.writing) view.draw(open);
  if (agreed) drawAgreement();
}

await staff.start('inspections', 'title.inspect');
const colleagues = await server.call('/agents').catch(() => ({ items: [] }));
view.people = new Map(colleagues.items.map((each) => [each.id, each.display_name]));
list.onOpen = (id) => show(id);
view.act = act;
staff.stream.addEventListener('event', event);
staff.addEventListener('back', read);
settings.addEventListener('locale', relabel);
ticker.addEventListener('woke', read);
filter.addEventListener('change', read);
view.draw(null);
staff.stream.addEventListener('state', (change) => { if (change.detail === 'open') soon(); });
staff.stream.start(null);
await read();
