// Figures and times as people read them. Amounts arrive as decimal text and are rounded as text, never as floats.

import { preferences } from './preferences.js';

/** Decimal text rounded half up to `places` decimals. */
export function rounded(text, places) {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(String(text).trim());
  if (!match) return String(text);
  const [, sign, whole, fraction = ''] = match;
  const digits = BigInt(whole + fraction.padEnd(places + 1, '0').slice(0, places + 1));
  const half = String((digits + 5n) / 10n).padStart(places + 1, '0');
  const result = places ? `${half.slice(0, -places)}.${half.slice(-places)}` : half;
  return /[1-9]/.test(result) ? sign + result : result;
}

/** 12864.00 -> ¥12,864.00 */
export function yuan(text) {
  const [whole, fraction] = rounded(text, 2).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return grouped.startsWith('-') ? `-¥${grouped.slice(1)}.${fraction}` : `¥${grouped}.${fraction}`;
}

/** 13.841785 -> 13.84% */
export function percent(text) {
  return `${rounded(text, 2)}%`;
}

/** A fraction as a percentage without trailing zeros: 0.0065 -> 0.65 */
export function fractionAsPercent(text) {
  const [whole, fraction = ''] = String(text).split('.');
  const digits = whole + fraction.padEnd(2, '0');
  const at = whole.length + 2;
  return `${digits.slice(0, at)}.${digits.slice(at)}`.replace(/^0+(?=\d)/, '').replace(/\.?0*$/, '');
}

function intlLocale() {
  return { 'zh-Hans': 'zh-CN', 'zh-Hant': 'zh-TW', en: 'en-GB' }[preferences.locale];
}

/** The time of a moment, with the day when it is not today. */
export function clockTime(iso, now = new Date()) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const sameDay = at.toDateString() === now.toDateString();
  const day = sameDay ? {} : { month: 'numeric', day: 'numeric' };
  return new Intl.DateTimeFormat(intlLocale(), { ...day, hour: '2-digit', minute: '2-digit', hour12: false }).format(at);
}

/** A calendar date, as it is written in contracts: 2026-09-01. */
export function isoDate(date) {
  const pad = (number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}
