// The words of the staff's pages: one dictionary of [Chinese, English] pairs. What customers, colleagues and the policy
// say is shown as it was said and never translated here.

import { settings } from './settings.js';
import { CASE } from './words-case.js';
import { LEAD } from './words-lead.js';
import { SHARED } from './words-shared.js';

export const WORDS = { ...SHARED, ...CASE, ...LEAD };

/** The text of a key in the desk's language, {name} places filled in; a missing key is shown, so that it is noticed. */
export function t(key, values = {}) {
  const pair = WORDS[key];
  const text = pair ? pair[settings.locale === 'en' ? 1 : 0] : key;
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** The text of a key, or `other` when there is none (for names that come from the policy). */
export function known(key, other) {
  return key in WORDS ? t(key) : other;
}

/** Fill every element that names a key: data-t (text), data-t-label (aria-label), data-t-hint (placeholder). */
export function translate(root = document) {
  for (const node of root.querySelectorAll('[data-t]')) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll('[data-t-label]')) node.setAttribute('aria-label', t(node.dataset.tLabel));
  for (const node of root.querySelectorAll('[data-t-hint]')) node.setAttribute('placeholder', t(node.dataset.tHint));
}
