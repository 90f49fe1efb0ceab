// Instants and lengths of time as people at the desk read them, in the firm's own zone.

import { settings } from './settings.js';
import { t } from './words.js';

let zone = 'Asia/Shanghai';

/** Use the zone of the policy in force. */
export function useZone(name) { zone = name || zone; }

function parts(moment, options) {
  const locale = settings.locale === 'en' ? 'en-GB' : 'zh-CN';
  return new Intl.DateTimeFormat(locale, { timeZone: zone, hour12: false, ...options }).format(moment);
}

const DAY = { year: 'numeric', month: '2-digit', day: '2-digit' };

/** 14:05, with the day in front when it is not the day of `now` (milliseconds). */
export function when(iso, now) {
  const moment = new Date(iso);
  if (!iso || Number.isNaN(moment.getTime())) return '';
  const today = parts(moment, DAY) === parts(new Date(now), DAY);
  const day = today ? {} : { month: 'numeric', day: 'numeric' };
  return parts(moment, { ...day, hour: '2-digit', minute: '2-digit' });
}

/** The hour of an instant: 14:00. */
export function hourOf(iso) {
  return parts(new Date(iso), { hour: '2-digit', minute: '2-digit' });
}

/** A length of time: 0:42, 12:05, 1:30:00, 6天 4:00. Rounded up, so that 0:00 means the end is reached. */
export function length(ms) {
  const total = Math.max(0, Math.ceil(ms / 1000));
  const two = (number) => String(number).padStart(2, '0');
  const [days, hours, minutes, seconds] = [Math.floor(total / 86400), Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60, total % 60];
  if (days) return `${t('unit.day', { n: days })}${hours}:${two(minutes)}`;
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
