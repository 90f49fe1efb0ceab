// What can be done to a case: the buttons the server permits, in the order of the work, and the questions they ask.

import { button } from '../dom.js';
import { askForm } from './form-dialog.js';
import { notices } from './notices.js';
import { refusalText } from './refusals.js';
import { server } from './server.js';
import { staff } from './staff.js';
import { t } from './words.js';

const ORDER = ['claim', 'decline', 'resume', 'wait', 'pause', 'transfer', 'resolve', 'confirm-close', 'close', 'reopen', 'severity', 'callback', 'complaint', 'owner'];
const MAIN = ['claim', 'confirm-close'];
const BEHIND = ['severity', 'callback', 'complaint', 'owner', 'reopen'];
const KEYS = { claim: 'c' };

/** The actions the open case offers now: the plain ones, and those behind 更多. */
export function offered(view) {
  const found = ORDER.filter((name) => view.permitted.includes(name) && !(name === 'close' && view.permitted.includes('confirm-close')));
  const ended = ['resolved', 'closed'].includes(view.state);
  const behind = found.filter((name) => BEHIND.includes(name) && !(ended && name === 'reopen'));
  return { plain: found.filter((name) => !behind.includes(name)), behind };
}

/** A button for an action. */
export function actionButton(store, view, name) {
  return button(t(`act.${name}`), () => perform(store, view, name), { class: MAIN.includes(name) ? 'primary' : null, 'data-action': name, 'aria-keyshortcuts': KEYS[name] });
}

/** Do an action, asking first what it needs. */
export async function perform(store, view, name, body) {
  if (name in ASK) return ASK[name](store, view);
  try {
    await store.act(view.id, name, body);
    notices.done(t(`done.${name}`));
    return true;
  } catch (error) {
    notices.wrong(refusalText(error));
    return false;
  }
}

const sender = (store, view, name, shape = (values) => values) => async (values) => {
  await store.act(view.id, name, () => shape(values));
  notices.done(t(`done.${name}`));
};

const ASK = {
  pause: (store, view) => askForm({
    title: t('pause.title'), submit: t('pause.submit'), send: sender(store, view, 'pause'),
    fields: [{ name: 'reason', kind: 'choice', label: t('pause.reason'), complaint: t('need.reason'), options: staff.policy.pause_reasons.filter((each) => each.id !== 'waiting_customer').map((each) => [each.id, each.name]) }],
  }),
  transfer: async (store, view) => {
    const targets = await transferTargets(view);
    return askForm({
      title: t('transfer.title'), intro: t('transfer.owner'), submit: t('transfer.submit'),
      send: sender(store, view, 'transfer', ({ to, note }) => (to.startsWith('agent:') ? { note, to_agent: Number(to.slice(6)) } : { note, to_queue: to.slice(6) })),
      fields: [
        { name: 'to', kind: 'pick', label: t('transfer.to'), options: targets, complaint: t('need.target') },
        { name: 'note', kind: 'long', label: t('transfer.note'), hint: t('transfer.note.hint') },
      ],
    });
  },
  resolve: (store, view) => askForm({
    title: t('resolve.title'), intro: t('resolve.hint'), submit: t('resolve.submit'),
    send: sender(store, view, 'resolve', (values) => ({ ...values, version: store.view?.version ?? view.version })),
    fields: [{ name: 'summary', kind: 'long', label: t('resolve.summary') }],
  }),
  reopen: (store, view) => askForm({
    title: t('reopen.title'), submit: t('reopen.submit'), send: sender(store, view, 'reopen'),
    fields: [{ name: 'reason', kind: 'text', label: t('reopen.reason') }],
  }),
  severity: (store, view) => askForm({
    title: t('act.severity'), intro: t('severity.rises'), submit: t('act.severity'),
    send: sender(store, view, 'severity', (values) => ({ ...values, severity: Number(values.severity) })),
    fields: [
      { name: 'severity', kind: 'choice', label: t('severity'), complaint: t('need.text'), options: staff.policy.severities.filter((each) => each.id > view.severity).map((each) => [String(each.id), each.name]) },
      { name: 'reason', kind: 'text', label: t('reopen.reason') },
    ],
  }),
  callback: (store, view) => askForm({
    title: t('act.callback'), submit: t('callback.submit'),
    send: sender(store, view, 'callback', ({ minutes }) => ({ earliest: new Date(Date.now() + Number(minutes) * 60000).toISOString() })),
    fields: [{ name: 'minutes', kind: 'choice', label: t('callback.from'), complaint: t('need.text'), options: ['30', '120', '1440'].map((each) => [each, t(`callback.${each}`)]) }],
  }),
  owner: async (store, view) => {
    const people = (await colleagues()).filter((each) => each.role !== 'inspector' && each.id !== view.owner?.id);
    return askForm({
      title: t('act.owner'), submit: t('act.owner'), send: sender(store, view, 'owner', (values) => ({ ...values, to: Number(values.to) })),
      fields: [{ name: 'to', kind: 'pick', label: t('case.owner'), options: people.map((each) => [String(each.id), each.display_name]) }, { name: 'reason', kind: 'text', label: t('reopen.reason') }],
    });
  },
  complaint: (store, view) => {
    const moves = view.complaint?.moves.filter((each) => each !== 'received') ?? ['received'];
    return askForm({
      title: t('act.complaint'), intro: t('complaint.hint'), submit: t('complaint.submit'),
      send: sender(store, view, 'complaint', complaintBody),
      fields: [
        { name: 'to', kind: 'choice', label: t('complaint.to'), complaint: t('need.text'), options: moves.map((each) => [each, t(`complaint.${each}`)]) },
        ...(moves.includes('classified') ? [{ name: 'grade', kind: 'choice', label: t('complaint.grade'), value: 'simple', options: staff.policy.complaint_grades.map((each) => [each, t(`complaint.grade.${each}`)]) }] : []),
        ...(moves.some((each) => ['decided', 'extension_approved'].includes(each)) ? [{ name: 'text', kind: 'long', label: t('complaint.text'), needed: false }] : []),
      ],
    });
  },
};

function complaintBody({ to, grade, text }) {
  const details = { classified: { grade }, decided: { decision: text }, extension_approved: { reason: text } };
  return { to, ...details[to] };
}

async function colleagues() {
  try { return (await server.call('/agents')).items; } catch (error) {
    notices.wrong(refusalText(error));
    return [];
  }
}

/** Whom a case can go to: colleagues who serve, present ones first, then the other queues. */
async function transferTargets(view) {
  const rank = { online: 0, away: 1, offline: 2 };
  const people = (await colleagues())
    .filter((each) => each.role !== 'inspector' && each.id !== view.holder?.id)
    .toSorted((one, other) => rank[one.presence] - rank[other.presence] || one.load - other.load);
  const named = people.map((each) => [`agent:${each.id}`, `${each.display_name}（${t(`status.${each.presence}`)}，${each.load}/${each.capacity}）`, t('transfer.agent')]);
  return [...named, ...staff.policy.queues.map((each) => [`queue:${each.id}`, each.name, t('transfer.queue')])];
}
