// Messages written but not yet taken by the server. Kept in this browser, so that closing it or losing the line loses
// none; each keeps its client_message_id, so that sending twice is one message.

import { keep, recall } from './preferences.js';

/** An id that is random also where crypto.randomUUID is missing (plain http on a local network). */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The waiting items in the order they were written: {id, kind: 'message' | 'handoff', text, at}. */
export class Outbox {
  all() {
    try {
      const found = JSON.parse(recall('outbox') ?? '[]');
      return Array.isArray(found) ? found : [];
    } catch { return []; }
  }

  add(kind, text = '') {
    const item = { id: newId(), kind, text, at: new Date().toISOString() };
    this.#write([...this.all(), item]);
    return item;
  }

  remove(id) { this.#write(this.all().filter((item) => item.id !== id)); }

  clear() { this.#write([]); }

  #write(items) { keep('outbox', items.length ? JSON.stringify(items) : null); }
}

/** Run `work` while no other tab of this browser does; directly where locks are not offered. */
export function alone(work) {
  return navigator.locks ? navigator.locks.request('shouwen.outbox', work) : work();
}
