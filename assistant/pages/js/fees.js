// The fee page: asks the server for a quote shortly after each edit and draws the newest answer only.

import { printUnfolded } from './toolbar.js';
import { call } from './api.js';
import { FeeForm } from './fee-form.js';
import { quoteNodes, quoteSummary } from './fee-result.js';
import { keepTranslated, t, useDictionary } from './i18n.js';
import { keep } from './preferences.js';
import { FEES } from './strings-fees.js';

useDictionary(FEES);

const SETTLE_MS = 300;
const answer = document.getElementById('answer');
const stale = document.getElementById('stale');
const announce = document.getElementById('announce');
let form = null;
let last = null;
let timer = null;
let asking = null;

function show(quote) {
  const open = [...answer.querySelectorAll('details[open]')].map((fold) => fold.dataset.fold);
  answer.replaceChildren(...quoteNodes(quote));
  for (const fold of answer.querySelectorAll('details')) fold.open = open.includes(fold.dataset.fold);
}

async function ask() {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  answer.setAttribute('aria-busy', 'true');
  try {
    last = await call('/v1/fees/quote', { method: 'POST', body: form.request(), signal });
    form.settle();
    stale.hidden = true;
    show(last);
    announce.textContent = quoteSummary(last);
  } catch (error) {
    if (signal.aborted) return;
    refuse(error);
  }
  answer.removeAttribute('aria-busy');
}

function refuse(error) {
  stale.hidden = last === null;
  if (error.status === 422) {
    form.explain(error.problem);
    announce.textContent = document.querySelector('.terms .error:not(:empty)')?.textContent ?? '';
  } else {
    form.settle();
    form.say(error.status === 429 ? t('error.tooMany', { seconds: error.retryAfter ?? 5 }) : t(error.status ? 'error.server' : 'error.network'));
    if (error.passing) timer = setTimeout(ask, (error.retryAfter ?? 5) * 1000);
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(ask, SETTLE_MS);
}

function toPerson(event) {
  event.preventDefault();
  keep('callPerson', 'yes');
  location.assign('/');
}

async function begin() {
  try {
    form = new FeeForm(await call('/v1/fees/loans'), soon);
  } catch {
    document.getElementById('form-error').textContent = t('error.network');
    setTimeout(begin, 5000);
    return;
  }
  document.getElementById('form-error').textContent = '';
  await ask();
}

const toolbar = document.querySelector('sw-toolbar');
keepTranslated('title', () => {
  toolbar.draw();
  form?.relabel();
  if (last) { show(last); soon(); }
});
document.getElementById('human').addEventListener('click', toPerson);
addEventListener('keydown', (event) => {
  if (event.altKey && !event.ctrlKey && !event.metaKey && ['Digit0', 'Numpad0'].includes(event.code)) toPerson(event);
});
addEventListener('online', () => { if (form) soon(); });
printUnfolded();
begin();
