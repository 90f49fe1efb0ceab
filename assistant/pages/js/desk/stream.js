// The desk's live line: server-sent events over fetch with the session cookie. Resumes after the last event seen, waits
// longer after each failure, and takes silence for a broken line, so that a sleeping computer or a proxy loses nothing.

import { parseEvents } from '../event-stream.js';
import { server } from './server.js';

const SILENCE_MS = 45000;
const PAUSES_MS = [300, 1000, 2000, 4000, 8000, 15000, 30000];

/** Says `event` {kind, ...}, and `state` connecting | open | waiting | lost. */
export class DeskStream extends EventTarget {
  #abort = null;
  #running = false;
  #hurry = false;
  #wake = () => {};
  lastId = null;

  /** Follow from the event after `lastId`; a running stream only notes the id. */
  start(lastId) {
    if (lastId !== undefined && lastId !== null) this.lastId = String(lastId);
    if (!this.#running) this.#run();
  }

  stop() {
    this.#running = false;
    this.#abort?.abort();
    this.#wake();
  }

  /** Drop the present connection, which may be dead, and connect afresh. */
  renew() {
    this.#hurry = true;
    this.#abort?.abort();
    this.#wake();
  }

  async #run() {
    this.#running = true;
    let failures = 0;
    while (this.#running) {
      this.#say('state', 'connecting');
      const began = performance.now();
      try {
        if (!(await this.#follow())) break;
      } catch { /* the line broke; again below */ }
      if (!this.#running) break;
      failures = performance.now() - began > SILENCE_MS ? 1 : failures + 1;
      this.#say('state', 'waiting');
      if (!this.#hurry) await this.#pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1]);
      this.#hurry = false;
    }
    this.#running = false;
  }

  /** One connection until it ends; false when the session is over. */
  async #follow() {
    this.#abort = new AbortController();
    const headers = { Accept: 'text/event-stream' };
    if (this.lastId !== null) headers['Last-Event-ID'] = this.lastId;
    const response = await fetch('/v1/agent/events', { headers, signal: this.#abort.signal, cache: 'no-store', credentials: 'same-origin' });
    if (response.status === 401 || response.status === 403) return this.#ended(response.status);
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    this.#say('state', 'open');
    let silence = setTimeout(() => this.#abort.abort(), SILENCE_MS);
    try {
      for await (const item of parseEvents(response.body)) {
        clearTimeout(silence);
        silence = setTimeout(() => this.#abort.abort(), SILENCE_MS);
        if (item && !this.#take(item)) return false;
      }
    } finally { clearTimeout(silence); }
    return true;
  }

  #take(item) {
    let data;
    try { data = JSON.parse(item.data); } catch { return true; }
    if (item.event === 'session_ended') return this.#ended(401);
    if (item.id) this.lastId = item.id;
    this.#say('event', { ...data, kind: item.event });
    return true;
  }

  #ended(status) {
    this.#say('state', 'lost');
    if (status === 401) server.dispatchEvent(new Event('ended'));
    return false;
  }

  async #pause(ms) {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, ms * (0.8 + Math.random() * 0.4));
      this.#wake = () => { clearTimeout(timer); resolve(); };
    });
    this.#wake = () => {};
  }

  #say(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}
