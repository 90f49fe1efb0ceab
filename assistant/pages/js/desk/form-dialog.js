// A small form in a modal dialog: asks, checks that nothing needed is missing, hands the values over, and stays open
// with the reason when the server refuses. Focus returns to where it was.

import { button, el } from '../dom.js';
import { refusalText } from './refusals.js';
import { t } from './words.js';

let count = 0;

/**
 * Ask for values. `fields`: {name, label, kind: 'text' | 'long' | 'choice' | 'pick', options: [[value, text, group?]], hint, needed,
 * value, complaint}. `send(values)` does the work and may throw. Resolves to true when it was done, false when cancelled.
 */
export function askForm({ title, intro, fields, submit, send }) {
  const number = ++count;
  const before = document.activeElement;
  const parts = fields.map((field) => built(field, `ask-${number}-${field.name}`));
  const error = el('p', { class: 'error', role: 'alert' });
  const go = el('button', { type: 'submit', class: 'primary' }, submit);
  const dialog = el('dialog', { class: 'ask', 'aria-labelledby': `ask-${number}` });
  return new Promise((resolve) => {
    let done = false;
    const form = el('form', { novalidate: true, onsubmit: (event) => { event.preventDefault(); run(); } },
      el('h2', { id: `ask-${number}` }, title), intro ? el('p', { class: 'hint' }, intro) : null, parts.map((part) => part.node), error,
      el('div', { class: 'dialog-actions' }, button(t('cancel'), () => dialog.close(), {}), go));
    form.addEventListener('keydown', (event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); } });
    async function run() {
      if (go.disabled) return;
      const missing = parts.find((part) => part.missing());
      for (const part of parts) part.mark(part === missing);
      error.textContent = missing ? missing.complaint : '';
      if (missing) return missing.focus();
      go.disabled = true;
      try {
        await send(Object.fromEntries(parts.map((part) => [part.name, part.value()])));
        done = true;
        dialog.close();
      } catch (refusal) {
        error.textContent = refusalText(refusal);
      } finally { go.disabled = false; }
    }
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(done);
    });
    dialog.append(form);
    document.body.append(dialog);
    dialog.showModal();
    parts[0]?.focus();
  });
}

function built(field, id) {
  const common = { name: field.name, complaint: field.complaint ?? t('need.text') };
  return field.kind === 'choice' ? choice(field, id, common) : input(field, id, common);
}

function input(field, id, common) {
  const node = { long: () => el('textarea', { id, rows: 4, maxlength: 2000 }), pick: () => picker(field, id), text: () => el('input', { id, maxlength: 200 }) }[field.kind]();
  if (field.value) node.value = field.value;
  const hint = field.hint ? el('span', { class: 'hint', id: `${id}-hint` }, field.hint) : null;
  if (hint) node.setAttribute('aria-describedby', hint.id);
  return {
    ...common, node: el('div', { class: 'field' }, el('label', { for: id }, field.label), hint, node),
    value: () => node.value.trim(), missing: () => field.needed !== false && !node.value.trim(),
    mark: (wrong) => node.setAttribute('aria-invalid', String(wrong)), focus: () => node.focus(),
  };
}

function picker(field, id) {
  const groups = new Map();
  for (const [value, text, group = ''] of field.options) groups.set(group, [...(groups.get(group) ?? []), el('option', { value }, text)]);
  return el('select', { id }, el('option', { value: '' }, t('transfer.choose')),
    [...groups].map(([label, options]) => (label ? el('optgroup', { label }, options) : options)));
}

function choice(field, id, common) {
  const boxes = field.options.map(([value, text]) => el('input', { type: 'radio', name: id, id: `${id}-${value}`, value, checked: value === field.value, 'data-text': text }));
  const node = el('fieldset', { class: 'field' }, el('legend', {}, field.label), boxes.map((box) => el('label', { class: 'check', for: box.id }, box, box.dataset.text)));
  return {
    ...common, node, value: () => boxes.find((box) => box.checked)?.value ?? '',
    missing: () => field.needed !== false && !boxes.some((box) => box.checked), mark: () => {}, focus: () => (boxes.find((box) => box.checked) ?? boxes[0])?.focus(),
  };
}
