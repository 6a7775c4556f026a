// `npm run proof`: how much of what is wrong the suite finds, part by part. Each part writes its rows to conformance/proof.json.
import { parseArgs } from 'node:util';
import { proveQuiet } from './alarms.ts';
import { proveClientFaults } from './client-faults.ts';
import { type FaultRow, type Parts, type Proof, readParts, writeParts } from './figures.ts';
import { runMutants } from './mutants/run.ts';
import { proveNulls } from './nulls.ts';
import { provePairFaults } from './pair-faults.ts';
import { fillReadme } from './readme.ts';
import { proveServerFaults } from './server-faults.ts';
import { bundledStand } from './stand.ts';

const usage = `npm run proof -- [parts] [options]
  --faults            the faults of all roles            --role server|client|pair   of one role alone
  --nulls             implementations that do nothing    --name NAME                 one of them, the rows of the others kept
  --mutants N         so many random changes of the source, drawn by --seed (default 1)
  --false-alarms N    so many runs of correct implementations, all cores busy; --whole: every instance in each
  --quick             faults (each operator once for each rule) and nulls on one channel; writes nothing but with --write
  --resume            keeps what is decided already       --jobs N   side by side (default 2)
Without a part: --faults --nulls --mutants 200 --false-alarms 100.`;

const { values } = parseArgs({
  options: {
    faults: { type: 'boolean', default: false },
    nulls: { type: 'boolean', default: false },
    mutants: { type: 'string' },
    'false-alarms': { type: 'string' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
    role: { type: 'string' },
    name: { type: 'string' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const isQuick = values.quick;
const isWriting = !isQuick || values.write;
const isEverything = !values.faults && !values.nulls && !values.mutants && !values['false-alarms'];
const jobs = Number(values.jobs);

let parts: Parts = readParts();
let proof: Proof | null = null;

const keep = (change: Partial<Parts>): void => {
  parts = { ...parts, ...change };
  if (isWriting) proof = writeParts(parts);
};

const allRoles = ['server', 'client', 'pair'] as const;

const isSame = (left: FaultRow, right: FaultRow): boolean => left.role === right.role && left.id === right.id;

const told = ({ role, id, live, rules, others }: FaultRow): string => {
  const missed = rules.filter(({ caught }) => !caught).map(({ rule }) => rule);
  const verdict = live === false ? 'not live' : missed.length === 0 ? 'caught' : `NOT by ${missed.join(', ')}`;
  return `${role} ${id}: ${verdict}${others?.length ? `; also ${others.join(', ')}` : ''}`;
};

async function proveFaults(): Promise<readonly FaultRow[]> {
  const found: FaultRow[] = [];
  const roles: readonly FaultRow['role'][] =
    values.role === undefined ? allRoles : allRoles.filter((one) => one === values.role);
  if (roles.length === 0) throw new Error(`"${values.role}" is no role: server, client or pair.`);
  const kept = values.resume ? parts.rows : parts.rows.filter(({ role }) => !roles.includes(role));
  if (isWriting) parts = { ...parts, rows: kept };
  for (const role of roles) {
    const known = new Set(isQuick && !values.resume ? [] : kept.filter((row) => row.role === role).map(({ id }) => id));
    const onRow = (row: FaultRow): void => {
      found.push(row);
      say(told(row));
      keep({ rows: [...parts.rows.filter((one) => !isSame(one, row)), row] });
    };
    const options = { isQuick, known, jobs: jobs + 1, onRow };
    if (role === 'server') await proveServerFaults(bundledStand(), options);
    else if (role === 'client') await proveClientFaults(bundledStand().contract, options);
    else await provePairFaults(bundledStand(), options);
  }
  return found;
}

async function main(): Promise<void> {
  if (values.help) return say(usage);
  let isRed = false;
  if (values.faults || (isQuick && !values.nulls) || isEverything) {
    const rows = await proveFaults();
    isRed ||= rows.some(({ live, rules }) => live !== false && rules.some(({ caught }) => !caught));
  }
  if (values.nulls || (isQuick && !values.faults) || isEverything) {
    let nulls: Parts['nulls'] = values.name === undefined ? [] : parts.nulls;
    const onRow = (row: Parts['nulls'][number]): void => {
      nulls = [...nulls.filter(({ role, name }) => role !== row.role || name !== row.name), row];
      say(`${row.role} ${row.name}: ${row.vacuous.length === 0 ? 'nothing given away' : row.vacuous.join(', ')}`);
      keep({ nulls });
    };
    await proveNulls(bundledStand(), { isQuick, name: values.name, onRow });
    isRed ||= nulls.some(({ vacuous }) => vacuous.length > 0);
  }
  const mutants = values.mutants ?? (isEverything && !isQuick ? '200' : undefined);
  if (mutants !== undefined) {
    const known = new Map(values.resume ? parts.mutantRows.map((row) => [row.key, row]) : []);
    const before = values.resume ? parts.mutantRows : [];
    const drawn: Parts['mutantRows'][number][] = [];
    await runMutants({
      count: Number(mutants),
      seed: Number(values.seed),
      jobs,
      known,
      onRow: (row, done, total) => {
        drawn.push(row);
        say(`${done}/${total} ${row.status} ${row.file}:${row.line} ${row.change} ${row.by ?? ''}`);
        const keys = new Set(drawn.map(({ key }) => key));
        // Until all are decided, those of an earlier run that was broken off are kept too.
        keep({ mutantRows: [...before.filter(({ key }) => done < total && !keys.has(key)), ...drawn] });
      },
    });
  }
  const runs = values['false-alarms'] ?? (isEverything && !isQuick ? '100' : undefined);
  if (runs !== undefined) {
    const known = values.resume ? parts.alarms : [];
    const rows = new Map(known.map((row) => [row.role, row]));
    await proveQuiet(bundledStand().contract, {
      runs: Number(runs),
      isWhole: values.whole,
      known,
      onRow: (row) => {
        rows.set(row.role, row);
        say(`${row.role}: ${row.alarms} false alarms in ${row.runs} runs, ${row.cases} cases decided`);
        keep({ alarms: [...rows.values()] });
      },
    });
  }
  if (isQuick) {
    say(
      isRed ? 'Something was not found: see above.' : 'Every fault was found by its rule, and nothing was given away.',
    );
    process.exitCode = isRed ? 1 : 0;
  }
  if (proof === null) return;
  fillReadme();
  const {
    rows: _rows,
    nulls: _nulls,
    alarms: _alarms,
    mutantRows: _mutants,
    operators: _operators,
    ...figures
  } = proof as Proof;
  say(JSON.stringify(figures, null, 2));
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
await main();
process.exit();
