// The cases of the page: a section a rule, with its sentence; a passed case takes a line, one that broke shows all that is known.
import { plural } from '../verdict/summary.ts';
import { coverageText, type RuleCoverage } from './coverage.ts';
import { escapeHtml } from './escape.ts';
import { type CaseWithTrace, casesWithTraces, placeOf, rerunCommand } from './groups.ts';
import { sequenceDiagram } from './html-sequence.ts';
import { type State, stateOf, stateWord } from './html-state.ts';
import type { Report } from './report-json.ts';
import { traceRows } from './trace.ts';

// A page with some hundred open diagrams is slow, and the first of a rule tells the most.
const openDiagrams = 3;
// Nor is it of use with thousands of them: `report.json` has all frames.
const mostDiagrams = 5;
const mostRows = 400;

export function ruleSections(report: Report, documentHref: string, docsHref: string | null = null): string {
  const byRule = new Map<string, CaseWithTrace[]>();
  for (const one of casesWithTraces(report)) byRule.set(one.case.rule, [...(byRule.get(one.case.rule) ?? []), one]);
  return [...byRule].map(([rule, cases]) => ruleSection(report, documentHref, docsHref, rule, cases)).join('\n');
}

function coverage(one: RuleCoverage | undefined): string {
  return one === undefined || one.declared === 0 ? '' : `<p class="coverage">${escapeHtml(coverageText(one))}</p>`;
}

function ruleSection(
  report: Report,
  href: string,
  docsHref: string | null,
  rule: string,
  cases: readonly CaseWithTrace[],
): string {
  const first = cases[0]!.case;
  let broken = 0;
  let traced = 0;
  const items = cases.map((one) => {
    const isOpen = one.case.verdict === 'fail' && one.case.known === undefined && broken < openDiagrams;
    if (isOpen) broken += 1;
    if (one.frames.length > 0) traced += 1;
    return caseItem(report, href, one, { isOpen, hasTrace: traced <= mostDiagrams });
  });
  return `<section class="rule" data-rule="${escapeHtml(rule)}" data-family="${escapeHtml(first.family)}"><h3>${ruleName(rule, docsHref)}</h3>
<p><a href="${placeHref(href, first.line)}" title="${escapeHtml(first.pointer)}">${escapeHtml(first.sentence)}</a></p>
${coverage(report.rules.find((one) => one.rule === rule))}
<ul>${items.join('\n')}</ul></section>`;
}

/** Leads to the rule on the protocol's page, where there is one. */
function ruleName(rule: string, docsHref: string | null): string {
  if (docsHref === null) return escapeHtml(rule);
  return `<a href="${escapeHtml(`${encodeURI(docsHref)}#${rule}`)}">${escapeHtml(rule)}</a>`;
}

function caseItem(
  report: Report,
  href: string,
  traced: CaseWithTrace,
  { isOpen, hasTrace }: { readonly isOpen: boolean; readonly hasTrace: boolean },
): string {
  const one = traced.case;
  const state = stateOf(one);
  const data = `data-state="${state}" data-channel="${escapeHtml(one.channel)}" data-text="${escapeHtml(searchText(traced))}"`;
  const mark = `<span class="mark ${state}" role="img" aria-label="${stateWord(state)}"></span>`;
  const place = `<a class="place" href="${placeHref(href, one.line)}" title="${escapeHtml(one.pointer)}">${escapeHtml(report.contract.document)}:${one.line}</a>`;
  const name = `<code>${escapeHtml(placeOf(one))}</code>`;
  if (isBrief(state)) {
    const title = [one.pointer, one.reason ?? ''].filter((part) => part !== '').join(': ');
    return `<li class="case brief" ${data}>${mark}<a href="${placeHref(href, one.line)}" title="${escapeHtml(title)}">${name}</a></li>`;
  }
  const said = one.observed === '' ? (one.reason ?? '') : one.observed;
  return `<li class="case" ${data}><details${isOpen ? ' open' : ''}><summary>${mark} ${name} <span class="because">${escapeHtml(said)}</span></summary>
${facts(report, traced, place)}${hasTrace ? diagram(report, traced) : `<p>Its frames (${traced.frames.length}) are in report.json.</p>`}</details></li>`;
}

function facts(report: Report, { case: one, durationMs }: CaseWithTrace, place: string): string {
  const row = (name: string, html: string): string => `<dt>${name}</dt><dd>${html}</dd>`;
  const level = `${one.level}, ${stateWord(stateOf(one))}${one.reason === undefined || one.observed === '' ? '' : ` (${escapeHtml(one.reason)})`}, ${Math.round(durationMs)} ms`;
  return `<dl>${[
    one.expected === '' ? '' : row('Expected', escapeHtml(one.expected)),
    one.observed === '' ? '' : row('Observed', escapeHtml(one.observed)),
    one.observed !== '' || one.reason === undefined ? '' : row('Because', escapeHtml(one.reason)),
    one.needs === undefined ? '' : row('Add', one.needs.map((need) => `<code>${escapeHtml(need)}</code>`).join(', ')),
    one.known === undefined
      ? ''
      : row('Known', `until ${escapeHtml(one.known.until)}: ${escapeHtml(one.known.reason)}`),
    row('Verdict', level),
    row('Place', `${place} <code>${escapeHtml(one.pointer)}</code>`),
    row('Again', `<code class="command">${escapeHtml(rerunCommand(report, one.instance))}</code>`),
  ].join('')}</dl>`;
}

function diagram(report: Report, { frames }: CaseWithTrace): string {
  if (frames.length === 0) return '';
  const rows = traceRows(frames, mostRows).map(
    (row) =>
      `<tr class="${row.kind}"><td>${row.ms}</td><td>${escapeHtml(row.connection)}</td><td>${row.arrow}</td><td><code>${escapeHtml(row.text)}</code></td></tr>`,
  );
  return `<div class="scroll diagram" tabindex="0" role="group" aria-label="Sequence diagram">${sequenceDiagram(frames, report.role)}</div>
<details class="frames"><summary>${plural(frames.length, 'frame')}</summary><div class="scroll" tabindex="0" role="group" aria-label="Frames"><table><thead><tr><th scope="col">ms</th><th scope="col">Connection</th><th scope="col">Way</th><th scope="col">Frame</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`;
}

function isBrief(state: State): boolean {
  return state === 'pass' || state === 'not-applicable';
}

function searchText({ case: one }: CaseWithTrace): string {
  return [one.instance, one.sentence, one.expected, one.observed, one.reason ?? ''].join(' ').toLowerCase();
}

function placeHref(href: string, line: number): string {
  return escapeHtml(`${encodeURI(href)}#L${line}`);
}
