// Who is at this page: signs in and out, keeps the session and the presence alive, and shows the page only to those
// whose role allows it. A session that ends hides the page but keeps what was typed; the same person goes on where
// she was.

import { el } from '../dom.js';
import { server } from './server.js';
import { settings } from './settings.js';
import { DeskStream } from './stream.js';
import { ticker } from './ticker.js';
import { useZone } from './times.js';
import { t, translate } from './words.js';
import './sign-in.js';

const HEARTBEAT_MS = 20000;
export const PAGES = { cases: '/desk', board: '/desk/board', inspections: '/desk/inspect' };

class Staff extends EventTarget {
  me = null;
  policy = null;
  may = [];
  presence = null;
  stream = new DeskStream();
  #touched = true;
  #ready = null;
  #gate = document.getElementById('gate');
  #app = document.getElementById('app');

  /** Resolves when somebody who may use `part` is signed in and the policy is known. */
  async start(part, titleKey) {
    this.part = part;
    this.titleKey = titleKey;
    this.relabel();
    settings.addEventListener('locale', () => this.relabel());
    for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, () => { this.#touched = true; }, { passive: true, capture: true });
    setInterval(() => this.heartbeat(), HEARTBEAT_MS);
    ticker.addEventListener('woke', () => this.#catchUp());
    addEventListener('online', () => this.#catchUp());
    addEventListener('offline', () => this.stream.renew());
    server.addEventListener('ended', () => this.#lock('sign.ended'));
    const signedIn = new Promise((resolve) => { this.#ready = resolve; });
    try {
      await this.#admit(await server.call('/agent/me'));
    } catch (error) {
      if (error.status !== 401) this.#gateShows(error.status === 0 ? 'error.network' : 'error.server');
    }
    return signedIn;
  }

  leads() { return ['supervisor', 'admin'].includes(this.me?.role); }

  relabel() {
    document.title = t(this.titleKey);
    translate();
  }

  /** A sign of life; `status` changes what colleagues and the router see. */
  async heartbeat(status = null) {
    if (!this.me || this.#app.hidden) return;
    const active = this.#touched || status !== null;
    this.#touched = false;
    try {
      const { presence } = await server.post('/agent/presence', { status, active });
      this.presence = presence;
      this.dispatchEvent(new Event('presence'));
    } catch (error) {
      this.#touched ||= active;
      if (status !== null) throw error;
    }
  }

  async signOut() {
    try { await server.call('/agent/session', { method: 'DELETE' }); } catch { /* gone already, or gone when it expires */ }
    this.stream.stop();
    location.reload();
  }

  /** Called by the form with the answer of a successful sign-in. */
  async signedIn(answer) {
    server.csrf = answer.csrf;
    await this.#admit(await server.call('/agent/me'));
  }

  async #admit(found) {
    if (this.me && this.me.id !== found.agent.id) return location.reload();
    const again = this.me !== null;
    this.me = found.agent;
    this.may = found.may;
    this.presence = found.presence;
    server.csrf = found.csrf;
    if (!this.may.includes(this.part)) return this.#elsewhere();
    this.policy = await server.call('/agent/policy');
    useZone(this.policy.zone);
    this.#gate.hidden = true;
    this.#gate.replaceChildren();
    this.#app.hidden = false;
    this.dispatchEvent(new Event('admitted'));
    this.heartbeat();
    if (again) this.dispatchEvent(new Event('back')); else this.#ready();
    document.getElementById('main').focus({ preventScroll: true });
  }

  #elsewhere() {
    const part = Object.keys(PAGES).find((each) => this.may.includes(each));
    if (part) return location.replace(PAGES[part]);
    this.#gate.replaceChildren(el('main', { class: 'gate' }, el('h1', {}, t('sign.role'))));
    this.#gate.hidden = false;
  }

  #lock(key) {
    if (!this.#gate.hidden) return;
    this.#gateShows(this.me ? key : null);
  }

  #gateShows(key) {
    this.#app.hidden = true;
    const form = el('desk-sign-in');
    form.message = key ? t(key) : '';
    form.onSignedIn = (answer) => this.signedIn(answer);
    this.#gate.replaceChildren(form);
    this.#gate.hidden = false;
    form.focus();
  }

  #catchUp() {
    this.stream.renew();
    this.heartbeat();
  }
}

export const staff = new Staff();
