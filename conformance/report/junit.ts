// JUnit XML: a suite a family, a test a case, so that a CI shows rules where it shows tests. What is red in the run is red here.
import { placeInDocument, traceLines } from './console-cases.ts';
import { escapeXml } from './escape.ts';
import { addingTo, type CaseWithTrace, casesWithTraces, rerunCommand } from './groups.ts';
import { createPaint } from './paint.ts';
import type { Report, ReportCase } from './report-json.ts';
import { traceRows } from './trace.ts';

type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

const traceWidth = 160;
const mostRows = 200;

export function junitReport(report: Report): string {
  const all = casesWithTraces(report);
  const families = [...new Set(report.cases.map((one) => one.family))];
  const suites = families.map((family) =>
    suite(
      report,
      family,
      all.filter((one) => one.case.family === family),
    ),
  );
  const name = `wirepact ${report.role} ${report.target.name}`;
  const attributes = `${attribute('name', name)}${counts(report, all)}${seconds(report.volatile.durationMs)}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes}>`,
    ...suites.flat(),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(report: Report, family: string, cases: readonly CaseWithTrace[]): readonly string[] {
  const time = cases.reduce((sum, one) => sum + one.durationMs, 0);
  const head = `${attribute('name', family)}${counts(report, cases)}${seconds(time)}${attribute('timestamp', report.volatile.startedAt)}`;
  return [`  <testsuite${head}>`, ...cases.flatMap((one) => testCase(report, one)), '  </testsuite>'];
}

function testCase(report: Report, traced: CaseWithTrace): readonly string[] {
  const one = traced.case;
  const head = `${attribute('classname', `${one.family}.${one.channel}`)}${attribute('name', one.instance)}${seconds(traced.durationMs)}`;
  const place = placeInDocument(report, one);
  const properties = [
    ['rule', one.rule],
    ['level', one.level],
    ['role', one.role],
    ['verdict', one.verdict],
    ['place', place],
    ['sentence', one.sentence],
  ].map(([name, value]) => `        <property${attribute('name', name!)}${attribute('value', value!)}/>`);
  return [
    `    <testcase${head}>`,
    '      <properties>',
    ...properties,
    '      </properties>',
    ...outcomeElement(report, traced, place),
    '    </testcase>',
  ];
}

function outcomeElement(report: Report, { case: one, frames }: CaseWithTrace, place: string): readonly string[] {
  const outcome = outcomeOf(report, one);
  const message = messageOf(one);
  if (outcome === 'skipped') return [`      <skipped${attribute('message', message)}/>`];
  if (outcome === 'passed')
    return one.verdict === 'warn' ? [`      <system-out>warning: ${escapeXml(message)}</system-out>`] : [];
  const trace = traceLines(traceRows(frames, mostRows), { paint: createPaint(false), width: traceWidth });
  const details = [
    one.sentence,
    ...(one.expected === '' ? [] : [`expected: ${one.expected}`]),
    ...(one.observed === '' ? [] : [`observed: ${one.observed}`]),
    ...(trace.length === 0 ? [] : ['', ...trace, '']),
    `place: ${place}`,
    `again: ${rerunCommand(report, one.instance)}`,
  ];
  const type = one.verdict === 'fail' || one.verdict === 'warn' ? (one.reason ?? one.verdict) : one.verdict;
  return [
    `      <${outcome}${attribute('message', message)}${attribute('type', type)}>${escapeXml(details.join('\n'))}</${outcome}>`,
  ];
}

// A case that was not tested must not vanish as skipped where the run is red for it.
function outcomeOf(report: Report, one: ReportCase): Outcome {
  if (one.known !== undefined || one.verdict === 'not-applicable') return 'skipped';
  if (one.verdict === 'pass') return 'passed';
  if (one.verdict === 'fail') return 'failure';
  if (one.verdict === 'warn') return report.strict ? 'failure' : 'passed';
  return 'error';
}

function messageOf(one: ReportCase): string {
  if (one.known !== undefined) return `known until ${one.known.until}: ${one.known.reason}`;
  if (one.expected !== '' || one.observed !== '') return `expected ${one.expected}; observed ${one.observed}`;
  const needs = one.needs === undefined ? '' : ` Add to ${addingTo[one.role]}: ${one.needs.join(', ')}`;
  return `${one.verdict}: ${one.reason ?? one.sentence}${needs}`;
}

function counts(report: Report, cases: readonly CaseWithTrace[]): string {
  const outcomes = cases.map((one) => outcomeOf(report, one.case));
  const count = (outcome: Outcome): string => String(outcomes.filter((one) => one === outcome).length);
  return `${attribute('tests', String(cases.length))}${attribute('failures', count('failure'))}${attribute('errors', count('error'))}${attribute('skipped', count('skipped'))}`;
}

function seconds(ms: number): string {
  return attribute('time', (ms / 1000).toFixed(3));
}

function attribute(name: string, value: string): string {
  return ` ${name}="${escapeXml(value).replace(/[\t\n\r]/g, ' ')}"`;
}
