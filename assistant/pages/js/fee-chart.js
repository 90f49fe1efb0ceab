// <sw-fee-chart>: stacked bars of principal, interest and charges in each payment, drawn to the width there is. Parts
// differ by pattern as well as colour; the table of the same figures and a sentence stand beside it.

import { el, svg } from './dom.js';
import { yuan } from './format.js';
import { t } from './i18n.js';

const PARTS = ['principal', 'interest', 'fees'];
const MOST_BARS = 60;
const JOINED = 12;
const HEIGHT_EM = 15;

/** Bars from a schedule; a long one is joined by twelves. Heights may be floats, figures shown never are. */
function barsOf(schedule) {
  const size = schedule.length > MOST_BARS ? JOINED : 1;
  const bars = [];
  for (let at = 0; at < schedule.length; at += size) {
    const lines = schedule.slice(at, at + size);
    const sum = (name) => lines.reduce((total, line) => total + Number(line[name]), 0);
    const label = size === 1 ? `${lines[0].period}` : `${lines[0].period}–${lines.at(-1).period}`;
    bars.push({ label, principal: sum('principal'), interest: sum('interest'), fees: sum('fees'), payment: sum('payment') });
  }
  return { bars, size };
}

/** A round number at or above `value` that divides well: 1, 2, 2.5 or 5 times a power of ten. */
export function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((top) => top >= value);
}

class FeeChart extends HTMLElement {
  #schedule = [];
  #box = el('div', { class: 'plot' });
  #width = 0;
  #watch = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (!this.isConnected || width === 0 || width === this.#width) return;
    this.#width = width;
    this.#draw();
  });

  connectedCallback() {
    if (!this.#box.isConnected) this.append(this.#legend(), this.#box);
    this.#watch.observe(this.#box);
  }

  disconnectedCallback() { this.#watch.disconnect(); }

  set schedule(lines) {
    this.#schedule = lines;
    if (this.#width) this.#draw();
  }

  #used() { return PARTS.filter((name) => this.#schedule.some((line) => Number(line[name]) > 0)); }

  #legend() {
    return el('ul', { class: 'legend' }, this.#used().map((name) => el('li', {},
      svg('svg', { width: 20, height: 14, 'aria-hidden': 'true' }, patterns('legend'), svg('rect', { width: 20, height: 14, rx: 2, class: `part ${name}` }),
        svg('rect', { width: 20, height: 14, rx: 2, fill: fillOf(name, 'legend') })), t(`schedule.${name}`))));
  }

  #draw() {
    const { bars, size } = barsOf(this.#schedule);
    const em = parseFloat(getComputedStyle(this).fontSize);
    const [width, height, left, bottom, top] = [this.#width, HEIGHT_EM * em, 3.6 * em, 1.8 * em, 2.4 * em];
    const highest = niceTop(Math.max(...bars.map((bar) => bar.payment), 1));
    const y = (value) => height - bottom - (value / highest) * (height - bottom - top);
    const step = (width - left) / bars.length;
    const root = svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': t('chart.label') }, patterns('chart'));
    for (const share of [0, 0.5, 1]) {
      const value = highest * share;
      root.append(svg('line', { x1: left, x2: width, y1: y(value), y2: y(value), class: share ? 'grid' : 'base' }),
        svg('text', { x: left - 0.5 * em, y: y(value) + 0.3 * em, 'text-anchor': 'end', class: 'tick' }, shortNumber(value)));
    }
    root.append(svg('text', { x: 0, y: 0.9 * em, class: 'tick' }, t('chart.axis')));
    const every = Math.ceil((size === 1 ? 2.2 : 4) * em / step);
    bars.forEach((bar, at) => root.append(...this.#bar(bar, left + at * step, step, y, at % every === 0 ? height - 0.4 * em : null)));
    this.#box.replaceChildren(root);
  }

  #bar(bar, x, step, y, labelY) {
    const gap = Math.min(step * 0.25, 10);
    const [at, width] = [x + gap / 2, Math.max(step - gap, 1)];
    let below = 0;
    const nodes = [];
    for (const name of PARTS) {
      if (!(bar[name] > 0)) continue;
      const box = { x: at, y: y(below + bar[name]), width, height: Math.max(y(below) - y(below + bar[name]), 0.5) };
      nodes.push(svg('rect', { ...box, class: `part ${name}` }), svg('rect', { ...box, fill: fillOf(name, 'chart') }));
      below += bar[name];
    }
    const hint = svg('title', {}, `${bar.label}: ${yuan(bar.payment.toFixed(2))}`);
    const group = [svg('g', {}, hint, nodes)];
    if (labelY !== null) group.push(svg('text', { x: x + step / 2, y: labelY, 'text-anchor': 'middle', class: 'tick' }, bar.label));
    return group;
  }
}

/** Overlays that tell the parts apart without colour: nothing, stripes, dots. */
function patterns(prefix) {
  const tile = (name, ...shapes) => svg('pattern', { id: `${prefix}-${name}`, width: 6, height: 6, patternUnits: 'userSpaceOnUse' }, shapes);
  return svg('defs', {}, tile('interest', svg('path', { d: 'M-1 7 7 -1M-1 1 1 -1M5 7 7 5', class: 'mark' })),
    tile('fees', svg('circle', { cx: 3, cy: 3, r: 1.1, class: 'dot' })));
}

function fillOf(name, prefix) { return name === 'principal' ? 'none' : `url(#${prefix}-${name})`; }

function shortNumber(value) {
  return value >= 10000 && document.documentElement.lang !== 'en' ? `${+(value / 10000).toFixed(2)}万`.replace('万', document.documentElement.lang === 'zh-Hant' ? '萬' : '万')
    : value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

customElements.define('sw-fee-chart', FeeChart);
