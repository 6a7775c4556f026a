// The matrix of the page: a column a channel, a row a family and a rule, a cell the worst verdict of its cases there.
import { plural } from '../verdict/summary.ts';
import { escapeHtml } from './escape.ts';
import { isCalm, stateOf, stateWord, worstOf } from './html-state.ts';
import type { Report, ReportCase } from './report-json.ts';

/** Rules with nothing to do about them are hidden at first; their family's row speaks for them. */
export function matrix(report: Report): string {
  if (report.cases.length === 0) return '';
  const channels = [...new Set(report.cases.map((one) => one.channel))];
  const families = [...new Set(report.cases.map((one) => one.family))];
  const rules = new Set(report.cases.map((one) => one.rule)).size;
  const head = channels.map((channel) => `<th scope="col">${escapeHtml(channel)}</th>`).join('');
  const bodies = families.map((family) => familyBody(family, report, channels));
  return `<section id="matrix" aria-labelledby="matrix-title"><h2 id="matrix-title">Rules and channels</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="matrix-title"><table><thead><tr><th scope="col">Rule</th>${head}</tr></thead>
${bodies.join('\n')}</table></div>
<p><label class="chip"><input type="checkbox" id="all-rules" checked>all ${plural(rules, 'rule')}</label></p></section>`;
}

function familyBody(family: string, report: Report, channels: readonly string[]): string {
  const cases = report.cases.filter((one) => one.family === family);
  const rules = [...new Set(cases.map((one) => one.rule))];
  const rows = rules.map((rule) =>
    ruleRow(
      rule,
      cases.filter((one) => one.rule === rule),
      channels,
    ),
  );
  const cells = cellsOf(cases, channels, family, `data-family="${escapeHtml(family)}"`);
  return `<tbody><tr class="family"><th scope="row">${escapeHtml(family)}</th>${cells}</tr>${rows.join('')}</tbody>`;
}

function ruleRow(rule: string, cases: readonly ReportCase[], channels: readonly string[]): string {
  const calm = cases.every((one) => isCalm(stateOf(one)));
  const short = rule.slice(rule.indexOf('/') + 1);
  const cells = cellsOf(cases, channels, rule, `data-rule="${escapeHtml(rule)}"`);
  return `<tr${calm ? ' class="calm"' : ''}><th scope="row" title="${escapeHtml(cases[0]?.sentence ?? '')}">${escapeHtml(short)}</th>${cells}</tr>`;
}

function cellsOf(cases: readonly ReportCase[], channels: readonly string[], name: string, data: string): string {
  return channels
    .map((channel) =>
      cell(
        cases.filter((one) => one.channel === channel),
        channel,
        name,
        data,
      ),
    )
    .join('');
}

function cell(cases: readonly ReportCase[], channel: string, name: string, data: string): string {
  const worst = worstOf(cases.map(stateOf));
  if (worst === null) return '<td></td>';
  const count = cases.filter((one) => stateOf(one) === worst).length;
  const words = `${name} on ${channel}: ${count} of ${plural(cases.length, 'case')} ${stateWord(worst)}`;
  const number = isCalm(worst) || cases.length === 1 ? '' : `<small>${count}</small>`;
  const mark = `<span class="mark ${worst}" aria-hidden="true"></span>${number}`;
  return `<td><button type="button" ${data} data-channel="${escapeHtml(channel)}" title="${escapeHtml(words)}" aria-label="${escapeHtml(words)}">${mark}</button></td>`;
}
