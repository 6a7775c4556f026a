// Shows how a connection of a channel is made, refused, kept alive, ended and made again.
import type { Auth, AuthAnswer, Channel, CloseCode, Contract, Heartbeat, Limits, Ready } from '../../model.ts';
import { boundSentences } from '../type-doc.ts';
import { attempt } from './attempt.ts';
import type { Common } from './common.ts';
import { type Content, code, facts, html, list, table } from './html.ts';
import { inline } from './markdown.ts';
import { typeWords } from './schema-table.ts';
import { heartbeatTimeline, reconnectTimeline } from './timeline.ts';
import { ACTIONS, AUTH, CLOSE, duration, levelMark, note, size } from './words.ts';

/** Links to a message of the channel by its key. */
export type MessageLink = (key: string) => Content;

export function connectSection(contract: Contract, channel: Channel, link: MessageLink): Content {
  const server = contract.servers.find(({ name }) => name === channel.server);
  const origin = `${server?.protocol ?? 'ws'}://${server?.host ?? ''}${channel.pathname}`;
  const row = (where: string) => (parameter: Channel['parameters'][number] & { readonly required?: boolean }) => [
    code(parameter.name),
    where,
    typeWords(parameter.schema, contract.definitions),
    parameter.required === false ? 'no' : 'yes',
    inline(boundSentences(parameter.schema).join(' ')),
    note(parameter),
  ];
  const parameters = [...channel.parameters.map(row('path')), ...channel.query.map(row('query'))];
  return [
    html`<pre class="address">${origin}${channel.address}</pre>`,
    table(['Parameter', 'In', 'Type', 'Required', 'Bounds', 'Meaning'], parameters),
    channel.auth !== null && authPart(channel.auth, link),
    attempt(channel, origin),
  ];
}

function authPart(auth: Auth, link: MessageLink): Content {
  const token = auth.parameter !== null && [
    code(auth.parameter),
    ` in the query: ${auth.format === 'jwt' ? 'a JWT' : 'an opaque token'}`,
    auth.algorithms.length > 0 && [' signed with ', list(auth.algorithms)],
  ];
  const claims = auth.claims.map((claim) => [code(claim.name), claim.required ? 'yes' : 'no', note(claim)]);
  return [
    facts([
      ['Token', token],
      ['', note(auth)],
      [
        'Ready',
        auth.ready.length > 0 && [
          list(auth.ready.map((ready) => readyWords(ready, link))),
          auth.ready.length > 1 && ', whichever comes first',
        ],
      ],
    ]),
    table(['Claim', 'Required', 'Meaning'], claims),
    table(
      ['When', 'Answer', 'Note'],
      auth.answers.map((answer) => [AUTH[answer.when], answerWords(answer), note(answer)]),
    ),
  ];
}

function answerWords(answer: AuthAnswer): Content {
  if (answer.by === 'status') return `HTTP ${answer.statuses.join(' or ')}, not accepted`;
  const moment = answer.when === 'expiry' ? 'closed with ' : 'accepted, then closed with ';
  return [moment, code(String(answer.code))];
}

function readyWords(ready: Ready, link: MessageLink): Content {
  const words =
    ready.on === 'open'
      ? `open for ${duration(ready.afterMs)}`
      : ready.message === null
        ? 'at the first message'
        : ['at ', link(ready.message)];
  return [
    words,
    ready.description !== undefined && [' (', inline(ready.description), ')'],
    ' ',
    levelMark(ready.level),
  ];
}

/** @param id of the channel: its rows can be linked to. */
export function closeCodesSection(channel: Channel, common: Common, id: string): Content {
  const shared = common.closeCodes.map((row) => html`<a href="#close-${row.code}">${row.code}</a>`);
  return [
    closeCodes(
      channel.closeCodes.filter((row) => !common.has(row)),
      `${id}-close`,
    ),
    shared.length > 0 && html`<p>As in every channel: ${list(shared)}.</p>`,
  ];
}

/** @param prefix of the anchors */
export function closeCodes(rows: readonly CloseCode[], prefix: string): Content {
  return table(
    ['Code', 'Name', 'Sent by', 'Because of', 'The client', 'Meaning'],
    rows.map((row) => [
      html`<strong>${row.code}</strong>`,
      row.name,
      row.sentBy,
      row.when.map((reason) => CLOSE[reason]).join('; '),
      ACTIONS[row.client],
      note(row),
    ]),
    { idOf: (row) => `${prefix}-${rows[row]?.code}` },
  );
}

