// The console's page, before its script has filled it.
const STYLE = `
:root{color-scheme:light dark;--text:#1c2024;--dim:#56606b;--back:#fff;--panel:#f4f6f8;--line:#d9dfe5;--link:#0b5cad;--good:#12724b;--bad:#b3261e;--warn:#8a5300}
@media (prefers-color-scheme:dark){:root{--text:#e6e9ec;--dim:#a0abb6;--back:#14171a;--panel:#1d2227;--line:#363f48;--link:#7db8f5;--good:#57c893;--bad:#ff8a80;--warn:#e8b15c}}
*{box-sizing:border-box}
body{margin:0;padding:1rem 1.25rem 3rem;color:var(--text);background:var(--back);font:15px/1.5 system-ui,sans-serif}
header{display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem 1.5rem}
h1{font-size:1.4rem;margin:.2rem 0}
h2{font-size:1.05rem;margin:.2rem 0 .6rem}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.bar,.fields{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;margin:.5rem 0}
.panes{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(19rem,100%),1fr));gap:1rem;margin:1rem 0 1.5rem}
.pane{border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem 1rem;min-width:0}
label{display:inline-grid;gap:.15rem}
label>span{color:var(--dim);font-size:.85rem}
.composer label{display:grid;margin:.5rem 0}
input,select,textarea,button{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--dim);border-radius:6px;padding:.3rem .55rem;max-width:100%}
textarea{width:100%;font:13px/1.45 ui-monospace,monospace;resize:vertical}
textarea[aria-invalid=true]{border-color:var(--bad)}
button{cursor:pointer}
button:disabled{cursor:default;color:var(--dim)}
.summary{color:var(--dim);font-size:.9rem;margin:.2rem 0}
.issues{color:var(--bad);font-size:.9rem;margin:.3rem 0;padding-left:1.1rem;overflow-wrap:anywhere}
.state{padding:.3rem 0;font-weight:600;color:var(--warn)}
.state[data-name=ready]{color:var(--good)}
.state[data-name=idle],.state[data-name=closed]{color:var(--dim)}
.network{border:0;padding:0;margin:.5rem 0;display:flex;gap:.9rem;align-items:center}
.network legend{float:left;color:var(--dim);font-size:.85rem;padding:0 .9rem 0 0}
.network label{display:inline-flex;gap:.3rem;align-items:center}
.log{overflow:auto;max-height:36rem;border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;min-width:30rem;table-layout:fixed;font-size:.9rem}
th:first-child{width:4.5rem}
th,td{padding:.25rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{position:sticky;top:0;background:var(--back)}
td:first-child{color:var(--dim);font-variant-numeric:tabular-nums;width:5rem}
td div{display:flex;flex-wrap:wrap;gap:0 .7rem;align-items:baseline}
td a{font-size:.8rem}
details[open]{flex-basis:100%}
summary{cursor:pointer}
pre{margin:.2rem 0;white-space:pre-wrap;font:12px/1.45 ui-monospace,monospace}
.out{color:var(--link)}.in{color:var(--good)}.state:not(output){color:var(--dim);font-weight:400;padding:0}.report{color:var(--bad)}
.beat{color:var(--dim)}
`;

/** @param title of the contract */
export function consolePage(title: string): string {
  const text = title.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Console: ${text}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${text}</h1><a href="/docs">The protocol</a></header>
<main id="console"><p>The console needs JavaScript; <a href="/docs">the protocol</a> can be read without.</p></main>
<script type="module" src="/contract.js"></script>
</body>
</html>
`;
}
