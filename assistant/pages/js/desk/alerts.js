// Calls for attention: a short tone (only when the member of staff switched sound on) and a count in the page's title
// until somebody looks.

import { settings } from './settings.js';
import { t } from './words.js';

const TONES = { major: [880, 660, 880], breach: [520, 390], offer: [660, 880] };
const NOTE_SECONDS = 0.14;

class Alerts {
  #context = null;
  #count = 0;

  constructor() {
    addEventListener('focus', () => this.seen());
    document.addEventListener('visibilitychange', () => { if (!document.hidden && document.hasFocus()) this.seen(); });
    document.addEventListener('pointerdown', () => this.seen());
  }

  /** Sound and title for one new matter. */
  call(kind) {
    if (settings.sound) this.beep(kind);
    this.#count += 1;
    this.#title();
  }

  seen() {
    if (!this.#count) return;
    this.#count = 0;
    this.#title();
  }

  beep(kind) {
    try {
      this.#context ??= new AudioContext();
      this.#context.resume();
      TONES[kind].forEach((pitch, place) => this.#note(pitch, this.#context.currentTime + place * NOTE_SECONDS));
    } catch { /* no sound device; the words and the title remain */ }
  }

  #note(pitch, at) {
    const tone = this.#context.createOscillator();
    const volume = this.#context.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_SECONDS);
    tone.connect(volume).connect(this.#context.destination);
    tone.start(at);
    tone.stop(at + NOTE_SECONDS);
  }

  #title() {
    const bare = document.title.replace(/^[（(]\d+[)）]\s*/, '');
    document.title = this.#count ? t('alert.title', { count: this.#count }) + bare : bare;
  }
}

export const alerts = new Alerts();
