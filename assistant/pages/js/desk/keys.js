// Single-key shortcuts of the desk. They rest while somebody types or a dialog is open, and can be switched off.

import { el, button } from '../dom.js';
import { settings } from './settings.js';
import { t } from './words.js';

const TYPING = 'input, textarea, select, [contenteditable]';
export const LIST = [
  [['j', 'k'], 'help.move'], [['Enter'], 'help.open'], [['c'], 'help.claim'], [['r'], 'help.reply'], [['n'], 'help.note'],
  [['Ctrl+Enter'], 'help.send'], [['1', '2', '3'], 'help.panes'], [['Esc'], 'help.leave'], [['?'], 'help.this'],
];

/** Listen for keys; `does` maps a key to what it does. */
export function listen(does) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector('dialog[open]') || document.getElementById('app').hidden) return;
    const typing = event.target.closest?.(TYPING);
    if (event.key === 'Escape' && typing && !event.defaultPrevented) return does.Escape?.();
    if (typing || !settings.keys || !(event.key in does) || event.key === 'Escape') return;
    event.preventDefault();
    does[event.key]();
  });
}

/** The dialog that lists them. */
export function showHelp() {
  if (document.querySelector('dialog[open]')) return;
  const before = document.activeElement;
  const flip = el('input', { type: 'checkbox', id: 'keys-on', checked: settings.keys, onchange: (event) => settings.setKeys(event.target.checked) });
  const dialog = el('dialog', { class: 'ask help', 'aria-labelledby': 'help-title' },
    el('h2', { id: 'help-title' }, t('help.title')), el('p', { class: 'hint' }, t('help.how')),
    el('dl', { class: 'keys' }, LIST.map(([keys, text]) => [el('dt', {}, keys.map((key) => el('kbd', {}, key))), el('dd', {}, t(text))])),
    el('label', { class: 'check', for: 'keys-on' }, flip, t('help.switch')),
    el('div', { class: 'dialog-actions' }, button(t('close'), () => dialog.close(), { class: 'primary' })));
  dialog.addEventListener('close', () => { dialog.remove(); if (before?.isConnected) before.focus(); });
  document.body.append(dialog);
  dialog.showModal();
}
