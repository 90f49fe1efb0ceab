// Server-sent events over fetch, because the token travels in the Authorization header. Reconnects with growing pauses
// and resumes after the last event seen, so a dropped line loses nothing.

const SILENCE_MS = 50000;
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15000, 30000];
const LOST = [401, 403, 404, 410];

/** Parse a text/event-stream body: yields {id, event, data}, and null for a comment (a sign of life). */
export async function* parseEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let item = { id: null, event: 'message', data: [] };
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === '') {
        if (item.data.length) yield { ...item, data: item.data.join('\n') };
        item = { id: null, event: 'message', data: [] };
      } else if (line.startsWith(':')) {
        yield null;
      } else {
        const [, name, text = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line);
        if (name === 'data') item.data.push(text);
        else if (name === 'event') item.event = text;
        else if (name === 'id' && !text.includes('\0')) item.id = text;
      }
    }
  }
}

/** Follows one conversation. onEvent({kind, ...}); onState('connecting' | 'open' | 'waiting' | 'lost'). */
export class EventStream {
  #options;
  #abort = null;
  #stopped = false;
  #wake = () => {};

  constructor(options) {
    this.#options = options;
    this.lastId = options.lastId ?? null;
  }

  start() {
    this.#run();
    return this;
  }

  stop() {
    this.#stopped = true;
    this.#abort?.abort();
    this.#wake();
  }

  /** Try again now instead of after the pause. */
  wake() { this.#wake(); }

  async #run() {
    let failures = 0;
    while (!this.#stopped) {
      this.#options.onState('connecting');
      const began = performance.now();
      try {
        if (!(await this.#follow())) return;
      } catch { /* the line broke; try again below */ }
      if (this.#stopped) return;
      failures = performance.now() - began > PAUSES_MS.at(-1) ? 0 : failures + 1;
      this.#options.onState('waiting');
      await this.#pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1] ?? PAUSES_MS[0]);
    }
  }

  /** One connection until it ends; false when the conversation is no longer ours. */
  async #follow() {
    this.#abort = new AbortController();
    const { url, token, onEvent, onState } = this.#options;
    const headers = { Accept: 'text/event-stream', Authorization: `Bearer ${token}` };
    if (this.lastId !== null) headers['Last-Event-ID'] = this.lastId;
    const response = await fetch(url, { headers, signal: this.#abort.signal, cache: 'no-store', credentials: 'omit' });
    if (LOST.includes(response.status)) {
      onState('lost');
      return false;
    }
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    onState('open');
    let silence = setTimeout(() => this.#abort.abort(), SILENCE_MS);
    try {
      for await (const item of parseEvents(response.body)) {
        clearTimeout(silence);
        silence = setTimeout(() => this.#abort.abort(), SILENCE_MS);
        if (item) this.#take(item, onEvent);
      }
    } finally { clearTimeout(silence); }
    return true;
  }

  #take(item, onEvent) {
    let data;
    try { data = JSON.parse(item.data); } catch { return; }
    if (item.id !== null) this.lastId = item.id;
    onEvent({ kind: item.event, ...data });
  }

  async #pause(ms) {
    const spread = ms * (0.8 + Math.random() * 0.4);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, spread);
      this.#wake = () => { clearTimeout(timer); resolve(); };
    });
    this.#wake = () => {};
  }
}
