// <sw-toolbar>: large-type switch, language, and a small menu (text size, the other page, print, page-specific entries).

import { button, el } from './dom.js';
import { t } from './i18n.js';
import { preferences } from './preferences.js';

const LANGUAGES = [['zh-Hans', '简', '简体中文'], ['zh-Hant', '繁', '繁體中文'], ['en', 'EN', 'English']];

class Toolbar extends HTMLElement {
  /** Extra menu entries: [{key, onclick}]. */
  entries = [];

  connectedCallback() {
    this.draw();
    preferences.addEventListener('change', () => this.draw());
    document.addEventListener('click', (event) => {
      const menu = this.querySelector('details');
      if (menu?.open && !menu.contains(event.target) && event.target.isConnected) menu.open = false;
    });
    this.addEventListener('keydown', (event) => {
      const menu = this.querySelector('details');
      if (event.key !== 'Escape' || !menu?.open) return;
      menu.open = false;
      menu.querySelector('summary').focus();
    });
  }

  /** Redraw, keeping the menu open and the focus where it was. */
  draw() {
    const open = this.querySelector('details')?.open ?? false;
    const focused = this.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    this.replaceChildren(this.#seniorSwitch(), this.#languages('languages beside'), this.#menu(open));
    const again = [...this.querySelectorAll(`[data-name="${focused}"]`)].find((node) => !node.disabled && node.offsetParent);
    if (focused) (again ?? this.querySelector('summary')).focus();
  }

  #seniorSwitch() {
    const key = preferences.senior ? 'senior.off' : 'senior.on';
    return button(t(key), () => { preferences.mode = preferences.senior ? 'standard' : 'senior'; }, { class: 'tool senior', 'data-name': 'senior' });
  }

  #languages(kind) {
    return el('div', { class: kind, role: 'group', 'aria-label': t('language') }, LANGUAGES.map(([locale, short, name]) =>
      button(short, () => { preferences.locale = locale; }, {
        class: 'tool', lang: locale, title: name, 'aria-label': `${short} ${name}`, 'data-name': locale,
        'aria-pressed': String(preferences.locale === locale),
      })));
  }

  #textSizes() {
    const step = (direction, sign, key) => button(sign, () => { preferences.textSize = preferences.neighbour(direction); }, {
      class: 'tool', 'aria-label': `${sign} ${t(key)}`, 'data-name': key, disabled: preferences.neighbour(direction) === null,
    });
    return el('div', { class: 'sizes', role: 'group', 'aria-label': t('text.label') },
      step(-1, 'A−', 'text.smaller'), el('span', { role: 'status', class: 'size-now' }, t('text.now', { size: preferences.textSize })),
      step(1, 'A＋', 'text.larger'));
  }

  #menu(open) {
    const other = location.pathname.startsWith('/fees') ? ['/', 'to.chat'] : ['/fees', 'to.fees'];
    const entry = ({ key, onclick }) => button(t(key), () => { this.querySelector('details').open = false; onclick(); }, { class: 'item', 'data-name': key });
    return el('details', { class: 'more', open }, el('summary', { class: 'tool', 'data-name': 'more' }, t('more')),
      el('div', { class: 'menu' }, this.#languages('languages inside'), this.#textSizes(),
        el('a', { class: 'item', href: other[0], 'data-name': 'other' }, t(other[1])),
        [...this.entries, { key: 'print', onclick: () => window.print() }].map(entry),
        el('p', { class: 'hotline' }, t('hotline'))));
  }
}

customElements.define('sw-toolbar', Toolbar);

/** Open every fold for printing and put them back afterwards. */
export function printUnfolded() {
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('main details:not([open])')];
    for (const fold of opened) fold.open = true;
  });
  addEventListener('afterprint', () => { for (const fold of opened) fold.open = false; });
}
