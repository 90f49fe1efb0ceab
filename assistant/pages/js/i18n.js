// The page's own words in the visitor's language. What customers, agents and the engine say is never translated here.

import { preferences } from './preferences.js';
import { SHARED } from './strings-shared.js';

let dictionaries = SHARED;

/** Add a page's dictionary ({locale: {key: text}}) to the shared one. */
export function useDictionary(own) {
  dictionaries = Object.fromEntries(Object.entries(SHARED).map(([locale, words]) => [locale, { ...words, ...own[locale] }]));
}

/** The text of a key with {name} places filled in; the key itself when it is missing, so that it is noticed. */
export function t(key, values = {}) {
  const text = dictionaries[preferences.locale][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** Fill every element that names a key: data-t (text), data-t-label (aria-label), data-t-hint (placeholder). */
export function translatePage(root = document) {
  for (const node of root.querySelectorAll('[data-t]')) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll('[data-t-label]')) node.setAttribute('aria-label', t(node.dataset.tLabel));
  for (const node of root.querySelectorAll('[data-t-hint]')) node.setAttribute('placeholder', t(node.dataset.tHint));
}

/** Translate now and whenever the visitor picks another language; `again` redraws what the page built itself. */
export function keepTranslated(titleKey, again = () => {}) {
  const run = () => {
    document.title = t(titleKey);
    translatePage();
    again();
  };
  run();
  preferences.addEventListener('change', run);
}
