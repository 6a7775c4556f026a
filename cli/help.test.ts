import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { nameOf, silent, understood } from './fixtures/rehearsal.ts';
import { allCommands, createProgram } from './program.ts';

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

const names = allCommands(createProgram(silent, () => undefined)).map(nameOf);

/** Lines below `Examples:`, without the remark that two spaces set apart, and what a shell does before. */
function examplesOf(help: string): string[] {
  const [, block = ''] = /^Examples:\n((?: {2}.+\n?)+)/m.exec(help) ?? [];
  return block
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/)[0] ?? '')
    .flatMap((line) => line.split('&&').filter((part) => part.trim().startsWith('wirepact')));
}

test('there are the commands that are expected', () => {
  expect(names).toEqual(expect.arrayContaining(['init', 'generate', 'serve', 'test server', 'report diff']));
});

test.each(names)('%s --help says what it does, with examples that it understands', async (name) => {
  const command = allCommands(createProgram(silent, () => undefined)).find((one) => nameOf(one) === name);
  const help = helpOf(command!);
  expect(command?.description().length).toBeGreaterThan(10);
  const lines = examplesOf(help);
  expect(lines.length, help).toBeGreaterThan(0);
  let own = 0;
  for (const line of lines) {
    if ((await understood(line)).startsWith(name)) own += 1;
  }
  expect(own, 'examples of the command itself').toBeGreaterThan(0);
});

test('the help of the program names every command that is of use here', () => {
  const help = helpOf(createProgram(silent, () => undefined));
  for (const name of names.filter((one) => !one.includes(' ')))
    expect(help).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
});
