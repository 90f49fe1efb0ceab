// One beat a second for everything that counts on the page. A beat that comes late by much means the computer slept:
// listeners of `woke` fetch what they missed.

const BEAT_MS = 1000;
const SLEPT_MS = 15000;

class Ticker extends EventTarget {
  #last = Date.now();

  constructor() {
    super();
    setInterval(() => this.beat(), BEAT_MS);
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.beat(); });
  }

  beat() {
    const gap = Date.now() - this.#last;
    this.#last = Date.now();
    if (Math.abs(gap) > SLEPT_MS) this.dispatchEvent(new Event('woke'));
    this.dispatchEvent(new Event('beat'));
  }
}

export const ticker = new Ticker();
