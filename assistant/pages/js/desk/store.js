// The desk's memory: the cases this person sees and the one that is open. Lists are read once and kept right by events;
// the open case is read again whenever something happened to it. Draws nothing.
//
// Says: list, view, line {line}, opened, alarm {kind, item, ...}.

import { server } from './server.js';
import { staff } from './staff.js';

const ENDED = ['resolved', 'closed'];
const WAITING = ['opened', 'queued', 'offered', 'transferred', 'reopened'];
const PAGE = 200;
const MOST_PAGES = 5;

export class Store extends EventTarget {
  cases = new Map();
  unread = new Map();
  closed = [];
  openId = null;
  view = null;
  more = false;
  failed = null;
  drafts = new Map();
  #reading = 0;
  #again = null;
  #begun = new Map();

  /** Read the lists and follow the log from there. */
  async load() {
    const found = new Map();
    let [cursor, last] = [null, null];
    for (let page = 0; page < MOST_PAGES && (page === 0 || cursor); page += 1) {
      const query = new URLSearchParams({ limit: PAGE, ...(cursor ? { cursor } : {}) });
      const answer = await server.call(`/cases?${query}`);
      last ??= answer.last_event_id;
      cursor = answer.next_cursor;
      for (const item of answer.items) found.set(item.id, item);
    }
    this.more = cursor !== null;
    this.cases = found;
    this.#say('list');
    staff.stream.start(last);
    if (this.openId) this.refresh();
  }

  async loadClosed() {
    this.closed = (await server.call('/cases?state=closed&limit=30')).items;
    this.#say('list');
  }

  /** Open a case; the answer arrives as `view`. */
  async open(id) {
    const same = this.openId === id;
    this.openId = id;
    this.unread.delete(id);
    if (!same) this.view = null;
    this.#say('list');
    this.#say('opened', { id, same });
    await this.refresh();
  }

  /** Read the open case again; of several readings only the last one counts. */
  async refresh() {
    const [id, turn] = [this.openId, ++this.#reading];
    if (!id) return;
    try {
      const view = await server.call(`/cases/${encodeURIComponent(id)}`);
      if (turn === this.#reading && id === this.openId) this.#take(view);
    } catch (error) {
      if (turn !== this.#reading) return;
      if (error.status === 404) this.#gone(id); else this.#say('failed', { error });
    }
  }

  /**
   * Do something to a case, after whatever was begun on it before; resolves to its view. A `body` that is a function is asked
   * when its turn comes. A refusal that tells of a newer state reads the case again.
   */
  act(id, action, body = {}) {
    const turn = (this.#begun.get(id) ?? Promise.resolve()).then(() => this.#act(id, action, typeof body === 'function' ? body() : body));
    this.#begun.set(id, turn.catch(() => {}));
    return turn;
  }

  async #act(id, action, body) {
    try {
      const view = await server.post(`/cases/${encodeURIComponent(id)}/${action}`, body);
      if (view?.id && id === this.openId) {
        this.#reading += 1;
        this.#take(view);
      } else if (view?.id) this.#keep(view);
      return view;
    } catch (error) {
      if (error.status === 409 || error.status === 403) this.refresh();
      throw error;
    }
  }

  /** Take an event of the live line. */
  take(event) {
    if (event.kind === 'reset') return this.load();
    if (event.kind === 'case_gone') return this.#gone(event.case_id);
    const known = this.cases.get(event.case_id);
    if (event.case) this.#keep(event.case);
    if (event.line) this.#line(event);
    if (event.source === 'case') this.#alarms(event, known);
    if (event.case_id && event.case_id === this.openId) this.#later();
  }

  /** Cases by group, each in its order: gravest first, then longest waiting (or soonest due for those in hand). */
  groups(queue) {
    const wanted = [...this.cases.values()].filter((item) => !queue || item.queue.id === queue);
    const pick = (test, order) => wanted.filter(test).toSorted(order);
    return {
      waiting: pick((item) => WAITING.includes(item.state), byWait),
      mine: pick((item) => this.holds(item) && !ENDED.includes(item.state), byDue),
      others: pick((item) => item.holder && !this.holds(item) && !ENDED.includes(item.state), byDue),
      ended: pick((item) => item.state === 'resolved', byWait),
    };
  }

  holds(item) { return item.holder?.id === staff.me.id; }

  #line(event) {
    if (event.case_id === this.openId || event.conversation_id === this.view?.conversation_id) this.#say('line', { line: event.line });
    else if (event.line.author === 'customer' && this.cases.has(event.case_id)) {
      this.unread.set(event.case_id, (this.unread.get(event.case_id) ?? 0) + 1);
      this.#say('list');
    }
  }

  #alarms(event, known) {
    const item = event.case ?? known;
    if (!item) return;
    const mine = item.mine?.length > 0 || staff.leads();
    const graver = event.kind === 'severity_raised' && event.payload.severity === 3;
    if (item.severity === 3 && ((event.kind === 'queued' && item.transfers === 0) || graver)) this.#say('alarm', { kind: 'major', item });
    if (event.kind === 'deadline_breached' && mine) this.#say('alarm', { kind: 'breach', item, payload: event.payload });
    if (event.kind === 'offered' && item.mine?.includes('offered')) this.#say('alarm', { kind: 'offer', item });
    if (event.kind === 'escalated' && told(event.payload)) this.#say('alarm', { kind: 'escalation', item, payload: event.payload });
  }

  /** One reading for a burst of events. */
  #later() {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.refresh(), 60);
  }

  #take(view) {
    this.view = view;
    this.#keep(view, false);
    this.#say('list');
    this.#say('view');
  }

  #keep(item, say = true) {
    const known = this.cases.get(item.id);
    if (known && known.version > item.version) return;
    if (item.state === 'closed') this.cases.delete(item.id); else this.cases.set(item.id, item);
    if (say) this.#say('list');
  }

  #gone(id) {
    this.cases.delete(id);
    this.unread.delete(id);
    if (id === this.openId) {
      [this.openId, this.view] = [null, null];
      this.#say('view');
    }
    this.#say('list');
  }

  #say(name, detail = {}) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}

function told(payload) {
  return (payload?.recipients ?? []).some((each) => (each?.id ?? each) === staff.me.id);
}

function byWait(one, other) {
  return other.severity - one.severity || since(one) - since(other);
}

function byDue(one, other) {
  return other.severity - one.severity || due(one) - due(other) || since(one) - since(other);
}

function since(item) { return Date.parse(item.waiting_since ?? item.opened_at); }

function due(item) { return item.nearest?.due_at ? Date.parse(item.nearest.due_at) : Number.MAX_SAFE_INTEGER; }
