import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Channel, Message } from '../model.ts';
import { html } from './docs/html.ts';
import { markdown } from './docs/markdown.ts';
import type { DocsRule } from './docs/rules.ts';
import { emitDocs } from './docs.ts';
import { channel, clientMessage, contract, flat, serverMessage } from './fixtures/contract.ts';
import { goldenContract, HOSTILE } from './fixtures/golden.ts';

const source = { pointer: '', line: 1 };
const must = { level: 'MUST', source } as const;
const should = { level: 'SHOULD', source } as const;

const lobby: Channel = channel('lobby', {
  title: 'The lobby',
  address: '/lobby/{room}',
  pathname: '/base',
  parameters: [{ ...must, name: 'room', schema: { type: 'string', pattern: '^[a-z]+$' } }],
  query: [{ ...must, name: 'seat', required: false, schema: { type: 'integer', minimum: 1 } }],
  auth: {
    ...must,
    scheme: 'token',
    parameter: 'access',
    format: 'jwt',
    algorithms: ['HS256'],
    claims: [{ ...must, name: 'sub', required: true }],
    answers: [
      { ...must, when: 'missing', by: 'status', statuses: [403] },
      { ...should, when: 'expiry', by: 'close', code: 4001 },
    ],
    ready: [{ ...must, on: 'message', message: 'Welcome' }],
  },
  closeCodes: [
    { ...should, code: 4029, name: 'too-fast', sentBy: 'server', when: ['rate'], client: 'slow' },
    { ...must, code: 'other', name: 'other', sentBy: 'both', when: ['error'], client: 'retry' },
  ],
  heartbeats: [
    {
      ...must,
      initiator: 'client',
      kind: 'message',
      ping: 'Say',
      pong: 'Said',
      intervalMs: 30_000,
      timeoutMs: 5000,
      onOpen: true,
      satisfiedBy: 'answer',
      echo: [],
      timeoutCode: 4008,
      timeoutCodeLevel: 'SHOULD',
    },
  ],
  reconnect: {
    ...must,
    initialMs: 1000,
    multiplier: 1.5,
    maxMs: null,
    jitter: 0.5,
    spreadMs: 5000,
    attempts: 10,
    stableMs: 10_000,
    handshakeTimeoutMs: 9000,
    tokenTimeoutMs: 8000,
    offlineRetryMs: 120_000,
  },
  queue: { ...must, messages: 100, bytes: 65_536, maxAgeMs: 60_000, overflow: 'drop-oldest' },
  limits: {
    ...channel('x').limits,
    message: { ...must, bytes: 65_536, code: 1009 },
    rate: { ...must, perSecond: 20, burst: 40, strikes: 10, code: 4029 },
  },
  clientMessages: [
    clientMessage('SAY', 'Say', flat('SAY', { text: { type: 'string', maxLength: 5, 'x-ws-should': ['maxLength'] } })),
  ],
  serverMessages: [
    serverMessage('SAID', 'Said', flat('SAID', { by: { $ref: '#/definitions/User' } }, ['by']), {
      delivery: { ...must, to: 'others' },
      triggers: [{ ...must, on: 'message', message: 'Say', user: null, fields: [] }],
      examples: [{ name: 'short', payload: { type: 'SAID', by: { id: 1 } } }],
    }),
    serverMessage('WELCOME', 'Welcome', flat('WELCOME')),
  ],
});

const definitions = { User: { type: 'object', properties: { id: { type: 'integer', description: 'A `number`.' } } } };
const page = emitDocs(contract([lobby], { definitions })).get('docs/index.html') ?? '';

