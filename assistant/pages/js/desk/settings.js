// What a member of staff chose on this computer: language, sound, single-key shortcuts. Nothing about customers is kept.

function recall(name) {
  try { return localStorage.getItem(`shouwen.desk.${name}`); } catch { return null; }
}

function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(`shouwen.desk.${name}`); else localStorage.setItem(`shouwen.desk.${name}`, value);
  } catch { /* storage is blocked: the choice holds for this visit */ }
}

class Settings extends EventTarget {
  constructor() {
    super();
    const asked = new URLSearchParams(location.search).get('lang');
    this.locale = (asked ?? recall('locale')) === 'en' ? 'en' : 'zh-Hans';
    this.sound = recall('sound') === 'on';
    this.keys = recall('keys') !== 'off';
    document.documentElement.lang = this.locale;
  }

  setLocale(locale) {
    this.locale = locale === 'en' ? 'en' : 'zh-Hans';
    document.documentElement.lang = this.locale;
    keep('locale', this.locale);
    this.dispatchEvent(new Event('locale'));
  }

  setSound(on) {
    this.sound = on;
    keep('sound', on ? 'on' : null);
    this.dispatchEvent(new Event('sound'));
  }

  setKeys(on) {
    this.keys = on;
    keep('keys', on ? null : 'off');
  }
}

export const settings = new Settings();
