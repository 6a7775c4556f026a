// The target file that `wirepact init` writes: the mock of the contract as the server under test, until there is another one.
import type { Contract } from '../../scripts/model.ts';

/** Of tokens that only a mock takes. */
const secret = 'a-secret-for-tests-which-everybody-knows-and-is-long-enough';

export interface TargetUser {
  readonly id: string;
  readonly name: string;
}

export interface TargetOptions {
  readonly contract: Contract;
  /** Its path from the target file. */
  readonly document: string;
  /** What starts the command `wirepact`, from the target file's folder. */
  readonly wirepact: readonly string[];
  /** Those of the mock. */
  readonly users: readonly TargetUser[];
}

export function targetText({ contract, document, wirepact, users }: TargetOptions): string {
  const formats = new Set(contract.channels.flatMap(({ auth }) => (auth?.scheme == null ? [] : [auth.format])));
  const command = [
    ...wirepact,
    'serve',
    '--contract',
    document,
    '--port',
    '{port}',
    '--control',
    '{port}',
    '--time-scale',
    '0.05',
    '--quiet',
  ];
  const lines = [
    '# What the suite needs to know of the server under test: npx wirepact test server --target target.yaml',
    '# Here that is the mock of the contract. Put the address of your server in its place, and the command that starts it.',
    'target:',
    '  url: ws://127.0.0.1:{port}',
    '  start:',
    `    command: [${command.map((word) => JSON.stringify(word)).join(', ')}]`,
    ...(formats.has('jwt') ? [`    env: { WIREPACT_SECRET: ${secret} }`] : []),
    '',
    '# Of a server that multiplies its durations by it: the suite is done the sooner. Yours does not yet? Remove this line.',
    'timeScale: 0.05',
  ];
  if (formats.has('jwt'))
    lines.push('', '# The key of your tokens, of a server for tests alone.', `tokens: { secret: ${secret} }`);
  if (formats.size > 0) {
    lines.push('', '# Users whom the server lets in. Some rules need several: who hears whom.', 'users:');
    for (const { id, name } of users) {
      const token = formats.has('opaque') ? `, token: token-of-${name}` : '';
      lines.push(`  - { id: ${JSON.stringify(id)}, name: ${name}${token} }`);
    }
  }
  lines.push(
    '',
    "# What the server's own code can be told to do. Without these, some rules stay untested, and the report says which.",
    'hooks:',
    "  publish: { http: 'http://127.0.0.1:{port}/control' }",
    "  drop: { http: 'http://127.0.0.1:{port}/control' }",
    ...(formats.size > 0 ? ["  expire-token: { http: 'http://127.0.0.1:{port}/control' }"] : []),
  );
  return `${lines.join('\n')}\n`;
}
