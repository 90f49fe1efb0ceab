// <desk-bar>: the head of every page of the staff: pages this role may open, the live line, own status, sound,
// language, shortcuts, signing out.

import { button, el } from '../dom.js';
import { alerts } from './alerts.js';
import { notices } from './notices.js';
import { refusalText } from './refusals.js';
import { serverTime } from './server-time.js';
import { settings } from './settings.js';
import { PAGES, staff } from './staff.js';
import { t } from './words.js';

const NAMES = { cases: 'title.desk', board: 'title.board', inspections: 'title.inspect' };
const STATUSES = ['online', 'away', 'offline'];
const SKEW_SECONDS = 20;

class DeskBar extends HTMLElement {
  #line = el('span', { class: 'line', role: 'status' });
  #state = 'connecting';

  connectedCallback() {
    staff.addEventListener('admitted', () => this.draw());
    staff.addEventListener('presence', () => this.#select());
    staff.stream.addEventListener('state', (event) => { this.#state = event.detail; this.#drawLine(); });
    serverTime.addEventListener('measured', () => this.#drawLine());
    settings.addEventListener('locale', () => this.draw());
    settings.addEventListener('sound', () => this.draw());
  }

  draw() {
    if (!staff.me) return;
    const focused = this.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    this.replaceChildren(el('header', { class: 'bar' },
      el('span', { class: 'brand' }, el('img', { src: '/static/img/mark.svg', alt: '', width: 28, height: 28 }), el('span', {}, t('firm'))),
      this.#nav(), this.#line, el('div', { class: 'tools' }, this.#status(), el('div', { class: 'wide' }, this.#small()), this.#menu())));
    this.#drawLine();
    if (focused) [...this.querySelectorAll(`[data-name="${focused}"]`)].find((node) => node.offsetParent)?.focus();
  }

  #nav() {
    const here = staff.part;
    const links = staff.may.filter((part) => part in PAGES).map((part) =>
      el('a', { href: PAGES[part], 'aria-current': part === here ? 'page' : null }, t(NAMES[part])));
    return el('nav', { 'aria-label': t('nav') }, links);
  }

  #small() { return [this.#sound(), this.#help(), this.#language(), this.#who()]; }

  /** The same tools behind one button, for narrow windows. */
  #menu() {
    const menu = el('details', { class: 'more narrow', open: this.querySelector('.narrow')?.open ?? false },
      el('summary', { class: 'tool' }, t('act.more')), el('div', { class: 'menu' }, this.#small()));
    menu.addEventListener('keydown', (event) => { if (event.key === 'Escape') { menu.open = false; menu.firstChild.focus(); } });
    menu.addEventListener('focusout', (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false; });
    return menu;
  }

  #status() {
    if (!staff.may.includes('cases')) return null;
    const now = staff.presence?.status ?? 'online';
    const select = el('select', { 'data-name': 'status', class: `status ${now}`, 'aria-label': t('status.label'), onchange: (event) => this.#say(event.target) },
      STATUSES.map((each) => el('option', { value: each, selected: each === now }, t(`status.${each}`))));
    return select;
  }

  #select() {
    const select = this.querySelector('.status');
    const now = staff.presence?.status;
    if (!select || !now) return;
    select.className = `status ${now}`;
    if (select !== document.activeElement) select.value = now;
  }

  async #say(select) {
    try { await staff.heartbeat(select.value); } catch (error) {
      select.value = staff.presence?.status ?? 'online';
      notices.wrong(refusalText(error));
    }
  }

  #sound() {
    const flip = () => {
      settings.setSound(!settings.sound);
      if (settings.sound) alerts.beep('offer');
    };
    return button(t(settings.sound ? 'sound.on' : 'sound.off'), flip, { class: 'quiet', 'data-name': 'sound', 'aria-pressed': String(settings.sound) });
  }

  #help() {
    if (staff.part !== 'cases') return null;
    return button(t('help'), () => this.dispatchEvent(new CustomEvent('help', { bubbles: true })), { class: 'quiet', 'data-name': 'help', 'aria-keyshortcuts': '?' });
  }

  #language() {
    return button(t('language'), () => settings.setLocale(settings.locale === 'en' ? 'zh-Hans' : 'en'), {
      class: 'quiet', 'data-name': 'language', 'aria-label': `${t('language')}：${t('language.label')}`,
    });
  }

  #who() {
    return el('span', { class: 'who' }, el('span', {}, staff.me.display_name), button(t('sign.out'), () => staff.signOut(), { class: 'quiet', 'data-name': 'out' }));
  }

  #drawLine() {
    const skewed = this.#state === 'open' && Math.abs(serverTime.offsetSeconds) >= SKEW_SECONDS;
    const words = skewed ? t('line.clock') : '';
    const text = t(`line.${this.#state}`);
    if (this.#line.dataset.state === this.#state && this.#line.textContent === text + words) return;
    this.#line.dataset.state = this.#state;
    this.#line.replaceChildren(el('span', { class: 'dot', 'aria-hidden': 'true' }), text, words ? el('span', { class: 'skew' }, words) : '');
  }
}

customElements.define('desk-bar', DeskBar);
