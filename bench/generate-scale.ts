// Measures how the time of generation grows with the document, of many channels and of one large one: the time a message,
// against that of the smallest document.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from '../scripts/generate.ts';
import { type Bench, type Row, seconds } from './bench.ts';
import { inTurns } from './measure.ts';
import { withFolder } from './with-folder.ts';

/** Linear, with room for what the machine does besides. */
const aim = 1.5;
const messagesAChannel = 25;

const layouts = [`channels of ${messagesAChannel}`, 'one channel'] as const;

export const benchGenerateScale: Bench = ({ rounds, sizes }) =>
  withFolder(async (folder) => {
    const rows: Row[] = [];
    for (const layout of layouts) {
      const texts = sizes.map((size) => documentOf(size, layout === 'one channel' ? size : messagesAChannel));
      const tasks = texts.map((text) => () => generateAll(folder, text));
      // Compiled code and modules are warm for all sizes alike.
      for (const task of tasks) await task();
      const times = await inTurns(rounds, tasks);
      const costs = times.map((time, index) => time / (sizes[index] ?? Number.NaN));
      const base = costs[0] ?? Number.NaN;
      for (const [index, size] of sizes.entries()) {
        const [time = Number.NaN, cost = Number.NaN] = [times[index], costs[index]];
        rows.push({
          name: `generate ${size} messages, ${layout}`,
          measured: `${cost.toFixed(2)} ms a message, ${seconds(time)}`,
          peer: `of ${sizes[0]}: ${base.toFixed(2)} ms`,
          ratio: cost / base,
          aim: `<= ${aim.toFixed(2)} x`,
          met: cost / base <= aim,
        });
      }
    }
    return rows;
  });

async function generateAll(folder: string, text: string): Promise<void> {
  const document = join(folder, 'asyncapi.json');
  const out = join(folder, 'out');
  rmSync(out, { recursive: true, force: true });
  writeFileSync(document, text);
  const { changes, findings } = await generate({ document, out, official: false });
  if (changes === undefined) throw new Error(`The document of the benchmark has mistakes: ${findings[0]?.message}`);
}

type Json = { readonly [key: string]: unknown };

/** JSON, which is YAML. Half of the messages are the client's. */
function documentOf(messages: number, aChannel: number): string {
  const channels: { [name: string]: Json } = {};
  const operations: { [name: string]: Json } = {};
  for (let first = 0; first < messages; first += aChannel) {
    const name = `channel${first}`;
    const keys = Array.from(
      { length: Math.min(aChannel, messages - first) },
      (_, index) => `m${first + index}Happened`,
    );
    const reference = (key: string): Json => ({ $ref: `#/channels/${name}/messages/${key}` });
    channels[name] = {
      address: `/${name}`,
      'x-ws-envelope': { discriminator: '/type' },
      'x-ws-room': { scope: 'channel' },
      messages: Object.fromEntries(keys.map((key, index) => [key, messageOf(key, index % 2 === 0)])),
    };
    for (const [action, rest] of [
      ['receive', 0],
      ['send', 1],
    ] as const) {
      operations[`${action}${first}`] = {
        action,
        channel: { $ref: `#/channels/${name}` },
        messages: keys.filter((_, index) => index % 2 === rest).map(reference),
      };
    }
  }
  const user = { type: 'object', required: ['id'], properties: { id: { type: 'string' }, name: { type: 'string' } } };
  const info = { title: 'Bench', version: '1.0.0' };
  return JSON.stringify({ asyncapi: '3.1.0', info, channels, operations, components: { schemas: { User: user } } });
}

function messageOf(key: string, isClient: boolean): Json {
  const data = {
    type: 'object',
    required: ['text'],
    properties: {
      text: { type: 'string', maxLength: 2000, description: 'What is said.' },
      count: { type: 'integer', minimum: 0 },
      user: { $ref: '#/components/schemas/User' },
      tags: { type: 'array', items: { type: 'string', enum: ['a', 'b', 'c'] } },
    },
  };
  const example = { type: key, data: { text: 'hello', count: 1, user: { id: '1' }, tags: ['a'] } };
  return {
    ...(isClient ? {} : { 'x-ws-delivery': { to: 'room' }, 'x-ws-trigger': [{ on: 'server' }] }),
    payload: { type: 'object', required: ['type', 'data'], properties: { type: { const: key }, data } },
    examples: [{ payload: example }],
  };
}
