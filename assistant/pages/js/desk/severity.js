// How grave a case is, by colour, shape and word together.

import { el, svg } from '../dom.js';
import { t } from './words.js';

const SHAPES = {
  1: { d: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Z', mark: 'M8 7.2v4M8 4.8v.4' },
  2: { d: 'M8 1.2 15.2 14H.8Z', mark: 'M8 5.8v3.6M8 11.6v.4' },
  3: { d: 'M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2Z', mark: 'M8 4.2v4.6M8 11.3v.5' },
};
const ROMAN = { 1: 'Ⅰ', 2: 'Ⅱ', 3: 'Ⅲ' };

/** A badge: octagon, triangle or circle with the word. */
export function severityBadge(level) {
  const { d, mark } = SHAPES[level] ?? SHAPES[1];
  return el('span', { class: 'severity', 'data-severity': level },
    svg('svg', { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true', focusable: 'false' },
      svg('path', { d, class: 'shape' }), svg('path', { d: mark, class: 'mark' })),
    el('span', {}, `${ROMAN[level] ?? ''} ${t(`severity.${level}`)}`));
}
