// The customer's side of one conversation: created on the first message, resumed from this browser's memory, sent from
// an outbox in order, and followed live. Says what happens by events; draws nothing.
//
// Events: event {server event}, queued {item}, delivered {item, answer}, waiting {item, error}, refused {item, error},
// busy {on}, connection {state}, expired, cleared.

import { call } from './api.js';
import { EventStream } from './event-stream.js';
import { Outbox, alone } from './outbox.js';
import { keep, preferences, recall } from './preferences.js';

const RETRY_MS = [1000, 2000, 4000, 8000, 15000, 30000];
const GONE = [401, 403, 404, 410];

export class Conversation extends EventTarget {
  outbox = new Outbox();
  #known = this.#remembered();
  #stream = null;
  #flushing = false;
  #failures = 0;
  #retry = null;

  get known() { return this.#known !== null; }

  /** Take up the conversation this browser remembers; resolves to its events, or null when there is none any more. */
  async resume() {
    if (!this.#known) return null;
    let found;
    try {
      found = await call(this.#path(), { token: this.#known.token });
    } catch (error) {
      if (!GONE.includes(error.status)) throw error;
      this.#forget();
      this.#say('expired');
      return null;
    }
    this.#follow(found.events.at(-1)?.id ?? null);
    return found;
  }

  /** Write a message; it is delivered now, or when the line is back. */
  send(text) { return this.#enqueue('message', text); }

  /** Ask for a person; waits in the outbox like a message, so that it cannot get lost. */
  callPerson() {
    const waiting = this.outbox.all().find((item) => item.kind === 'handoff');
    if (waiting) { this.flush(); return waiting; }
    return this.#enqueue('handoff');
  }

  /** Let the assistant know that the large-type page is on or off, so that it answers shorter; best effort. */
  async tellMode() {
    if (!this.#known || this.#known.mode === preferences.mode) return;
    this.#known.mode = preferences.mode;
    keep('conversation', JSON.stringify(this.#known));
    try {
      await call(`${this.#path()}/mode`, { method: 'PUT', token: this.#known.token, body: { mode: preferences.mode } });
    } catch { /* the page itself has changed already; the next conversation starts in this mode */ }
  }

  async rate(score, comment) {
    const body = comment ? { score, comment } : { score };
    return call(`${this.#path()}/rating`, { method: 'POST', token: this.#known?.token, body });
  }

  /** Forget this conversation here; the next message starts another. */
  startOver() {
    clearTimeout(this.#retry);
    this.outbox.clear();
    this.#forget();
    this.#say('cleared');
  }

  /** Try again at once: the line is back, or the customer asks for it. */
  wake() {
    this.#stream?.wake();
    return this.flush();
  }

  /** Deliver what waits, in order, one at a time. */
  async flush() {
    if (this.#flushing || !this.outbox.all().length) return;
    this.#flushing = true;
    clearTimeout(this.#retry);
    this.#say('busy', { on: true });
    try { await alone(() => this.#deliverAll()); } finally {
      this.#flushing = false;
      this.#say('busy', { on: false });
    }
  }

  #enqueue(kind, text) {
    const item = this.outbox.add(kind, text);
    this.#say('queued', { item });
    this.flush();
    return item;
  }

  async #deliverAll() {
    let renewed = false;
    for (let item = this.outbox.all()[0]; item; item = this.outbox.all()[0]) {
      try {
        const answer = await this.#deliver(item);
        this.#failures = 0;
        this.outbox.remove(item.id);
        this.#say('delivered', { item, answer });
      } catch (error) {
        if (error.status !== undefined && GONE.includes(error.status) && !renewed) {
          renewed = true;
          this.#forget();
          this.#say('expired');
        } else if (error.passing) {
          this.#say('waiting', { item, error });
          this.#later(error.retryAfter);
          return;
        } else {
          this.outbox.remove(item.id);
          this.#say('refused', { item, error });
        }
      }
    }
  }

  async #deliver(item) {
    if (!this.#known) await this.#begin();
    const { token } = this.#known;
    if (item.kind === 'handoff') return call(`${this.#path()}/handoff`, { method: 'POST', token, body: {} });
    return call(`${this.#path()}/messages`, { method: 'POST', token, body: { text: item.text, client_message_id: item.id } });
  }

  /** Another tab may have begun it meanwhile; otherwise begin it here. */
  async #begin() {
    this.#known = this.#remembered();
    if (this.#known) {
      this.#follow(null);
      return;
    }
    const body = { channel: 'web', locale: preferences.locale, mode: preferences.mode };
    const { conversation_id: id, token } = await call('/v1/conversations', { method: 'POST', body });
    this.#known = { id, token, mode: preferences.mode };
    keep('conversation', JSON.stringify(this.#known));
    this.#follow(null);
  }

  #later(seconds) {
    const wait = seconds ? seconds * 1000 : RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#retry = setTimeout(() => this.flush(), wait);
  }

  #follow(lastId) {
    this.#stream?.stop();
    this.#stream = new EventStream({
      url: `${this.#path()}/events`, token: this.#known.token, lastId,
      onEvent: (event) => this.#say('event', event),
      onState: (state) => {
        this.#say('connection', { state });
        if (state === 'open') this.flush();
      },
    }).start();
  }

  #forget() {
    this.#stream?.stop();
    this.#stream = null;
    this.#known = null;
    keep('conversation', null);
  }

  #remembered() {
    try {
      const found = JSON.parse(recall('conversation') ?? 'null');
      return typeof found?.id === 'string' && typeof found?.token === 'string' ? found : null;
    } catch { return null; }
  }

  #path() { return `/v1/conversations/${encodeURIComponent(this.#known?.id ?? '')}`; }

  #say(name, detail = {}) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}
