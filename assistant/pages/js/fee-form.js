// The terms of a loan as typed: radio choices, boxes with a slider beside each, and errors in words next to their box.
// Reads the request for POST /v1/fees/quote; the server alone decides what is acceptable.

import { el } from './dom.js';
import { fractionAsPercent, isoDate, rounded } from './format.js';
import { t } from './i18n.js';

const OWN = 'own';
const RATE_TOP = { monthly_fee_rate: [3, 0.05], monthly_rate: [3, 0.05], annual_rate: [36, 0.1], daily_rate: [0.1, 0.005] };
const OWN_TOP = 200000;
/** Which box a problem's `field` belongs to, and which words explain it. */
const PLACES = {
  principal: ['principal', 'error.principal'], terms: ['terms-count', 'error.terms'], rate: ['rate', 'error.rate'],
  monthly_fee_rate: ['rate', 'error.rate'], monthly_rate: ['rate', 'error.rate'], annual_rate: ['rate', 'error.rate'],
  daily_rate: ['rate', 'error.rate'], deducted_fee: ['deducted_fee', 'error.fee'], upfront_fee: ['upfront_fee', 'error.fee'],
  'extras.amount': ['extra', 'error.fee'], method: ['method', 'error.method'], start: ['start', 'error.start'], on: ['start', 'error.start.row'],
  'settlement.at_period': ['at-period', 'error.period'], 'settlement.fee_rate': ['early-fee', 'error.rate'],
};

export class FeeForm {
  #form = document.getElementById('terms');
  #offered;
  #chosen;
  #terms = 12;

