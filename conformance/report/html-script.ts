// What the page does: filters by verdict, family, channel, cell and words, and goes from problem to problem by key.
export const pageScript = `
'use strict';
(() => {
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const boxes = all('input[name=state]');
  const family = document.getElementById('family');
  const channel = document.getElementById('channel');
  const search = document.getElementById('search');
  const shown = document.getElementById('shown');
  const quiet = ['pass', 'not-applicable', 'known'];
  const hasProblem = boxes.some((box) => !quiet.includes(box.value));
  const allRules = document.getElementById('all-rules');
  let onlyRule = '';

  const apply = () => {
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let count = 0;
    for (const rule of all('.rule')) {
      const ruleFits = (!onlyRule || rule.dataset.rule === onlyRule) && (!family.value || rule.dataset.family === family.value);
      let inRule = 0;
      for (const one of all('.case', rule)) {
        const fits = ruleFits && wanted.has(one.dataset.state) && (!channel.value || one.dataset.channel === channel.value)
          && words.every((word) => one.dataset.text.includes(word));
        one.hidden = !fits;
        if (fits) inRule += 1;
      }
      rule.hidden = inRule === 0;
      count += inRule;
    }
    shown.textContent = count + ' of ' + all('.case').length + ' shown' + (onlyRule ? ', rule ' + onlyRule : '');
    document.getElementById('nothing').hidden = count > 0;
  };
  const fold = () => {
    for (const row of all('#matrix .calm')) row.hidden = !allRules.checked;
  };
  const reset = () => {
    for (const box of boxes) box.checked = !hasProblem || !quiet.includes(box.value);
    family.value = channel.value = search.value = onlyRule = '';
    apply();
  };
  const go = (step) => {
    const items = all('.case').filter((one) => !one.hidden && !quiet.includes(one.dataset.state));
    const at = items.findIndex((one) => one.contains(document.activeElement));
    const next = items[at === -1 ? (step > 0 ? 0 : items.length - 1) : Math.max(0, Math.min(items.length - 1, at + step))];
    if (!next) return;
    const details = next.querySelector('details');
    if (details) details.open = true;
    (next.querySelector('summary') || next).focus({ preventScroll: true });
    next.scrollIntoView({ block: 'start' });
  };

  document.querySelector('.filters').addEventListener('input', apply);
  document.querySelector('.filters').addEventListener('submit', (event) => event.preventDefault());
  for (const button of all('#matrix button')) {
    button.addEventListener('click', () => {
      onlyRule = button.dataset.rule || '';
      family.value = button.dataset.family || '';
      channel.value = button.dataset.channel;
      search.value = '';
      for (const box of boxes) box.checked = true;
      apply();
      document.getElementById('cases').scrollIntoView();
    });
  }
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') { reset(); document.activeElement.blur(); return; }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'checkbox') return;
    if (event.key === 'j') go(1);
    else if (event.key === 'k') go(-1);
    else if (event.key === '/') { event.preventDefault(); search.focus(); }
  });
  if (allRules) {
    allRules.checked = false;
    allRules.addEventListener('change', fold);
    fold();
  }
  reset();
})();
`;
