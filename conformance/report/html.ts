// The report as one page that works from a file: matrix of rules and channels, filters, what broke with diagram and frames.
import { createHash } from 'node:crypto';
import { plural } from '../verdict/summary.ts';
import { escapeHtml } from './escape.ts';
import { addingTo, groupByNeed, placeOf } from './groups.ts';
import { ruleSections } from './html-cases.ts';
import { matrix } from './html-matrix.ts';
import { pageScript } from './html-script.ts';
import { stateOf, states, stateWord } from './html-state.ts';
import { pageStyle } from './html-style.ts';
import type { Report } from './report-json.ts';

export interface HtmlOptions {
  /** Address of the document as seen from the page; `#L42` is added for a line. @default the document's file name */
  readonly documentHref?: string;
  /** Address of the protocol's page, on which each rule has its id as an anchor. @default rules are no links */
  readonly docsHref?: string;
}

/** Self-contained: no request, and a policy that allows none. */
export function htmlReport(report: Report, options: HtmlOptions = {}): string {
  const documentHref = options.documentHref ?? report.contract.document;
  const policy = `default-src 'none'; style-src '${sha256(pageStyle)}'; script-src '${sha256(pageScript)}'; base-uri 'none'; form-action 'none'`;
  const title = `${report.headline}: ${report.target.name}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<a class="skip" href="#cases">Skip to the cases</a>
${header(report)}
<main>
${filters(report)}
${matrix(report)}
<section id="cases" aria-labelledby="cases-title">
<h2 id="cases-title">Cases <small id="shown" role="status"></small></h2>
<p class="hint">Keys: <kbd>j</kbd> and <kbd>k</kbd> go to the next and the previous problem, <kbd>/</kbd> searches, <kbd>Esc</kbd> shows everything that is wrong.</p>
${ruleSections(report, documentHref, options.docsHref)}
<p id="nothing" hidden>No case matches these filters.</p>
</section>
${needs(report)}
${known(report)}
</main>
${footer(report)}
<script>${pageScript}</script>
</body>
</html>
`;
}

function header(report: Report): string {
  const { contract } = report;
  const because = report.because.flatMap((one) => one.split('\n')).map((one) => `<li>${escapeHtml(one)}</li>`);
  const notes = report.notes.map((note) => `<li class="note">${escapeHtml(note)}</li>`);
  const scale = report.timeScale === 1 ? '' : `, time scale ${report.timeScale}`;
  return `<header class="${report.exitCode === 0 ? 'green' : 'red'}">
<h1>${report.exitCode === 0 ? '✓' : '✗'} ${escapeHtml(report.headline.charAt(0).toUpperCase() + report.headline.slice(1))}</h1>
<p>${report.role} <b>${escapeHtml(report.target.name)}</b> against <b>${escapeHtml(contract.title)} ${escapeHtml(contract.version)}</b> (${escapeHtml(contract.document)})${scale}</p>
${because.length + notes.length === 0 ? '' : `<ul>${because.join('')}${notes.join('')}</ul>`}
</header>`;
}

function filters(report: Report): string {
  const chips = states.map((state) => {
    const count = report.cases.filter((one) => stateOf(one) === state).length;
    const mark = `<span class="mark ${state}" aria-hidden="true"></span>`;
    return count === 0
      ? ''
      : `<label class="chip"><input type="checkbox" name="state" value="${state}" checked>${mark}${count} ${stateWord(state)}</label>`;
  });
  const select = (id: string, label: string, values: readonly string[]): string =>
    `<label>${label} <select id="${id}"><option value="">all</option>${values.map((one) => `<option>${escapeHtml(one)}</option>`).join('')}</select></label>`;
  const families = [...new Set(report.cases.map((one) => one.family))];
  const channels = [...new Set(report.cases.map((one) => one.channel))];
  return `<form class="filters" role="search" autocomplete="off">
<div class="chips">${chips.join('')}</div>
<div class="selects">${select('family', 'Family', families)}${select('channel', 'Channel', channels)}
<label>Search <input id="search" type="search" placeholder="rule, message or words"></label></div>
</form>`;
}

function needs(report: Report): string {
  const groups = groupByNeed(report).map((group) => {
    const rules = group.rules.map(
      ({ rule, cases }) =>
        `<li><code>${escapeHtml(rule)}</code> <span class="places">${escapeHtml(cases.map(placeOf).join(', '))}</span></li>`,
    );
    return `<details><summary><code>${escapeHtml(group.need)}</code> leaves ${plural(group.rules.length, 'rule')} untested</summary><ul>${rules.join('')}</ul></details>`;
  });
  if (groups.length === 0) return '';
  return `<section id="needs"><h2>Not testable: what to add to ${addingTo[report.role]}</h2>${groups.join('\n')}</section>`;
}

function known(report: Report): string {
  const { file, accepted, problems } = report.known;
  if (file === null) return '';
  const rows = problems.map(
    (one) =>
      `<li><b>${one.kind}</b> <code>${escapeHtml(`${file}:${one.line}`)}</code> <code>${escapeHtml(one.rule)}</code><br>${escapeHtml(one.message)}</li>`,
  );
  return `<section id="known"><h2>Known list</h2><p>${plural(accepted, 'case')} accepted by <code>${escapeHtml(file)}</code>.</p><ul>${rows.join('')}</ul></section>`;
}

function footer(report: Report): string {
  const { startedAt, durationMs, url, command, measurements } = report.volatile;
  const measured = (['rtt', 'delivery', 'lag'] as const).map((name) => {
    const { samples, medianMs, maxMs } = measurements[name];
    return samples === 0 || !Number.isFinite(medianMs)
      ? ''
      : `${name} ${medianMs.toFixed(1)} ms (at most ${maxMs.toFixed(1)})`;
  });
  const parts = [
    startedAt,
    `${(durationMs / 1000).toFixed(1)} s`,
    url,
    ...measured,
    `document ${report.contract.hash.slice(0, 12)}`,
  ];
  const again = command === null ? '' : `<p><code class="command">${escapeHtml(command)}</code></p>`;
  return `<footer><p>${parts
    .filter((part) => part !== '')
    .map(escapeHtml)
    .join(' · ')}</p>${again}</footer>`;
}

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
