// What a visitor chose for both pages: language, large-type mode, text size. Kept in this browser, applied to <html>.

export const LOCALES = ['zh-Hans', 'zh-Hant', 'en'];
export const TEXT_SIZES = [16, 18, 20, 24, 30];
const SENIOR_LEAST = 20;

const memory = new Map();

/** Read a kept value; falls back to this visit's memory where storage is blocked. */
export function recall(name) {
  try { return localStorage.getItem(`shouwen.${name}`) ?? memory.get(name) ?? null; } catch { return memory.get(name) ?? null; }
}

/** Keep a value, or forget it with null. */
export function keep(name, value) {
  if (value === null) memory.delete(name); else memory.set(name, value);
  try {
    if (value === null) localStorage.removeItem(`shouwen.${name}`); else localStorage.setItem(`shouwen.${name}`, value);
  } catch { /* storage is full or blocked; memory holds it for this visit */ }
}

function localeOf(tag) {
  const lower = tag.toLowerCase();
  if (lower.startsWith('zh')) return /hant|tw|hk|mo/.test(lower) ? 'zh-Hant' : 'zh-Hans';
  return lower.startsWith('en') ? 'en' : null;
}

function asked(name) {
  return new URLSearchParams(location.search).get(name);
}

function firstLocale() {
  const wanted = [asked('lang'), recall('locale'), ...(navigator.languages ?? [])];
  return wanted.map((tag) => tag && localeOf(tag)).find(Boolean) ?? 'zh-Hans';
}

class Preferences extends EventTarget {
  #locale = firstLocale();
  #mode = (asked('mode') ?? recall('mode')) === 'senior' ? 'senior' : 'standard';
  #textSize = TEXT_SIZES.includes(Number(recall('textSize'))) ? Number(recall('textSize')) : 16;

  constructor() {
    super();
    if (this.senior) this.#textSize = Math.max(this.#textSize, SENIOR_LEAST);
    this.#apply();
  }

  get locale() { return this.#locale; }
  get mode() { return this.#mode; }
  get senior() { return this.#mode === 'senior'; }
  get textSize() { return this.#textSize; }

  set locale(value) {
    this.#locale = LOCALES.includes(value) ? value : 'zh-Hans';
    this.#changed('locale', this.#locale);
  }

  set mode(value) {
    this.#mode = value === 'senior' ? 'senior' : 'standard';
    this.#textSize = this.senior ? Math.max(this.#textSize, SENIOR_LEAST) : 16;
    keep('textSize', String(this.#textSize));
    this.#changed('mode', this.#mode);
  }

  set textSize(value) {
    this.#textSize = TEXT_SIZES.includes(value) ? value : this.#textSize;
    this.#changed('textSize', String(this.#textSize));
  }

  /** The next size up or down, or null at the end; large-type mode does not go below its own size. */
  neighbour(step) {
    const next = TEXT_SIZES[TEXT_SIZES.indexOf(this.#textSize) + step] ?? null;
    return next !== null && this.senior && next < SENIOR_LEAST ? null : next;
  }

  #changed(name, value) {
    keep(name, value);
    this.#apply();
    this.dispatchEvent(new Event('change'));
  }

  #apply() {
    const root = document.documentElement;
    root.lang = this.#locale;
    root.dataset.mode = this.#mode;
    root.dataset.text = String(this.#textSize);
  }
}

export const preferences = new Preferences();
