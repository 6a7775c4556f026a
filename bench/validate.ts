// Measures what validating and dispatching a parsed message costs, as a share of parsing it: of all examples of the
// contract together, and of the worst one.
import { readFileSync } from 'node:fs';
import { dispatch, type ValidatorTable } from '../runtime/validation/index.ts';
import { channelFolder } from '../scripts/emit/names.ts';
import type { Contract, Envelope, Message } from '../scripts/model.ts';
import type { Bench, Row } from './bench.ts';
import { median } from './measure.ts';

type Table = ValidatorTable<{ [type: string]: unknown }>;

interface Case {
  readonly label: string;
  readonly text: string;
  readonly table: Table;
  readonly discriminator: readonly string[] | null;
}

const COPIES = 200;
const aims = { all: 0.5, worst: 1 } as const;

export const benchValidate: Bench = async ({ rounds }) => {
  const measureAll = (list: readonly Case[]) => measure(list, 4 * rounds);
  const cases = await readCases(new URL('../generated/', import.meta.url));
  measureAll(cases);
  const all = measureAll(cases);
  const ratios = cases.map((item) => ({ label: item.label, ...measureAll([item]) }));
  ratios.sort((a, b) => b.check / b.parse - a.check / a.parse);
  const row = (name: string, { parse, check }: { parse: number; check: number }, aim: number): Row => ({
    name,
    measured: `${Math.round(check)} ns`,
    peer: `JSON.parse ${Math.round(parse)} ns`,
    ratio: check / parse,
    aim: `<= ${aim.toFixed(2)} x`,
    met: check / parse <= aim,
  });
  const [worst] = ratios;
  return [
    row(`validate and dispatch, ${cases.length} examples`, all, aims.all),
    ...(worst === undefined ? [] : [row(`  the worst: ${worst.label}`, worst, aims.worst)]),
  ];
};

async function readCases(generated: URL): Promise<Case[]> {
  const contract = JSON.parse(readFileSync(new URL('model.json', generated), 'utf8')) as Contract;
  const cases: Case[] = [];
  for (const channel of contract.channels) {
    const module = new URL(`${channelFolder(contract, channel)}/validators.ts`, generated);
    const { validators } = (await import(module.href)) as { validators: { client: Table; server: Table } };
    const add = (messages: readonly Message[], table: Table): void => {
      for (const message of messages) {
        for (const { payload } of message.examples) {
          const label = `${channel.name} ${message.key}`;
          cases.push({ label, text: JSON.stringify(payload), table, discriminator: segmentsOf(channel.envelope) });
        }
      }
    };
    add(channel.clientMessages, validators.client);
    add(channel.serverMessages, validators.server);
  }
  return cases;
}

function segmentsOf({ discriminator }: Envelope): readonly string[] | null {
  if (discriminator === null) return null;
  return discriminator
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Nanoseconds a message, each the median of rounds that take turns. */
function measure(cases: readonly Case[], rounds: number): { parse: number; check: number } {
  const parses: number[] = [];
  const checks: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const values: unknown[] = [];
    const start = process.hrtime.bigint();
    for (let i = 0; i < COPIES; i++) for (const { text } of cases) values.push(JSON.parse(text));
    const middle = process.hrtime.bigint();
    let valid = 0;
    let at = 0;
    for (let i = 0; i < COPIES; i++) {
      for (const { table, discriminator } of cases) {
        if (dispatch(table, discriminator, values[at++]).kind === 'valid') valid++;
      }
    }
    const end = process.hrtime.bigint();
    if (valid !== values.length) throw new Error('An example of the contract is not valid: run `npx wirepact lint`.');
    parses.push(Number(middle - start) / values.length);
    checks.push(Number(end - middle) / values.length);
  }
  return { parse: median(parses), check: median(checks) };
}
