// <desk-plot>: the last 24 hours by the hour, drawn as lines told apart by dash and marker as well as colour, with the
// same figures as a table below. One summary sentence says what the drawing shows.

import { el, svg } from '../dom.js';
import { hourOf } from './times.js';
import { t } from './words.js';

const SERIES = ['opened', 'resolved', 'deadline_breached'];
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [760, 230, 34, 10, 14, 28];

class DeskPlot extends HTMLElement {
  #shown = '';
  #folded = true;

  draw(hours) {
    const key = `${document.documentElement.lang} ${JSON.stringify(hours)}`;
    if (key === this.#shown) return;
    this.#shown = key;
    const totals = Object.fromEntries(SERIES.map((name) => [name, hours.reduce((sum, hour) => sum + hour[name], 0)]));
    this.replaceChildren(el('figure', {},
      el('figcaption', {}, t('plot.summary', { opened: totals.opened, resolved: totals.resolved, breached: totals.deadline_breached })),
      el('ul', { class: 'legend', 'aria-hidden': 'true' }, SERIES.map((name) => el('li', { 'data-series': name }, svg('svg', { viewBox: '0 0 34 12', width: 34, height: 12 }, svg('path', { d: 'M1 6H33', class: `stroke ${name}` }), marker(name, 17, 6)), t(`plot.${name}`)))),
      this.#drawing(hours), this.#table(hours)));
  }

  #drawing(hours) {
    const most = Math.max(4, ...hours.flatMap((hour) => SERIES.map((name) => hour[name])));
    const top = niceTop(most);
    const x = (place) => LEFT + place * (WIDTH - LEFT - RIGHT) / Math.max(1, hours.length - 1);
    const y = (value) => HEIGHT - BOTTOM - value * (HEIGHT - TOP - BOTTOM) / top;
    const steps = [0, 1, 2, 3, 4].map((part) => top * part / 4);
    return svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': t('plot.label'), class: 'plot' },
      steps.map((value) => [svg('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value), class: 'grid' }), svg('text', { x: LEFT - 6, y: y(value) + 4, class: 'end' }, value)]),
      hours.map((hour, place) => (place % 4 === 3 ? svg('text', { x: x(place), y: HEIGHT - 8, class: 'middle' }, hourOf(hour.at)) : null)),
      SERIES.map((name) => svg('path', { d: hours.map((hour, place) => `${place ? 'L' : 'M'}${x(place).toFixed(1)} ${y(hour[name]).toFixed(1)}`).join(''), class: `stroke ${name}` })),
      SERIES.map((name) => hours.map((hour, place) => (hour[name] ? marker(name, x(place), y(hour[name])) : null))));
  }

  #table(hours) {
    const heads = ['plot.hour', ...SERIES.map((name) => `plot.${name}`)];
    return el('details', { class: 'twin', open: !this.#folded, ontoggle: (event) => { this.#folded = !event.target.open; } }, el('summary', {}, t('plot.table')),
      el('div', { class: 'scroller', tabindex: '0', role: 'group', 'aria-label': t('plot.table') }, el('table', {},
        el('thead', {}, el('tr', {}, heads.map((head, place) => el('th', { scope: 'col', class: place ? 'number' : '' }, t(head))))),
        el('tbody', {}, hours.map((hour) => el('tr', {}, el('th', { scope: 'row' }, hourOf(hour.at)), SERIES.map((name) => el('td', { class: 'number' }, hour[name]))))))));
  }
}

function marker(name, x, y) {
  const shapes = {
    opened: () => svg('circle', { cx: x, cy: y, r: 3.5, class: `dot ${name}` }),
    resolved: () => svg('rect', { x: x - 3.2, y: y - 3.2, width: 6.4, height: 6.4, class: `dot ${name}` }),
    deadline_breached: () => svg('path', { d: `M${x} ${y - 4.5}l4.5 8h-9Z`, class: `dot ${name}` }),
  };
  return shapes[name]();
}

/** The end of the axis: a whole number that four equal steps divide evenly. */
function niceTop(most) {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(most)) - 1);
  return Math.ceil(most / (4 * step)) * 4 * step;
}

customElements.define('desk-plot', DeskPlot);
