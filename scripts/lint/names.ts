// Names stay different when they become identifiers, so that none is numbered by chance.
import type { Message } from '../model.ts';
import { pascalCase } from '../parse/names.ts';
import type { LintInput } from './lint.ts';

export function checkNames({ contract, document, report }: LintInput): void {
  for (const channel of contract.channels) {
    collide(
      [...unique([...channel.clientMessages, ...channel.serverMessages])].map(
        ({ key, source }) => [key, source.pointer] as const,
      ),
      'messages',
      report,
    );
    collide(
      channel.closeCodes.map(({ name, source }) => [name, `${source.pointer}/name`] as const),
      'close codes',
      report,
    );
  }
  const schemas = document.field('components').field('schemas');
  collide(
    schemas.entries().map(([key]) => [key, schemas.at(key).pointer] as const),
    'schemas',
    report,
  );
}

/** A message of both directions is one. */
function unique(messages: readonly Message[]): Message[] {
  return [...new Map(messages.map((message) => [message.key, message])).values()];
}

function collide(
  names: readonly (readonly [name: string, at: string])[],
  what: string,
  report: LintInput['report'],
): void {
  const first = new Map<string, string>();
  for (const [name, at] of names) {
    const identifier = pascalCase(name);
    const other = first.get(identifier);
    if (identifier === '') {
      report('name-empty', at, {
        message: `The name ${JSON.stringify(name)} has no letter or digit to make an identifier of.`,
        expected: 'a name with letters of a to z, or digits',
        fix: 'Rename it.',
      });
    } else if (other === undefined) first.set(identifier, name);
    else {
      report('name-collision', at, {
        message: `The ${what} ${JSON.stringify(other)} and ${JSON.stringify(name)} have the same name in generated code.`,
        expected: 'names that differ in more than case and punctuation',
        found: `${identifier} twice`,
        fix: 'Rename one of them.',
      });
    }
  }
}
