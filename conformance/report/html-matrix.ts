// The matrix of the page: a row a rule, a column a channel, a cell the worst verdict of the rule's cases there.
import { plural } from '../verdict/summary.ts';
import { escapeHtml } from './escape.ts';
import { stateOf, stateWords, worstOf } from './html-state.ts';
import type { Report, ReportCase } from './report-json.ts';

export function matrix(report: Report): string {
  if (report.cases.length === 0) return '';
  const channels = [...new Set(report.cases.map((one) => one.channel))];
  const families = [...new Set(report.cases.map((one) => one.family))];
  const head = channels.map((channel) => `<th scope="col"><span>${escapeHtml(channel)}</span></th>`).join('');
  const bodies = families.map((family) => {
    const cases = report.cases.filter((one) => one.family === family);
    const rules = [...new Set(cases.map((one) => one.rule))];
    const rows = rules.map((rule) => row(rule, cases, channels));
    return `<tbody><tr class="family"><th scope="rowgroup" colspan="${channels.length + 1}">${escapeHtml(family)}</th></tr>${rows.join('')}</tbody>`;
  });
  const worst = worstOf(report.cases.map(stateOf));
  const open = worst === 'pass' || worst === 'not-applicable' || worst === 'known' ? '' : ' open';
  return `<section id="matrix" aria-labelledby="matrix-title"><details${open}><summary><h2 id="matrix-title">Rules and channels</h2></summary>
<div class="scroll" tabindex="0" role="region" aria-labelledby="matrix-title"><table><thead><tr><th scope="col">Rule</th>${head}</tr></thead>
${bodies.join('\n')}</table></div></details></section>`;
}

function row(rule: string, cases: readonly ReportCase[], channels: readonly string[]): string {
  const ofRule = cases.filter((one) => one.rule === rule);
  const cells = channels.map((channel) =>
    cell(
      rule,
      channel,
      ofRule.filter((one) => one.channel === channel),
    ),
  );
  const short = rule.slice(rule.indexOf('/') + 1);
  return `<tr><th scope="row" title="${escapeHtml(ofRule[0]?.sentence ?? '')}">${escapeHtml(short)}</th>${cells.join('')}</tr>`;
}

function cell(rule: string, channel: string, cases: readonly ReportCase[]): string {
  const worst = worstOf(cases.map(stateOf));
  if (worst === null) return '<td></td>';
  const count = cases.filter((one) => stateOf(one) === worst).length;
  const words = `${rule} on ${channel}: ${count} of ${plural(cases.length, 'case')} ${stateWords[worst]}`;
  const number = worst === 'pass' || worst === 'not-applicable' || cases.length === 1 ? '' : `<small>${count}</small>`;
  const mark = `<span class="mark ${worst}" aria-hidden="true"></span>${number}`;
  return `<td><button type="button" data-rule="${escapeHtml(rule)}" data-channel="${escapeHtml(channel)}" title="${escapeHtml(words)}" aria-label="${escapeHtml(words)}">${mark}</button></td>`;
}
