// Runs before the first paint so that large type and language do not jump; js/preferences.js does the rest.
(() => {
  const read = (name) => {
    try { return new URLSearchParams(location.search).get(name) ?? localStorage.getItem(`shouwen.${name}`); } catch { return null; }
  };
  const root = document.documentElement;
  const mode = read('mode') === 'senior' ? 'senior' : 'standard';
  const size = read('textSize');
  root.dataset.mode = mode;
  root.dataset.text = ['16', '18', '20', '24', '30'].includes(size) ? size : mode === 'senior' ? '20' : '16';
})();
