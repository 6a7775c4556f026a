// Shows the messages of a channel: an overview of each direction, who receives what, and each message in full.
import type { Channel, ClientMessage, DeliveryWord, ErrorCode, Message, ServerMessage, Trigger } from '../../model.ts';
import type { Common } from './common.ts';
import type { MessageLink } from './connection.ts';
import { type Content, code, facts, html, list, table } from './html.ts';
import { deliveryDiagram } from './life.ts';
import { inline, markdown } from './markdown.ts';
import { type DocsRule, rulesList, sharedRules } from './rules.ts';
import { type Known, schemaTable } from './schema-table.ts';
import { DELIVERY, duration, ERRORS, levelMark, note } from './words.ts';

export function overviewSection(channel: Channel, link: MessageLink): Content {
  const requires = (message: ClientMessage): Content =>
    list(message.requires.map((row) => (row.condition === 'role' ? `role ${row.role}` : 'membership')));
  const rows = channel.clientMessages.map((message) => [
    link(message.key),
    inline(message.summary ?? message.title ?? ''),
    message.reply !== null && list(message.reply.messages.map(link)),
    list(channel.serverMessages.filter((other) => causedBy(other, message.key)).map(({ key }) => link(key))),
    requires(message),
  ]);
  return [
    html`<h4>From the client</h4>`,
    table(['Message', 'Meaning', 'Reply', 'Causes', 'Requires'], rows) ?? html`<p>None.</p>`,
    html`<h4>From the server, and who receives it</h4>`,
    deliveryDiagram(channel),
    deliveryMatrix(channel, link) ?? html`<p>None.</p>`,
  ];
}

const RECEIVERS: readonly (readonly [head: string, words: readonly DeliveryWord[]])[] = [
  ['The causing connection', ['direct', 'room', 'everyone']],
  ["Its user's other connections in the room", ['room', 'others', 'everyone']],
  ['Other users in the room', ['room', 'others', 'other-users', 'everyone']],
  ['Every connection of the users addressed', ['user', 'everyone']],
  ['All others on the channel', ['everyone']],
];

function deliveryMatrix(channel: Channel, link: MessageLink): Content {
  const rows = channel.serverMessages.map((message) => {
    const word = message.delivery?.to;
    const marks = RECEIVERS.map(([, words]) => word !== undefined && (words.includes(word) ? '●' : ''));
    return [link(message.key), word === undefined ? '' : code(word), ...marks];
  });
  return table(['Message', 'Delivery', ...RECEIVERS.map(([head]) => head)], rows);
}

function causedBy(message: ServerMessage, key: string): boolean {
  return message.triggers.some((trigger) => trigger.on === 'message' && trigger.message === key);
}

export function messageDetails(
  known: Known,
  channel: Channel,
  link: MessageLink,
  idOf: (message: Message) => string,
  rules: readonly DocsRule[],
): Content {
  const both = <M extends Message>(
    from: string,
    direction: string,
    messages: readonly M[],
    factsOf: (m: M) => Content,
  ) => {
    const shared = sharedRules(messages, rules);
    const own = (message: M) => rules.filter((rule) => rule.messages.includes(message) && !shared.includes(rule));
    return [
      rulesList(`Rules about every message from the ${from}`, shared),
      messages.map((message) =>
        details(known, message, idOf(message), direction, factsOf(message), rulesList('Rules', own(message))),
      ),
    ];
  };
  return [
    both('client', 'client → server', channel.clientMessages, (message) => clientFacts(channel, message, link)),
    both('server', 'server → client', channel.serverMessages, (message) => serverFacts(message, link)),
  ];
}

function details(
  known: Known,
  message: Message,
  id: string,
  direction: string,
  more: Content,
  rules: Content,
): Content {
  const examples = message.examples.map(({ name, summary, payload }) => {
    const caption = [name, summary].filter((text) => text !== undefined).join(': ');
    return html`<p class=f>Example${caption === '' ? '' : [' ', caption]}<pre>${exampleText(payload)}</pre>`;
  });
  return html`<details class=m id="${id}"><summary><code>${message.type}</code> <i>${direction}</i> ${levelMark(message.level)} ${inline(message.title ?? '')}</summary>
${message.summary !== undefined && html`<p>${inline(message.summary)}</p>`}${markdown(message.description, 4)}${more}${schemaTable(message.schema, known)}${examples}${rules}</details>\n`;
}

