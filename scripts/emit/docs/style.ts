// How the page looks, and the little it does: both are part of it, so that it needs no request.

export const STYLE = `
:root { color-scheme: light dark; --text: #1c2024; --dim: #5b6570; --back: #fff; --panel: #f5f7f9; --line: #d9dfe5; --link: #0b5cad; --warn: #8a5300; --good: #12724b; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ec; --dim: #9aa5b1; --back: #14171a; --panel: #1c2126; --line: #333b44; --link: #7db8f5; --warn: #e8b15c; --good: #57c893; --bad: #ff8a80; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; color: var(--text); background: var(--back); font: 16px/1.5 system-ui, sans-serif; }
.page { display: grid; grid-template-columns: 15rem minmax(0, 1fr); max-width: 86rem; margin: 0 auto; }
.side { position: sticky; top: 0; align-self: start; height: 100vh; overflow: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line); }
.side ul { list-style: none; margin: 0; padding: 0; }
.side a { display: block; padding: .2rem 0; }
main { padding: 1.5rem 2rem 6rem; }
h1 { margin-top: 0; line-height: 1.2; }
h2 { margin: 3.5rem 0 .5rem; padding-top: 1rem; border-top: 3px solid var(--line); }
h3 { margin: 2.2rem 0 .6rem; }
h4 { margin: 1.4rem 0 .4rem; }
h2 a { color: inherit; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
code, pre { font: .875em/1.45 ui-monospace, monospace; }
code { overflow-wrap: break-word; }
.k td:first-child { white-space: nowrap; font: .875em/1.7 ui-monospace, monospace; }
pre { margin: .4rem 0; padding: .7rem .9rem; overflow: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; }
.address { font-size: 1rem; }
.t { overflow-x: auto; margin: .6rem 0 1rem; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .35rem .7rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--dim); font-weight: 600; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1rem; margin: .6rem 0; font-size: .95rem; }
dt { color: var(--dim); }
dd { margin: 0; }
figure { margin: .6rem 0; }
figcaption, summary i { font-style: normal; color: var(--dim); font-size: .85rem; }
b { color: var(--warn); font-size: .75rem; font-weight: 600; border: 1px solid currentColor; border-radius: 4px; padding: 0 .25rem; white-space: nowrap; }
.g { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); gap: 1rem 2rem; grid-auto-flow: dense; margin: .6rem 0; }
svg { display: block; width: 100%; height: auto; max-width: 21.25rem; }
.w { max-width: 31rem; }
.g figure:has(.w) { grid-column: span 2; }
svg path { fill: none; stroke: currentColor; stroke-width: 1.4; }
svg text { fill: currentColor; font: 11px ui-monospace, monospace; text-anchor: middle; }
svg .b { text-anchor: start; }
svg .e { text-anchor: end; }
svg .h { font-weight: 700; }
svg .r { fill: var(--dim); font-family: system-ui, sans-serif; }
svg .l { stroke: var(--line); stroke-dasharray: 3 3; }
svg .c { stroke: var(--link); }
svg .v { stroke: var(--good); }
svg .x { stroke: var(--bad); stroke-width: 1.8; }
svg .a { stroke: var(--link); stroke-width: 8; opacity: .35; }
details.m { margin: .4rem 0; padding: .5rem .9rem; border: 1px solid var(--line); border-radius: 6px; }
details.m[open] { background: color-mix(in srgb, var(--panel) 50%, transparent); }
summary { cursor: pointer; }
.parts a { margin-right: .8rem; font-size: .9rem; }
input { width: 100%; margin: .8rem 0; padding: .4rem .6rem; font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; }
[hidden] { display: none; }
@media (max-width: 60rem) { .page { display: block; } .side { position: static; height: auto; border: 0; } main { padding: 1rem; } dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } }
@media print { .side, .parts { display: none; } .page { display: block; } }
`;

// Opens the message that an address names, also one that was typed; filters messages; opens all before printing.
export const SCRIPT = `
const messages = [...document.querySelectorAll('details.m')];
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) { target.hidden = false; target.open = true; target.scrollIntoView(); }
};
addEventListener('hashchange', reveal);
addEventListener('beforeprint', () => { for (const message of messages) message.open = true; });
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element && event.target.closest('a[href^="#"]');
  if (link && link.hash === location.hash) reveal();
});
const filter = document.getElementById('filter');
filter.hidden = false;
filter.addEventListener('input', () => {
  const word = filter.value.trim().toLowerCase();
  for (const message of messages) message.hidden = word !== '' && !message.textContent.toLowerCase().includes(word);
});
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
  event.preventDefault();
  filter.focus();
});
reveal();
`;
