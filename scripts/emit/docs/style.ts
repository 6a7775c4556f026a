// How the page looks: part of it, so that it needs no request. Class names are a letter, since they stand there some hundred times.
// What a diagram uses from another place is styled by its own tag and class alone, never by where it stands.
export const STYLE = `
:root { color-scheme: light dark; --text: #1c2024; --dim: #56606b; --back: #fff; --panel: #f4f6f8; --line: #d9dfe5; --link: #0b5cad; --warn: #8a5300; --good: #12724b; --bad: #b3261e; --mark: #fff3c9; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ec; --dim: #a0abb6; --back: #14171a; --panel: #1d2227; --line: #363f48; --link: #7db8f5; --warn: #e8b15c; --good: #57c893; --bad: #ff8a80; --mark: #423a1c; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; color: var(--text); background: var(--back); font: 16px/1.55 system-ui, sans-serif; }
.page { display: grid; grid-template-columns: 16rem minmax(0, 1fr); max-width: 88rem; margin: 0 auto; }
.side { position: sticky; top: 0; align-self: start; height: 100vh; overflow: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line); font-size: .95rem; }
.side ul { list-style: none; margin: 0; padding: 0; }
.side ul ul { margin: 0 0 .4rem .75rem; font-size: .87rem; border-left: 1px solid var(--line); padding-left: .6rem; }
.side a { display: block; padding: .15rem .3rem; border-radius: 4px; overflow-wrap: anywhere; }
.side [aria-current] { color: var(--text); font-weight: 650; }
#found { margin-bottom: 1rem; }
#found small { display: block; color: var(--dim); }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; padding: .3rem .6rem; background: var(--back); z-index: 1; }
main { padding: 1.5rem 2.5rem 6rem; }
p, li { max-width: 46rem; }
h1 { margin-top: 0; line-height: 1.2; font-size: 2.1rem; }
h1 small { color: var(--dim); font-weight: 400; font-size: 1rem; }
h2 { margin: 2.5rem 0 .5rem; line-height: 1.25; }
.channel > h2 { margin-top: 4.5rem; padding-top: 1.2rem; border-top: 3px solid var(--line); font-size: 1.75rem; }
h3 { margin: 2.8rem 0 .6rem; font-size: 1.25rem; }
h4 { margin: 1.6rem 0 .4rem; }
h2 a { color: inherit; }
a { color: var(--link); text-decoration: none; }
a:hover, main a { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: .17em; }
a[href*='-message-'] { text-underline-offset: .38em; }
h2 a, .parts a { text-decoration: none; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
:target { background: var(--mark); }
main:target, section:target, .m:target { background: none; }
.m:target { border-color: var(--link); }
section:target > :first-child { box-shadow: -.5rem 0 var(--back), -.75rem 0 var(--link); }
code, pre, a[href*='-message-'], .k td:first-child, .r dt { font: .875em/1.45 ui-monospace, monospace; }
code { overflow-wrap: break-word; }
p > code, dd > code { padding: .05em .25em; background: var(--panel); border-radius: 4px; }
.k td:first-child { white-space: nowrap; font-size: .85rem; line-height: 1.7; }
pre { margin: .5rem 0; padding: .7rem .9rem; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; }
.address { font-size: 1rem; font-weight: 600; }
.t { overflow-x: auto; margin: .6rem 0 1rem; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .35rem .9rem .35rem 0; text-align: left; vertical-align: top; }
tr { border-bottom: 1px solid var(--line); }
th { color: var(--dim); font-weight: 600; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1.2rem; margin: .6rem 0; font-size: .95rem; }
dt { color: var(--dim); }
dd { margin: 0; }
.r { display: block; }
.r dt { color: inherit; font-weight: 600; overflow-wrap: anywhere; }
.r dd { margin: 0 0 .55rem; max-width: 46rem; }
i { font-style: normal; color: var(--dim); font-size: .85rem; }
figure { margin: .6rem 0; }
figcaption { color: var(--dim); font-size: .9rem; margin-bottom: .3rem; }
b { color: var(--warn); font-size: .72rem; font-weight: 600; border: 1px solid currentColor; border-radius: 4px; padding: 0 .25rem; }
.g { columns: 19.5rem; column-gap: 1.2rem; margin: .8rem 0; }
.g figure { break-inside: avoid; margin: 0 0 1.2rem; padding: .7rem .4rem .3rem; border: 1px solid var(--line); border-radius: 8px; }
.g figcaption { padding-left: .5rem; }
svg { display: block; width: 100%; height: auto; max-width: 22rem; margin: 0 auto; }
.w { max-width: 34rem; margin: 0; }
path { fill: none; stroke: currentColor; stroke-width: 1.4; }
text { fill: currentColor; font: 11px ui-monospace, monospace; text-anchor: middle; }
text { paint-order: stroke; stroke: var(--back); stroke-width: 3px; }
.b { text-anchor: start; }
.e { text-anchor: end; }
.h { font-weight: 700; }
.n { fill: var(--dim); font-family: system-ui, sans-serif; }
.l { stroke: var(--line); stroke-dasharray: 3 3; }
.c { stroke: var(--link); }
.v { stroke: var(--good); }
.x { stroke: var(--bad); stroke-width: 1.8; }
.a { stroke: var(--link); stroke-width: 9; opacity: .4; }
.m { margin: .45rem 0; padding: .5rem .9rem; border: 1px solid var(--line); border-radius: 6px; }
.m[open] { padding-bottom: .9rem; }
summary { cursor: pointer; }
summary code { font-weight: 600; }
.parts { display: flex; flex-wrap: wrap; gap: .1rem .9rem; font-size: .92rem; }
.f, .u { font-size: .87rem; color: var(--dim); }
.u { overflow-wrap: anywhere; }
.m pre { margin-top: -.6rem; }
input { width: 100%; margin: .8rem 0; padding: .45rem .6rem; font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--dim); border-radius: 6px; }
[hidden] { display: none; }
@media (max-width: 60rem) { .page { display: block; } .side { position: static; height: auto; border: 0; padding-bottom: 0; } .side > ul:not(#found) { display: flex; flex-wrap: wrap; gap: 0 .6rem; } .side ul ul { display: none; } main { padding: 1rem; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } th:last-child { min-width: 11rem; } .k th:nth-child(4) { min-width: 9rem; } .k td:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 8.5rem; } }
@media print { .side, .parts, .skip { display: none; } .page { display: block; } details::details-content { content-visibility: visible; display: block; } figure, tr { break-inside: avoid; } }
`;