export function heartbeatSection(channel: Channel, link: MessageLink): Content {
  const name = (key: string | null): Content => (key === null ? '' : link(key));
  const what = (row: Heartbeat): Content =>
    row.kind === 'frame' ? 'ping and pong frames' : [name(row.ping), ', answered by ', name(row.pong)];
  const rows = table(
    ['Sent by', 'What', 'Every', 'Answer within', 'First', 'Satisfied by', 'Echoed', 'After a timeout', 'Note'],
    channel.heartbeats.map((row) => [
      row.initiator,
      what(row),
      duration(row.intervalMs),
      duration(row.timeoutMs),
      row.onOpen ? 'on opening' : 'one interval after accepting',
      row.satisfiedBy === 'answer' ? 'the answer' : 'any message',
      list(row.echo.map(({ from, to }) => [code(from), ' to ', code(to)])),
      row.timeoutCode === null
        ? 'the connection ends'
        : ['closed with ', code(String(row.timeoutCode)), ' ', levelMark(row.timeoutCodeLevel)],
      note(row),
    ]),
  );
  return [heartbeatTimeline(channel), rows];
}

export function reconnectSection(channel: Channel): Content {
  const { reconnect } = channel;
  if (reconnect === null) return undefined;
  const rows = facts([
    [
      'Delay before attempt n',
      `${duration(reconnect.initialMs)} × ${reconnect.multiplier} to the power of n − 1, ` +
        `${reconnect.maxMs === null ? 'without a cap' : `at most ${duration(reconnect.maxMs)}`}; drawn from ` +
        `${Math.round((1 - reconnect.jitter) * 100)} % to 100 % of it`,
    ],
    ['After a slow close', `attempt 1 is drawn from 0 to ${duration(reconnect.spreadMs)}`],
    ['Attempts', reconnect.attempts === null ? 'without limit' : `${reconnect.attempts}, then closed`],
    ['Count starts anew', `when ready for ${duration(reconnect.stableMs)}`],
    ['Handshake given up', `after ${duration(reconnect.handshakeTimeoutMs)}`],
    ['Token given up', `after ${duration(reconnect.tokenTimeoutMs)}`],
    ['While offline', `one attempt every ${duration(reconnect.offlineRetryMs)}`],
    ['Note', note(reconnect)],
  ]);
  return [reconnectTimeline(reconnect), rows];
}

export function queueSection(channel: Channel): Content {
  const { queue } = channel;
  if (queue === null) return html`<p>No queue: sending while not ready fails at once.</p>`;
  return facts([
    ['Holds', [`${queue.messages} messages`, queue.bytes !== null && `, ${size(queue.bytes)}`]],
    ['Each for', duration(queue.maxAgeMs)],
    ['When full', queue.overflow === 'drop-oldest' ? 'the oldest is dropped' : 'the newest is rejected'],
    ['Never queued', list(channel.clientMessages.filter(({ queued }) => !queued).map(({ type }) => code(type)))],
    ['Note', note(queue)],
  ]);
}

export function limitsSection({ limits }: Channel, common: Common): Content {
  const own = Object.entries(limits).filter(([, fact]) => fact !== null && !common.has(fact));
  const shared = limitRows(common.limits).map(([name, bound]) => [name, ': ', bound]);
  return [
    limitsTable(Object.fromEntries(own)),
    shared.length > 0 && html`<p><a href="#limits">As in every channel</a>: ${list(shared)}.</p>`,
  ];
}

export function limitsTable(limits: Partial<Limits>): Content {
  return table(['Limit', 'Bound', 'Beyond it', 'Note'], limitRows(limits));
}

function limitRows({ message, binary, encoding, rate, backlog, shutdown, compression }: Partial<Limits>): Content[][] {
  const end = (closeCode: number): Content => ['closed with ', code(String(closeCode))];
  const rows: Content[][] = [];
  if (message) rows.push(['Size of a message', size(message.bytes), end(message.code), note(message)]);
  if (binary) rows.push(['Binary messages', 'none', end(binary.code), note(binary)]);
  if (encoding) rows.push(['Encoding', 'UTF-8', end(encoding.code), note(encoding)]);
  if (rate) {
    const what = `${rate.perSecond} messages a second, ${rate.burst} at once`;
    rows.push(['Rate', what, [`dropped; at ${rate.strikes} in a row `, end(rate.code)], note(rate)]);
  }
  if (backlog) rows.push(['Unsent data', size(backlog.bytes), end(backlog.code), note(backlog)]);
  if (shutdown) rows.push(['Shutdown', `within ${duration(shutdown.withinMs)}`, end(shutdown.code), note(shutdown)]);
  if (compression) {
    const what = compression.allowed ? 'permessage-deflate may be negotiated' : 'permessage-deflate is not negotiated';
    rows.push(['Compression', what, '', note(compression)]);
  }
  return rows;
}
