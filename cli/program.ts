// The `wirepact` command: arguments to a command, a command to an exit code. Mistakes of the user end in a sentence.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { commands } from './commands.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { type Io, paint } from './io.ts';

/** Resolves to the exit code. `args` are those after the name of the command. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  io.verbose = args.includes('--verbose');
  let code: number = exitCodes.ok;
  const program = createProgram(io, (next) => {
    code = next;
  });
  try {
    if (args.length === 0) {
      program.outputHelp();
      return exitCodes.usage;
    }
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return explainFailure(error, io);
  }
}

/** The command with everything below it; `exit` is called with the exit code. */
export function createProgram(io: Io, exit: (code: number) => void): Command {
  const program = new Command('wirepact')
    .description('One AsyncAPI document is the contract of a WebSocket application.')
    .version(packageVersion())
    .option('--verbose', 'show stack traces')
    .showSuggestionAfterError(true)
    .addHelpText('after', '\nwirepact COMMAND --help shows the options of a command, with examples.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.print(text.trimEnd()),
      writeErr: (text) => io.warn(text.trimEnd()),
      outputError: (text, write) => write(errorLine(text)),
    });
  for (const add of commands) add(program, { io, exit });
  for (const command of allCommands(program)) {
    command.exitOverride().copyInheritedSettings(program);
    if (command.options.every(({ long }) => long !== '--verbose')) command.option('--verbose', 'show stack traces');
  }
  return program;
}

/** Every command below one, those that only hold others too. */
export function allCommands(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...allCommands(one)]);
}

/** Commander's own words in one line, with a hint. */
function errorLine(text: string): string {
  const line = text
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  return `wirepact: ${line}${/[.?)]$/.test(line) ? '' : '.'} Try: wirepact --help\n`;
}

function explainFailure(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const known = error instanceof UsageError || isContractError(error);
  const message = error instanceof Error ? error.message : String(error);
  io.warn(`${paint(io, 'red', 'wirepact:')} ${message.replace(/^\[CONTRACT_ERR_\w+\] /, '')}`);
  if (io.verbose && error instanceof Error) io.warn(error.stack ?? '');
  else if (!known) io.warn('This is a fault of wirepact. Run it again with --verbose to see where.');
  return isContractError(error) && error.code === 'CONTRACT_ERR_INVALID' ? exitCodes.failed : exitCodes.usage;
}

function isContractError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('CONTRACT_ERR_');
}

/** From the nearest package.json above: this file is in `cli/` of a checkout, in `dist/cli/` of the package. */
function packageVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const { version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version?: unknown };
      if (typeof version === 'string') return version;
    } catch {
      // The other place has it.
    }
  }
  return 'unknown';
}
