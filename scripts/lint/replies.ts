// A reply can be matched to its request: by one id in both, and it reaches the one who asked.
import { type Definitions, schemasAt } from '../parse/schema-place.ts';
import type { LintInput } from './lint.ts';

export function checkReplies({ contract, report }: LintInput): void {
  const { definitions } = contract;
  for (const channel of contract.channels) {
    for (const message of channel.clientMessages) {
      const { reply, request } = message;
      if (request !== null && reply === null) {
        report('request-without-reply', request.source.pointer, {
          message: `x-ws-request is about a reply, but the operation ${JSON.stringify(message.operation)} has none.`,
          expected: 'reply: { messages: [...] } on the operation',
          fix: 'Add the reply, or remove x-ws-request.',
        });
      }
      if (request !== null && !(request.timeoutMs > 0)) {
        report('request-timeout', `${request.source.pointer}/timeoutMs`, {
          message: 'A request that times out at once can never be answered.',
          expected: 'more than 0',
          found: String(request.timeoutMs),
          fix: 'Use 5000, or what the slowest answer takes.',
        });
      }
      if (reply === null) continue;
      if (reply.messages.length === 0) {
        report('reply-empty', reply.source.pointer, {
          severity: 'warning',
          message: `The reply of ${JSON.stringify(message.operation)} names no message of this channel.`,
          expected: `messages: [{ $ref: '#/channels/${channel.name}/messages/KEY' }]`,
          fix: 'Name the messages that answer.',
        });
      }
      for (const key of reply.messages) {
        const answer = channel.serverMessages.find((one) => one.key === key);
        if (answer?.delivery !== null && answer !== undefined && answer.delivery.to !== 'direct') {
          report('reply-delivery', answer.delivery.source.pointer, {
            severity: 'warning',
            message: `${JSON.stringify(key)} answers ${JSON.stringify(message.key)}, but goes to others too: each would take it for an answer.`,
            expected: 'delivery direct',
            found: answer.delivery.to,
            fix: 'Answer with a message of its own.',
          });
        }
      }
      checkCorrelation(channel, message, report, definitions);
    }
  }
}

type Channel = LintInput['contract']['channels'][number];

/** An id on one side alone matches nothing. */
function checkCorrelation(
  channel: Channel,
  message: Channel['clientMessages'][number],
  report: LintInput['report'],
  definitions: Definitions,
): void {
  const { id } = channel.envelope;
  const { reply } = message;
  if (id === null || reply === null || reply.correlation !== null || reply.messages.length === 0) return;
  const has = (schema: typeof message.schema) => schemasAt(schema, id, definitions).length > 0;
  const without = channel.serverMessages.filter((one) => reply.messages.includes(one.key) && !has(one.schema));
  if (!has(message.schema) && without.length === reply.messages.length) return;
  report('reply-correlation', reply.source.pointer, {
    message: `${JSON.stringify(message.key)} and its reply cannot be matched: only one of them carries ${id}.`,
    expected: `${id} in both (x-ws-envelope.id, or correlationId of the messages)`,
    found: `none in ${[...(has(message.schema) ? [] : [message.key]), ...without.map(({ key }) => key)].join(', ')}`,
    fix: `Add ${id} to the payload there.`,
  });
}
