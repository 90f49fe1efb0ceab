// The inspector's two forms: the review with its checklist and the trace of the problem, and the promotion of a scored
// conversation to an evaluation case. A form says which answer is missing and goes there.

import { el } from '../dom.js';
import { t } from './words.js';

const VERDICT = [['root_cause', 'root_causes'], ['process_step', 'process_steps'], ['responsible', 'responsible']];
const ACTIONS = ['answer', 'clarify', 'collect', 'handoff', 'decline'];

/** The review form; `send(body)` resolves to null, or to why it was refused. */
export function reviewForm(action, policy, send) {
  const items = policy.checklist.map((item) => yesNo(item));
  const picks = VERDICT.map(([name, choices]) => [name, pick(`verdict-${name}`, policy[choices])]);
  const comment = el('textarea', { id: 'verdict-comment', rows: 3, maxlength: 2000 });
  const score = el('p', { class: 'score', role: 'status' });
  const count = () => {
    const answered = items.filter((item) => item.value() !== null);
    score.textContent = t('inspect.score.now', { met: answered.filter((item) => item.value()).length, answered: answered.length, all: items.length });
  };
  count();
  const check = () => items.find((item) => item.value() === null)?.first ?? picks.find(([, node]) => !node.value)?.[1] ?? null;
  const body = () => ({ answers: Object.fromEntries(items.map((item) => [item.id, item.value()])), ...Object.fromEntries(picks.map(([name, node]) => [name, node.value])), comment: comment.value.trim() });
  const form = built(t(`inspect.${action}`), t(`inspect.${action}.submit`), check, body, send, [
    el('h4', {}, t('inspect.checklist')), items.map((item) => item.node), score,
    el('h4', {}, t('inspect.trace')), picks.map(([name, node]) => el('div', { class: 'field' }, el('label', { for: node.id }, t(`verdict.${name}`)), node)),
    el('div', { class: 'field' }, el('label', { for: comment.id }, t('inspect.comment')), comment),
  ]);
  form.addEventListener('change', count);
  return form;
}

/** The promotion form: what the product should have done. */
export function promoteForm(found, send) {
  const action = pick('expected-action', ACTIONS, (each) => t(`action.${each}`));
  const severity = pick('expected-severity', ['1', '2', '3'], (each) => t(`severity.${each}`));
  const intent = el('input', { id: 'expected-intent', maxlength: 60, autocomplete: 'off', spellcheck: 'false' });
  const body = () => ({ expected: { action: action.value, severity: Number(severity.value), ...(intent.value.trim() ? { intent: intent.value.trim() } : {}) } });
  return built(t('inspect.promote'), t('inspect.promote.submit'), () => [action, severity].find((node) => !node.value) ?? null, body, send, [
    el('p', { class: 'hint' }, t('inspect.promote.hint')),
    [[action, 'expected.action'], [severity, 'expected.severity'], [intent, 'expected.intent']].map(([node, key]) => el('div', { class: 'field' }, el('label', { for: node.id }, t(key)), node)),
  ]);
}

function built(title, submit, check, body, send, children) {
  const error = el('p', { class: 'error', role: 'alert' });
  const go = el('button', { class: 'primary', type: 'submit' }, submit);
  const form = el('form', { novalidate: true, class: 'review-form', onsubmit: async (event) => {
    event.preventDefault();
    const missing = check();
    error.textContent = missing ? t('inspect.missing') : '';
    if (missing) {
      form.dataset.touched = 'yes'; // an event must not draw the form anew and take the complaint away
      return missing.focus();
    }
    go.disabled = true;
    delete form.dataset.touched;
    error.textContent = (await send(body())) ?? '';
    go.disabled = false;
  } }, el('h3', {}, title), children, error, go);
  form.addEventListener('input', () => { form.dataset.touched = 'yes'; });
  return form;
}

function yesNo(item) {
  const boxes = [true, false].map((yes) => el('input', { type: 'radio', name: `check-${item.id}`, id: `check-${item.id}-${yes}`, value: String(yes) }));
  const node = el('fieldset', { class: 'check-item' }, el('legend', {}, item.text), boxes.map((box, place) => el('label', { class: 'check', for: box.id }, box, t(place ? 'no' : 'yes'))));
  return { id: item.id, node, first: boxes[0], value: () => { const box = boxes.find((each) => each.checked); return box ? box.value === 'true' : null; } };
}

function pick(id, choices, name = (each) => each) {
  return el('select', { id }, el('option', { value: '' }, t('transfer.choose')), choices.map((each) => el('option', { value: each }, name(each))));
}