  /** `offered` is the answer of GET /v1/fees/loans; `onChange` runs after every edit. */
  constructor(offered, onChange) {
    this.#offered = offered;
    this.#chosen = offered.loans[0]?.id ?? OWN;
    this.#box('start').value = offered.on || isoDate(new Date());
    this.relabel();
    this.#form.addEventListener('submit', (event) => event.preventDefault());
    this.#form.addEventListener('input', (event) => { this.#typed(event.target); onChange(); });
    this.#form.addEventListener('change', (event) => { this.#picked(event.target); onChange(); });
    for (const fold of this.#form.querySelectorAll('details')) fold.addEventListener('toggle', onChange);
  }

  get loan() { return this.#offered.loans.find((loan) => loan.id === this.#chosen) ?? null; }

  /** Redraw what has words of its own, in the language chosen now. */
  relabel() {
    document.getElementById('product-options').replaceChildren(
      ...this.#offered.loans.map((loan) => this.#option('product', loan.id, this.#name(loan), this.#rates(loan), loan.id === this.#chosen)),
      this.#option('product', OWN, t('product.own'), t('product.own.note'), this.#chosen === OWN));
    for (const slider of this.#form.querySelectorAll('.slider')) {
      const label = this.#form.querySelector(`label[for="${slider.dataset.for}"]`);
      slider.setAttribute('aria-label', label.textContent);
    }
    this.#arrange();
  }

  /** The request as the API takes it. Empty boxes go as they are, so that the server names them. */
  request() {
    const own = this.#chosen === OWN;
    const value = (id) => this.#box(id).value.trim();
    const body = { principal: value('principal'), terms: own ? value('terms-count') : this.#terms, start: value('start') || 'none' };
    if (own) {
      const kind = value('rate-kind');
      body[kind] = `${value('rate')}%`;
      if (kind !== 'monthly_fee_rate') body.method = value('method');
      body.lender_type = value('lender-type');
    } else body.product = this.#chosen;
    for (const name of ['deducted_fee', 'upfront_fee']) if (value(name) !== '0') body[name] = value(name);
    if (value('extra') !== '0') body.extras = [{ kind: 'other', amount: value('extra'), party: t('extra.party') }];
    if (this.#box('early').checked) body.settlement = this.#settlement(own, value);
    return body;
  }

  /** Put words beside the box a problem names; true when there is one. */
  explain(problem) {
    this.settle();
    const [id, key] = PLACES[problem.field] ?? [null, 'error.general'];
    const loan = this.loan;
    const words = t(loan && key === 'error.terms' ? 'error.terms.product' : key, {
      min: this.#limits()[0], max: this.#limits()[1], most: this.#offered.most_terms,
      terms: loan && key === 'error.terms' ? loan.terms.join(' / ') : this.#count(),
    });
    const place = loan && id === 'terms-count' ? 'product-terms' : id;
    const note = document.getElementById(place ? `${place}-error` : 'form-error');
    const box = place && document.getElementById(place);
    note.textContent = words;
    box?.setAttribute('aria-invalid', 'true');
    const fold = box?.closest('details');
    if (fold) fold.open = true;
    return Boolean(place);
  }

  say(words) { document.getElementById('form-error').textContent = words; }

  /** Take every error away. */
  settle() {
    for (const note of this.#form.querySelectorAll('.error')) note.textContent = '';
    for (const box of this.#form.querySelectorAll('[aria-invalid]')) box.removeAttribute('aria-invalid');
  }

  #box(id) { return document.getElementById(id); }

  #count() { return this.loan ? this.#terms : Number(this.#box('terms-count').value) || 1; }

  #name(loan) { return document.documentElement.lang === 'en' ? loan.name_en : loan.name; }

  #rates(loan) {
    const all = [...new Set(loan.rates.map((rate) => fractionAsPercent(rate.rate)))].sort((a, b) => a - b);
    return t(`product.rate.${loan.rates[0].unit}`, { rates: all.length > 1 ? `${all[0]}–${all.at(-1)}` : all[0] });
  }

  #limits() {
    const loan = this.loan;
    return loan ? [rounded(loan.amount_min, 2).replace('.00', ''), rounded(loan.amount_max, 0)] : ['0.01', this.#offered.most_amount];
  }

  #settlement(own, value) {
    const asked = { at_period: value('at-period') };
    if (!own) return asked;
    asked.rule = value('early-rule');
    if (asked.rule === 'fee_on_remaining') asked.fee_rate = `${value('early-fee')}%`;
    return asked;
  }

  #option(name, value, label, note, checked) {
    return el('label', { class: 'option hit' }, el('input', { type: 'radio', name, value, checked }),
      el('span', { class: 'option-name' }, label), note && el('span', { class: 'option-note' }, note));
  }

  /** Show what the chosen loan needs, and set the sliders to its limits. */
  #arrange() {
    const loan = this.loan;
    this.#form.classList.toggle('is-own', !loan);
    for (const field of this.#form.querySelectorAll('.own')) field.hidden = Boolean(loan);
    this.#box('product-terms').hidden = !loan;
    if (loan) {
      if (!loan.terms.includes(this.#terms)) this.#terms = loan.terms.at(-1);
      this.#box('terms-options').replaceChildren(...loan.terms.map((count) =>
        this.#option('terms', count, t('terms.each', { count }), null, count === this.#terms)));
    }
    const [min, max] = this.#limits();
    this.#box('principal-note').textContent = loan ? t(Number(min) < 1 ? 'principal.most' : 'principal.note', { min, max }) : '';
    this.#slider('principal', loan ? Math.max(500, Number(min)) : 500, loan ? Number(max) : OWN_TOP, 500);
    this.#slider('terms-count', 1, 60, 1);
    const kind = this.#box('rate-kind').value;
    this.#slider('rate', 0, ...RATE_TOP[kind]);
    this.#box('rate-note').textContent = t(`rate.note.${kind}`);
    this.#box('method-field').hidden = Boolean(loan) || kind === 'monthly_fee_rate';
    this.#box('early-fee-field').hidden = Boolean(loan) || this.#box('early-rule').value !== 'fee_on_remaining';
    this.#slider('at-period', 1, Math.max(this.#count(), 1), 1);
  }

  #slider(id, min, max, step) {
    const slider = this.#form.querySelector(`.slider[data-for="${id}"]`);
    Object.assign(slider, { min, max, step });
    slider.value = this.#box(id).value;
  }

  #typed(box) {
    if (box.classList.contains('slider')) this.#box(box.dataset.for).value = box.value;
    else {
      const slider = this.#form.querySelector(`.slider[data-for="${box.id}"]`);
      if (slider) slider.value = box.value;
    }
    if (box.id === 'terms-count' || box.dataset.for === 'terms-count') this.#slider('at-period', 1, this.#count(), 1);
    if (box.id === 'at-period' || box.dataset.for === 'at-period') this.#box('early').checked = true;
  }

  #picked(box) {
    if (box.name === 'product') this.#chosen = box.value;
    if (box.name === 'terms') this.#terms = Number(box.value);
    if (box.name === 'product' || box.id === 'rate-kind' || box.id === 'early-rule') this.#arrange();
    if (box.name === 'terms') this.#slider('at-period', 1, this.#count(), 1);
  }
}
