// Rules that hold for everything that a client sent in a whole run, whatever case it was for.
import { brief, sameJson, valueAt, withValueAt } from '../harness/pointer.ts';
import type { Observation } from '../harness/record.ts';
import { Schemas } from '../harness/schemas.ts';
import { Failed, NotTestable } from '../rule.ts';
import type { ClientMonitor, ClientRecorded } from './client-rule.ts';

function observedOn(recorded: ClientRecorded, channel: string): readonly Observation[] {
  // What a case told the client to send though it breaks the contract is judged by that case.
  const seen = recorded.observations.filter(
    (one) => one.channel === channel && !one.instance.startsWith('limits/client-refuses-oversize@'),
  );
  if (seen.every(({ connections }) => connections.every(({ messages }) => messages.length === 0)))
    throw new NotTestable('The client sent nothing in this run.', ['cases in which the client sends something']);
  return seen;
}

const sendsValid: ClientMonitor = {
  id: 'validation/client-sends-valid',
  role: 'client',
  level: 'MUST',
  monitor: true,
  sentence: 'Everything that the client sends is a text message of the contract, valid by its schema.',
  cases: (contract, channel) => {
    if (channel.clientMessages.length === 0) return [];
    const schemas = new Schemas(contract);
    return [
      {
        channel: channel.name,
        level: 'MUST',
        source: channel.source,
        judge(recorded) {
          for (const { connections, frames } of observedOn(recorded, channel.name)) {
            for (const { key, text, value, binary } of connections.flatMap(({ messages }) => messages)) {
              const message = channel.clientMessages.find((one) => one.key === key);
              if (message === undefined) {
                const seen = binary === null ? brief(text) : 'a binary message';
                throw new Failed('messages of the contract alone', seen, { reason: 'unknown', frames });
              }
              const issues = schemas.issues(message.schema, value);
              const worst = issues.find(({ level }) => level === 'MUST') ?? issues[0];
              if (worst === undefined) continue;
              const observed = `${worst.message} in ${brief(value)}`;
              throw new Failed(`a valid ${message.type}`, observed, { reason: 'invalid', level: worst.level, frames });
            }
          }
        },
      },
    ];
  },
};

const sendsEnvelope: ClientMonitor = {
  id: 'validation/client-sends-envelope',
  role: 'client',
  level: 'SHOULD',
  monitor: true,
  sentence: 'The client puts an id and a timestamp into every message, where the envelope has a place for them.',
  cases: (_contract, channel) => {
    const { id, timestamp } = channel.envelope;
    const places = [id, timestamp].filter((place) => place !== null);
    if (places.length === 0 || channel.clientMessages.length === 0) return [];
    return [
      {
        channel: channel.name,
        level: 'SHOULD',
        source: channel.envelope.source,
        judge(recorded) {
          for (const { connections, frames } of observedOn(recorded, channel.name)) {
            for (const { value } of connections.flatMap(({ messages }) => messages)) {
              const missing = places.find((place) => valueAt(value, place) === undefined);
              if (missing === undefined) continue;
              throw new Failed(`${missing} in every message`, brief(value), { reason: 'missing', frames });
            }
          }
        },
      },
    ];
  },
};

const idsUnique: ClientMonitor = {
  id: 'validation/client-ids-unique',
  role: 'client',
  level: 'MUST',
  monitor: true,
  sentence: 'A client gives every message an id of its own; only the same message, sent again, carries the same one.',
  cases: (_contract, channel) => {
    const { id, timestamp } = channel.envelope;
    if (id === null || channel.clientMessages.length === 0) return [];
    return [
      {
        channel: channel.name,
        level: 'MUST',
        source: channel.envelope.source,
        judge(recorded) {
          for (const { connections, frames } of observedOn(recorded, channel.name)) {
            const seen = new Map<unknown, unknown>();
            for (const { value } of connections.flatMap(({ messages }) => messages)) {
              const own = valueAt(value, id);
              if (own === undefined) continue;
              const content = timestamp === null ? value : withValueAt(value, timestamp, undefined);
              if (seen.has(own) && !sameJson(seen.get(own), content)) {
                throw new Failed(
                  `one message with the id ${brief(own)}`,
                  `${brief(seen.get(own))} and ${brief(content)}`,
                  {
                    reason: 'reused',
                    frames,
                  },
                );
              }
              seen.set(own, content);
            }
          }
        },
      },
    ];
  },
};

const oneConnection: ClientMonitor = {
  id: 'reconnect/one-connection',
  role: 'client',
  level: 'MUST',
  monitor: true,
  sentence: 'A client never has two connections open at the same time.',
  cases: (_contract, channel) =>
    channel.reconnect === null
      ? []
      : [
          {
            channel: channel.name,
            level: 'MUST',
            source: channel.reconnect.source,
            judge(recorded) {
              const here = recorded.observations.filter((one) => one.channel === channel.name);
              if (here.every(({ connections }) => connections.length === 0))
                throw new NotTestable('The client never connected in this run.', [
                  'cases in which the client connects',
                ]);
              for (const { instance, frames } of here) {
                const overlap = recorded.overlaps.get(instance)?.[0];
                if (overlap === undefined) continue;
                const observed = `${overlap.first} and ${overlap.second} (in ${instance})`;
                throw new Failed('one connection at a time', observed, { reason: 'two-connections', frames });
              }
            },
          },
        ],
};

export const monitorRules: readonly ClientMonitor[] = [sendsValid, sendsEnvelope, idsUnique, oneConnection];
