// What time it is at the server. Deadlines are instants of the server's clock, so a desk computer whose own clock is
// wrong, or that slept, must still count right: the offset is measured again with every answer and nothing is ever
// decremented. `measure` takes the middle of the round trip; a reading with a shorter trip is the better one, unless the
// two cannot both be true, when the later one counts.

const DRIFT_MS = 1500;
const STALE_MS = 120000;

class ServerTime extends EventTarget {
  #offset = 0;
  #trip = Infinity;
  #at = { wall: Date.now(), steady: performance.now() };

  /** Take a reading: the server's clock as it was between `sent` and `received` (both Date.now() of this computer). */
  measure(server, sent, received) {
    const moment = server instanceof Date ? server.getTime() : Date.parse(server);
    if (!Number.isFinite(moment)) return;
    const trip = Math.max(0, received - sent);
    const steady = performance.now();
    const offset = moment - (sent + received) / 2;
    const apart = Math.abs(offset - this.#offset) > (trip + this.#trip) / 2 + DRIFT_MS;
    if (trip > this.#trip && !apart && steady - this.#at.steady < STALE_MS && !this.jumped()) return;
    this.#offset = offset;
    this.#trip = trip;
    this.#at = { wall: Date.now(), steady };
    this.dispatchEvent(new Event('measured'));
  }

  /** Whether there was a reading yet. */
  get known() { return this.#trip !== Infinity; }

  /** Milliseconds since the epoch at the server. */
  now() { return Date.now() + this.#offset; }

  /** How far this computer's clock is from the server's, in seconds; positive when the server is ahead. */
  get offsetSeconds() { return Math.round(this.#offset / 1000); }

  /** True when this computer slept or its clock was set since the last reading, so that a new one is needed. */
  jumped() {
    const wall = Date.now() - this.#at.wall;
    const steady = performance.now() - this.#at.steady;
    return Math.abs(wall - steady) > DRIFT_MS;
  }
}

export const serverTime = new ServerTime();
