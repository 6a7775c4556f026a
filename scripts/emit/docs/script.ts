// The little that the page does; all of it can be read without. Opens the message that an address names, also one that was
// typed; searches by keyboard; shows in the margin where one is; opens all before printing.
export const SCRIPT = `
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const messages = all('details.m');
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView(); }
};
addEventListener('hashchange', reveal);
addEventListener('beforeprint', () => { for (const message of messages) message.open = true; });
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element && event.target.closest('a[href^="#"]');
  if (link && link.hash === location.hash) reveal();
});
for (const { firstChild } of all('.u')) {
  let family = '';
  const link = (name) => {
    if (name.endsWith('/')) family = name;
    const href = name === family ? '#rules-' + name.slice(0, -1) : '#' + family + name;
    return Object.assign(document.createElement('a'), { href, textContent: name });
  };
  const rules = firstChild.nextSibling;
  rules.replaceWith(...rules.data.split(/([\\w-]+\\/?)/).map((part, i) => i % 2 === 0 ? part : link(part)));
}
const search = document.getElementById('search');
const found = document.getElementById('found');
const count = document.getElementById('count');
const fold = (element) => element.textContent.replace(/\\s+/g, ' ').trim();
const places = all('main [id]').map((place) => {
  const head = place.matches('section') ? place.firstElementChild : place.querySelector('summary, td') ?? place;
  const channel = place.closest('.channel')?.querySelector('h2');
  const name = fold(head);
  const where = channel && channel !== head ? fold(channel) : '';
  const words = place.matches('section') ? name : fold(place) + (place.matches('dt') ? fold(place.nextElementSibling) : '');
  return { id: place.id, name, where, text: (name + ' ' + where + ' ' + words).toLowerCase() };
});
search.hidden = false;
search.addEventListener('input', () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const hits = words.length === 0 ? [] : places.filter(({ text }) => words.every((word) => text.includes(word)));
  const rank = ({ name }) => words.every((word) => name.toLowerCase().includes(word)) ? 0 : 1;
  hits.sort((left, right) => rank(left) - rank(right));
  count.textContent = words.length === 0 ? '' : hits.length + ' found';
  found.replaceChildren(...hits.slice(0, 12).map(({ id, name, where }) => {
    const link = Object.assign(document.createElement('a'), { href: '#' + id, textContent: name });
    link.append(Object.assign(document.createElement('small'), { textContent: where }));
    const item = document.createElement('li');
    item.append(link);
    return item;
  }));
});
document.addEventListener('keydown', (event) => {
  const { key, target } = event;
  const links = all('a', found);
  const at = links.indexOf(target);
  if (key === '/' && target !== search) search.select();
  else if (key === 'Escape' && (target === search || at >= 0)) { search.value = ''; search.dispatchEvent(new Event('input')); search.focus(); }
  else if (key === 'Enter' && target === search) links[0]?.click();
  else if (key === 'ArrowDown' && (target === search || at >= 0)) links[at + 1]?.focus();
  else if (key === 'ArrowUp' && at >= 0) (links[at - 1] ?? search).focus();
  else return;
  event.preventDefault();
});
const current = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    const item = document.querySelector('.side li > a[href="#' + CSS.escape(target.id) + '"]');
    if (!item) continue;
    item.toggleAttribute('aria-current', isIntersecting);
    item.nextElementSibling?.remove();
    const parts = target.querySelector('.parts');
    if (!isIntersecting || !parts) continue;
    const list = document.createElement('ul');
    list.append(...all('a', parts).map((link) => { const entry = document.createElement('li'); entry.append(link.cloneNode(true)); return entry; }));
    item.after(list);
  }
}, { rootMargin: '0px 0px -85% 0px' });
for (const section of all('.channel')) current.observe(section);
const scrolls = new ResizeObserver((entries) => {
  for (const { target } of entries) if (target.scrollWidth > target.clientWidth) target.tabIndex = 0; else target.removeAttribute('tabindex');
});
for (const box of all('.t')) scrolls.observe(box);
reveal();
`;