/** What a reader sees, white space folded. */
const text = page
  .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
  .replace(/<svg[^>]* aria-label="([^"]*)"[^>]*>/g, '$1')
  .replace(/<td>/g, ' | ')
  .replace(/<[^>]+>/g, ' ')
  .replace(/&#39;/g, "'")
  .replace(/\s+/g, ' ');

test.each([
  ['the address', 'ws://localhost/base/lobby/{room}'],
  ['a path parameter', 'room | path | string | yes | Pattern: ^[a-z]+$'],
  ['a query parameter', 'seat | query | integer | no | At least 1.'],
  ['the token', 'access in the query: a JWT signed with HS256'],
  ['when it is ready', 'Ready at WELCOME'],
  ['a refusal', 'the token is missing or empty | HTTP 403, not accepted'],
  ['an end by expiry and its level', 'the token expires while connected | closed with 4001 | SHOULD'],
  ['a close code and what the client does', '4029 | too-fast | server | too many messages | tries again, spread out'],
  ['every other close code', 'other | other | both | a failure of the server | waits, tries again'],
  ['a heartbeat', 'client | SAY , answered by SAID | 30 s | 5 s | on opening | the answer | closed with 4008 SHOULD'],
  ['the backoff', '1 s × 1.5 to the power of n − 1, without a cap; drawn from 50 % to 100 % of it'],
  ['the attempts', '10, then closed'],
  ['the offline wait', 'one attempt every 2 min'],
  ['the queue', '100 messages, 64 KiB'],
  ['what is never queued', 'Never queued SAY'],
  ['the size limit', 'Size of a message | 64 KiB | closed with 1009'],
  ['the rate limit', '20 messages a second, 40 at once | dropped; at 10 in a row closed with 4029'],
  ['the delivery matrix', 'SAID | others | | ● | ●'],
  ['the cause', 'Caused by the message SAY'],
  ['a nested property', 'by.id | integer | | A number .'],
  ['a required property', 'by | object | yes'],
  ['a bound that is a SHOULD', 'text | string | | At most 5 characters. SHOULD: maxLength'],
  ['how to try it in a shell', 'npx wscat -c "ws://localhost/base/lobby/lobby?access=$TOKEN"'],
  ['how to try it in a browser', "const socket = new WebSocket('ws://localhost/base/lobby/lobby?access=' + token);"],
  ['a refusal as a diagram', 'client: GET /lobby/{room}?access=…; server: HTTP 403; no token: a failed attempt'],
  ['a lost heartbeat as a diagram', 'client: SAY (never arrives); nothing within 5 s; client: close 4008'],
  ['who receives what as a diagram', "by the server's own code; server to sender: WELCOME (direct)"],
  ['when a heartbeat is given up', 'client sends SAY at 0 s and 30 s; unanswered, it ends the connection at 35 s'],
  ['the waits before the attempts', '1: 0.5 to 1 s; 2: 0.8 to 1.5 s; 3: 1.1 to 2.3 s'],
  ['an example', 'Example short {"type": "SAID", "by": {"id": 1}}'],
])('the page tells %s', (_what, expected) => {
  expect(text).toContain(expected);
});

/** Values of an attribute, with or without quotes. */
const valuesOf = (name: string): string[] =>
  [
    ...page
      .replace(/<script>[\s\S]*?<\/script>/, '')
      .matchAll(new RegExp(`<[a-z][^>]* ${name}=("[^"]*"|[^\\s>]+)`, 'g')),
  ].map(([, value = '']) => value.replaceAll('"', ''));

test('every link leads to a place on the page', () => {
  const ids = valuesOf('id');
  const targets = valuesOf('href');
  expect(targets.length).toBeGreaterThan(10);
  expect(ids).toEqual(expect.arrayContaining(targets.map((target) => target.slice(1))));
  expect(new Set(ids).size).toBe(ids.length);
});

test('a message says which rules are about it; what is about all of a direction is said once', () => {
  const [say] = lobby.clientMessages;
  const [said, welcome] = lobby.serverMessages;
  const rule = (id: string, ...messages: (Message | undefined)[]): DocsRule => ({
    ...{ id, level: 'MUST', role: 'server', sentence: `It does ${id}.`, channels: ['lobby'] },
    messages: messages.filter((message) => message !== undefined),
  });
  const rules = [
    rule('validation/sent-valid', said, welcome),
    rule('delivery/receivers', said),
    rule('delivery/welcome', welcome),
    rule('validation/invalid-answered', say),
    rule('limits/of-all'),
  ];
  const html = emitDocs(contract([lobby], { definitions }), rules).get('docs/index.html') ?? '';
  const lists = [...html.matchAll(/<p class=u><a href=#rules>(.*?)<\/a>: (.*?)<\/p>/g)].map(([, ...parts]) => parts);
  expect(lists).toEqual([
    ['Rules', 'validation/invalid-answered'],
    ['Rules about every message from the server', 'validation/sent-valid'],
    ['Rules', 'delivery/receivers'],
    ['Rules', 'delivery/welcome'],
  ]);
});

test('the page loads nothing, and lets only its own style and script run', () => {
  expect(page).not.toMatch(/\ssrc=|<link|<img|@import|url\(/);
  const hash = (tag: string): string => {
    const content = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)?.[1] ?? '';
    return `sha256-${createHash('sha256').update(content).digest('base64')}`;
  };
  const policy = /Content-Security-Policy content="([^"]*)"/.exec(page)?.[1];
  expect(policy).toContain(`style-src '${hash('style')}'; script-src '${hash('script')}'`);
  expect(policy).toContain("default-src 'none'");
});

test('no text of a document becomes markup', () => {
  const hostile = emitDocs(goldenContract()).get('docs/index.html') ?? '';
  expect(hostile).toContain('&lt;/script&gt;&lt;script&gt;alert(1)');
  expect(hostile.match(/<script/g)).toHaveLength(1);
  expect(hostile).not.toContain(HOSTILE);
});

test('values in a template are escaped', () => {
  expect(html`<p title="${'"\'<&>'}">${['<b>', html`<i>${1}</i>`, null, false]}</p>`.text).toBe(
    '<p title="&quot;&#39;&lt;&amp;&gt;">&lt;b&gt;<i>1</i></p>',
  );
});

test.each([
  ['a *b* `c*` **d**', '<p>a <em>b</em> <code>c*</code> <strong>d</strong></p>\n'],
  ['a\n\nb', '<p>a</p>\n<p>b</p>\n'],
  ['x:\n- a\n  b\n- c', '<p>x:</p><ul><li>a\n  b</li><li>c</li></ul>\n'],
  ['## T\ntext', '<h4>T</h4><p>text</p>\n\n'],
  ['```json\n{\n\n}\n```', '<pre>{\n\n}</pre>\n'],
  ['[x](javascript:alert) [y](https://e.org/)', '<p>[x](javascript:alert) <a href="https://e.org/">y</a></p>\n'],
  ['<b>', '<p>&lt;b&gt;</p>\n'],
])('markdown of %j', (source_, expected) => {
  expect(markdown(source_)?.text).toBe(expected);
});

test('a table of markdown', () => {
  expect(markdown('| a | b |\n| --- | --- |\n| `1` | 2 |')?.text).toContain('<tr><td><code>1</code><td>2');
});
