// Builds elements from plain values. Text only ever becomes a text node, so nothing a person or a server says is markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An HTML element: el('p', {class: 'note'}, 'text', otherNode). Attributes named on… are listeners. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element, built the same way. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Text with blank lines as paragraphs and single line breaks kept. */
export function paragraphs(text) {
  return String(text ?? '').split(/\n{2,}/).map((part) => part.trim()).filter(Boolean).map((part) => el('p', {}, part));
}

/** A labelled icon-free button. */
export function button(label, onclick, attributes = {}) {
  return el('button', { type: 'button', ...attributes, onclick }, label);
}
