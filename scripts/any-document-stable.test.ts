import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { edit, temporaryFolder } from './fixtures/edited.ts';
import { generate } from './generate.ts';

const source = readFileSync(new URL('fixtures/contracts/whiteboard.yaml', import.meta.url), 'utf8');
/** With single quotes, which edits can name without escapes. */
const whiteboard = source.replaceAll('"', "'");

const added = `      retired:
        x-ws-delivery: { to: everyone }
        x-ws-trigger: [{ on: server }]
        payload:
          type: object
          required: [header, body]
          properties:
            header: { type: object, required: [kind], properties: { kind: { const: retired } } }
            body: { type: object, required: [title], properties: { title: { type: string }, board: { $ref: '#/components/schemas/Board' } } }
        examples: [{ payload: { header: { kind: retired }, body: { title: A plan } } }]
`;

function withMessage(before: string): string {
  return edit(
    whiteboard,
    [before, added + before],
    [
      "messages: [{ $ref: '#/channels/gallery/messages/featured' }]",
      "messages: [{ $ref: '#/channels/gallery/messages/featured' }, { $ref: '#/channels/gallery/messages/retired' }]",
    ],
  );
}

/** A folder with what the whiteboard gives, and a way to change the document there. */
async function generated() {
  const folder = temporaryFolder();
  const document = join(folder, 'asyncapi.yaml');
  const out = join(folder, 'out');
  const write = async (text: string) => {
    writeFileSync(document, text);
    const { changes } = await generate({ document, out, official: false });
    return changes;
  };
  await write(whiteboard);
  return { write, read: (path: string) => readFileSync(join(out, path), 'utf8') };
}

/** Declarations by name, without comments; those that list all messages of a direction are expected to grow. */
function declarations(text: string): Map<string, string> {
  const code = text.replace(/^ *\/\*\*[\s\S]*?\*\/\n/gm, '');
  const blocks = code.split(/^(?=export )/m).slice(1);
  return new Map(blocks.map((block) => [/^export (?:interface|type|const) (\w+)/.exec(block)?.[1] ?? block, block]));
}

// The order of a channel's messages is that of the document, so that one may come before, between and after the others.
const places = ['      featured:\n', 'operations:\n  heartbeat:\n'];

test.each(places)(
  'a message added before %j changes the files of its channel alone, and the overviews',
  async (place) => {
    const { write } = await generated();
    const changes = await write(withMessage(place));
    expect(changes).toMatchObject({ missing: [], surplus: [] });
    expect(changes?.stale).toEqual([
      'channels/gallery/server.ts',
      'channels/gallery/types.ts',
      'channels/gallery/validators.ts',
      'docs/index.html',
      'model.json',
    ]);
  },
);

test.each(places)('no type is called otherwise, or is another one, for a message added before %j', async (place) => {
  const { write, read } = await generated();
  const before = declarations(read('channels/gallery/types.ts'));
  await write(withMessage(place));
  const after = declarations(read('channels/gallery/types.ts'));
  const lists = /^Gallery(?:ServerMap|ServerMessage|ServerType|Channel)$/;
  expect([...before.keys()].filter((name) => !after.has(name))).toEqual([]);
  const same = [...before].filter(([name]) => !lists.test(name));
  expect(same.length).toBeGreaterThan(6);
  for (const [name, text] of same) expect(after.get(name)).toBe(text);
});

test('a comment, and another order of keys, change no code', async () => {
  const { write } = await generated();
  const changes = await write(
    edit(whiteboard, [
      'info: { title: Whiteboard, version: 2.0.0,',
      '# A comment.\ninfo: { version: 2.0.0, title: Whiteboard,',
    ]),
  );
  expect(changes?.stale).toEqual(['model.json']);
});

test('the same document again changes nothing', async () => {
  const { write } = await generated();
  expect(await write(whiteboard)).toMatchObject({ stale: [], missing: [], surplus: [] });
});