/** What is short stands on one line. */
function exampleText(payload: unknown, indent = ''): string {
  const line = lineText(payload);
  if (typeof payload !== 'object' || payload === null || line.length + indent.length <= 88) return line;
  const deeper = `${indent}  `;
  const [open, close] = Array.isArray(payload) ? '[]' : '{}';
  const parts = namedParts(payload, (value) => exampleText(value, deeper)).map((part) => `${deeper}${part}`);
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`;
}

function lineText(payload: unknown): string {
  if (typeof payload !== 'object' || payload === null) return JSON.stringify(payload);
  const parts = namedParts(payload, lineText).join(', ');
  return Array.isArray(payload) ? `[${parts}]` : `{${parts}}`;
}

function namedParts(payload: object, textOf: (value: unknown) => string): string[] {
  return Object.entries(payload).map(([name, value]) =>
    Array.isArray(payload) ? textOf(value) : `${JSON.stringify(name)}: ${textOf(value)}`,
  );
}

function clientFacts(channel: Channel, message: ClientMessage, link: MessageLink): Content {
  const { reply, requires, idempotent, request } = message;
  return facts([
    ['Reply', reply !== null && [list(reply.messages.map(link)), correlation(message), ' ', note(reply)]],
    [
      'Requires',
      requires.map((row) => [
        row.condition === 'role' ? ['the role ', code(row.role)] : 'membership of the room',
        [`; else: ${ERRORS[row.error]}. `, note(row), html`<br>`],
      ]),
    ],
    [
      'Repeats',
      idempotent !== null && [
        'recognised by ',
        code(idempotent.property),
        ` within ${duration(idempotent.windowMs)}, per ${idempotent.scope.join(' and ')}; answered by `,
        link(idempotent.answer),
        `; another content: ${ERRORS[idempotent.conflict]}. `,
        note(idempotent),
      ],
    ],
    [
      'As a request',
      request !== null && [
        `given up after ${duration(request.timeoutMs)}; rejected by ${request.rejectedBy.join(', ')}. `,
        note(request),
      ],
    ],
    ['While not ready', channel.queue !== null && (message.queued ? 'queued' : 'not queued: fails at once')],
  ]);
}

function correlation({ reply }: ClientMessage): Content {
  if (reply === null || reply.correlation === null) return undefined;
  return [', matched by ', code(reply.correlation.request), ' and ', code(reply.correlation.reply)];
}

function serverFacts(message: ServerMessage, link: MessageLink): Content {
  const { delivery, triggers } = message;
  return facts([
    ['Received by', delivery !== null && [DELIVERY[delivery.to], ' (', code(delivery.to), ') ', note(delivery)]],
    ['Caused by', triggers.map((trigger) => html`<div>${cause(trigger, link)} ${note(trigger)}</div>`)],
  ]);
}

const CAUSES = {
  open: 'a connection that was accepted',
  join: 'a connection that joins',
  leave: 'a connection that leaves',
  timer: 'a timer',
  server: "the server's own code",
} as const;

function cause(trigger: Trigger, link: MessageLink): Content {
  if (trigger.on !== 'message') return CAUSES[trigger.on];
  return [
    'the message ',
    link(trigger.message),
    trigger.user !== null && [', for the user named at ', code(trigger.user)],
  ];
}

export function errorSection(channel: Channel, link: MessageLink, common: Common): Content {
  const { error } = channel;
  if (error === null) return undefined;
  const place = (pointer: string | null): Content => pointer !== null && code(pointer);
  return [
    html`<p>A message that cannot be handled is answered with ${link(error.message)}, and has no effect. ${note(error)}</p>`,
    facts([
      ['Code', place(error.code)],
      ['Text', place(error.text)],
      ['Offending place', place(error.pointer)],
      ['Id of the cause', place(error.id)],
    ]),
    errorCodes(error.codes.filter((row) => !common.has(row))),
    common.errorCodes.length > 0 && html`<p>And the <a href="#error-codes">codes of every channel</a>.</p>`,
  ];
}

export function errorCodes(rows: readonly ErrorCode[]): Content {
  return table(
    ['Code', 'When', 'Note'],
    rows.map((row) => [row.code, ERRORS[row.when], note(row)]),
    { isCode: true },
  );
}
