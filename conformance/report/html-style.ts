// The page's style: system fonts, light and dark by the reader's setting, readable at 320 px, verdicts told by shape and colour.
export const pageStyle = `
:root{color-scheme:light dark;--bg:#fff;--soft:#f5f6f8;--line:#dcdfe5;--text:#1b1f27;--faint:#5c6573;--link:#1c5fc9;--good:#1a7f4b;--bad:#c42b31;--warn:#9a6200;--odd:#7044b5;--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{--bg:#14171c;--soft:#1d2229;--line:#343b46;--text:#e6e9ee;--faint:#9aa5b4;--link:#82b1ff;--good:#4cc38a;--bad:#ff7b7f;--warn:#eab24a;--odd:#b99bf0}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:1180px;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.75rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .35rem}
h1::first-letter{text-transform:uppercase}
.green h1{color:var(--good)}.red h1{color:var(--bad)}
header p{margin:0;color:var(--faint)}header p b{color:var(--text);font-weight:600}
header ul{margin:.75rem 0 0;padding-left:1.2rem}header .note{color:var(--faint)}
h2{font-size:1.2rem;margin:2rem 0 .6rem}h2 small{font-weight:400;color:var(--faint);font-size:.9rem}
h3{font:600 1rem/1.4 var(--mono);margin:0}
a{color:var(--link)}
code,kbd{font-family:var(--mono);font-size:.87em}
kbd{border:1px solid var(--line);border-bottom-width:2px;border-radius:4px;padding:0 .35em;background:var(--soft)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-9999px}.skip:focus{left:1rem;top:.5rem}
.hint{color:var(--faint);font-size:.87rem;margin:0 0 1rem}
.filters{margin:1.25rem 0 0;padding:.8rem;background:var(--soft);border:1px solid var(--line);border-radius:10px;display:grid;gap:.7rem}
.chips,.selects{display:flex;flex-wrap:wrap;gap:.5rem .6rem;align-items:center}
.chip{display:inline-flex;align-items:center;gap:.4rem;border:1px solid var(--line);border-radius:99px;padding:.2rem .75rem .2rem .55rem;background:var(--bg);cursor:pointer}
.chip input{margin:0;accent-color:var(--link)}
.chip:has(input:not(:checked)){color:var(--faint);background:none;border-style:dashed}
.selects label{display:inline-flex;align-items:center;gap:.4rem;color:var(--faint)}
select,input[type=search]{font:inherit;color:var(--text);background:var(--bg);border:1px solid var(--line);border-radius:6px;padding:.25rem .5rem;max-width:100%}
input[type=search]{width:16rem}
.mark{display:inline-grid;place-items:center;width:1.15em;height:1.15em;font:700 .85em/1 system-ui,sans-serif;flex:none}
.mark::before{content:"·"}
.mark.pass{color:var(--good)}.mark.pass::before{content:"✓"}
.mark.fail{color:var(--bad)}.mark.fail::before{content:"✗"}
.mark.error{color:var(--odd)}.mark.error::before{content:"⚠"}
.mark.warn{color:var(--warn)}.mark.warn::before{content:"!"}
.mark.inconclusive{color:var(--odd)}.mark.inconclusive::before{content:"~"}
.mark.not-testable{color:var(--faint)}.mark.not-testable::before{content:"?"}
.mark.known{color:var(--faint)}.mark.known::before{content:"◦"}
.mark.not-applicable{color:var(--faint)}.mark.not-applicable::before{content:"–"}
.scroll{overflow-x:auto;max-width:100%}
#matrix table{border-collapse:collapse;font-size:.87rem}
#matrix thead th{font-weight:600;text-align:center;padding:.3rem .6rem;white-space:nowrap;border-bottom:1px solid var(--line)}
#matrix th:first-child{text-align:left;position:sticky;left:0;background:var(--bg);padding:.15rem 1rem .15rem 0;overflow-wrap:normal;max-width:26rem;z-index:1}
#matrix tbody th{font-weight:400;font-family:var(--mono);font-size:.85rem}
#matrix .family th{font:600 .9rem/1.4 system-ui,sans-serif}#matrix tbody tr:not(.family) th{padding-left:.9rem}#matrix p{margin:.6rem 0 0}
#matrix td{padding:1px;text-align:center;min-width:3.6rem}
#matrix button{all:unset;box-sizing:border-box;cursor:pointer;width:100%;min-height:1.65rem;display:inline-flex;align-items:center;justify-content:center;gap:.15rem;border-radius:5px;background:var(--soft)}
#matrix button:hover{box-shadow:inset 0 0 0 1px var(--link)}#matrix button:focus-visible{outline:2px solid var(--link)}
#matrix button:has(.fail),#matrix button:has(.error){background:color-mix(in srgb,var(--bad) 20%,var(--bg))}
#matrix button:has(.warn){background:color-mix(in srgb,var(--warn) 18%,var(--bg))}
#matrix button small{color:var(--text)}
#matrix button:has(.not-applicable){background:none}
.rule{border-top:1px solid var(--line);padding:.9rem 0}
.rule>p{margin:.15rem 0 .5rem}.rule>p a{color:inherit;text-decoration-color:var(--line);text-underline-offset:3px}.rule>p a:hover{text-decoration-color:currentColor}
.rule .coverage{color:var(--faint);font-size:.85rem}
.rule ul{list-style:none;margin:0;padding:0}
.case{padding:.1rem 0}.rule .brief{display:inline-flex;align-items:center;gap:.15rem;margin-right:1.1rem}.brief a{color:inherit;text-decoration:none}.brief a:hover{text-decoration:underline}
.case>details[open]{background:var(--soft);border:1px solid var(--line);border-radius:10px;padding:.5rem .8rem .8rem;margin:.4rem 0}
summary{cursor:pointer}.because{color:var(--faint)}
.place{font-size:.85rem;white-space:nowrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:.7rem 0}
dt{color:var(--faint)}dd{margin:0;min-width:0}
.command{user-select:all;background:var(--bg);border:1px solid var(--line);border-radius:5px;padding:.1rem .4rem;display:inline-block}
.diagram{border:1px solid var(--line);border-radius:8px;background:var(--bg);margin:.6rem 0}
.sequence{display:block}
.sequence text{font:11px var(--mono);fill:var(--text);paint-order:stroke;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round}
.sequence .time{fill:var(--faint)}
.sequence line,.sequence path,.sequence circle{stroke:var(--c,var(--faint));stroke-width:1.5;fill:var(--c,var(--faint))}
.sequence .cross{fill:none;stroke:var(--bad);stroke-width:2.5}
.sequence .target line{stroke:var(--text);stroke-width:2}
.sequence .target text,.sequence .lane text{font-weight:700;font-size:12px}
.sequence .lane text{fill:var(--c)}
.sequence .lane .absent{stroke:var(--line);stroke-dasharray:2 5}
.sequence .fence line{stroke:var(--line);stroke-dasharray:5 4}.sequence .fence text{fill:var(--faint)}
.sequence .close text:not(.time),.sequence .end text:not(.time),.sequence .refused text:not(.time){fill:var(--bad)}
.hue-0{--c:#2f6fd6}.hue-1{--c:#138a5e}.hue-2{--c:#b65c00}.hue-3{--c:#8a4bc7}.hue-4{--c:#0c8599}.hue-5{--c:#c2407a}.hue-6{--c:#6b7a12}.hue-7{--c:#8d6248}
@media (prefers-color-scheme:dark){.hue-0{--c:#7fb0ff}.hue-1{--c:#55cc9d}.hue-2{--c:#f0a050}.hue-3{--c:#c39bf0}.hue-4{--c:#5cc9d8}.hue-5{--c:#f08ab8}.hue-6{--c:#bccb5c}.hue-7{--c:#d0a68c}}
.frames table{border-collapse:collapse;font-size:.87rem;margin-top:.4rem}
.frames td,.frames th{padding:.1rem .7rem .1rem 0;text-align:left;vertical-align:top}
.frames td:first-child{text-align:right;font-variant-numeric:tabular-nums;color:var(--faint)}
.frames td:nth-child(2){white-space:nowrap}.frames td code{white-space:pre-wrap;overflow-wrap:anywhere}
.frames .fence{color:var(--faint)}
#needs details{margin:.35rem 0}.places{color:var(--faint)}
footer{color:var(--faint);font-size:.85rem;margin-top:2.5rem;padding-top:1rem;padding-bottom:2rem;border-top:1px solid var(--line)}
[hidden]{display:none!important}
@media (max-width:640px){body{font-size:16px}header,main,footer{padding-left:.9rem;padding-right:.9rem}h1{font-size:1.5rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.45rem}.selects label{width:100%;justify-content:space-between}.selects select,input[type=search]{width:70%}.hint{display:none}#matrix th:first-child{min-width:8rem;max-width:9rem;padding-right:.5rem}#matrix tbody tr:not(.family) th{padding-left:.4rem}.case>details[open]{padding:.5rem .6rem;margin-left:-.3rem;margin-right:-.3rem}}
@media print{.filters,.hint,.skip{display:none}}
`;
