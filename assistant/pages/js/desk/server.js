// The staff API over the session cookie: JSON in and out, the CSRF token with every change, one error type, and a
// reading of the server's clock from every answer. Says `ended` when the session is over.

import { ApiError } from '../api.js';
import { serverTime } from './server-time.js';

const PATIENCE_MS = 20000;
const HALF_SECOND = 500; // the Date header is cut to whole seconds

class Server extends EventTarget {
  csrf = null;

  /** Call `path` below /v1; resolves to the parsed body (null for 204). Rejects with ApiError. */
  async call(path, { method = 'GET', body } = {}) {
    const headers = { Accept: 'application/json' };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (method !== 'GET' && this.csrf) headers['X-CSRF-Token'] = this.csrf;
    const { response, parsed } = await this.#fetch(`/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    if (response.ok) return parsed;
    const error = new ApiError(response.status, parsed ?? {}, Number(response.headers.get('Retry-After')) || null);
    if (response.status === 401 && path !== '/agent/session') this.dispatchEvent(new Event('ended'));
    throw error;
  }

  post(path, body = {}) { return this.call(path, { method: 'POST', body }); }

  async #fetch(path, options) {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
    const sent = Date.now();
    try {
      const response = await fetch(path, { ...options, signal: patience.signal, cache: 'no-store', credentials: 'same-origin' });
      const received = Date.now();
      const parsed = await response.json().catch(() => null);
      this.#time(response, parsed, sent, received);
      return { response, parsed };
    } catch {
      throw new ApiError(0);
    } finally { clearTimeout(timer); }
  }

  #time(response, parsed, sent, received) {
    const date = Date.parse(response.headers.get('Date') ?? '');
    if (parsed?.now) serverTime.measure(parsed.now, sent, received);
    else if (!serverTime.known && Number.isFinite(date)) serverTime.measure(new Date(date + HALF_SECOND), sent, received + 2 * HALF_SECOND);
  }
}

export const server = new Server();
