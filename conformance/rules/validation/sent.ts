// Rules about everything that the server sent in the run, whatever case it was for: nothing but messages of the contract, valid.
import type { Channel, Contract, Level, ServerMessage } from '../../../scripts/model.ts';
import type { Connection, Received } from '../../harness/connection.ts';
import { brief } from '../../harness/pointer.ts';
import type { Observation, Recorded } from '../../harness/record.ts';
import { classify, type SchemaIssue, Schemas } from '../../harness/schemas.ts';
import { Failed, lowest, type Monitor, type MonitorCase, NotTestable } from '../../rule.ts';
import { mentionsShould } from './invalid.ts';

const compiled = new WeakMap<Contract, Schemas>();

function schemasOf(contract: Contract): Schemas {
  const known = compiled.get(contract) ?? new Schemas(contract);
  compiled.set(contract, known);
  return known;
}

/**
 * Whether the suite sent something in that case that is no valid message: what it led to is judged by the rules about rejected
 * messages, and garbage that is relayed is one mistake, not two.
 */
function isProvoked(observation: Observation, contract: Contract, channel: Channel): boolean {
  const schemas = schemasOf(contract);
  return observation.frames.some(({ direction, kind, data }) => {
    if (direction !== 'sent' || (kind !== 'text' && kind !== 'binary' && kind !== 'raw')) return false;
    if (kind !== 'text') return true;
    try {
      const value: unknown = JSON.parse(data);
      const key = classify(channel, channel.clientMessages, value);
      const message = channel.clientMessages.find((one) => one.key === key);
      return message === undefined || !schemas.accepts(message.schema, value);
    } catch {
      return true;
    }
  });
}

/** Each of the rules looks at the same messages. */
const provoked = new WeakMap<Observation, boolean>();
const issues = new WeakMap<Received, readonly SchemaIssue[]>();

interface Sighting {
  readonly observation: Observation;
  readonly connection: Connection;
  readonly message: Received;
}

function* sightings(recorded: Recorded, channel: Channel): Generator<Sighting> {
  for (const observation of recorded.observations) {
    if (observation.channel !== channel.name) continue;
    for (const connection of observation.connections) {
      for (const message of connection.messages) yield { observation, connection, message };
    }
  }
}

function failed(expected: string, observed: string, reason: string, { observation }: Sighting): Failed {
  return new Failed(expected, `${observed} (in ${observation.instance})`, { reason, frames: observation.frames });
}

/** Why a type may never have come: what only the server's own code sends takes a hook. */
function unseen(message: ServerMessage): NotTestable {
  const isServers = message.triggers.length > 0 && message.triggers.every(({ on }) => on === 'server');
  return new NotTestable(
    `The run saw no ${message.type}.`,
    isServers ? 'hooks.publish' : `a server that sends ${message.type}, and the cases that cause it`,
  );
}

function judgeSchemas(
  contract: Contract,
  channel: Channel,
  message: ServerMessage,
  level: Level,
): MonitorCase['judge'] {
  return (recorded) => {
    const schemas = schemasOf(contract);
    const isSpoilt = (observation: Observation) => {
      const known = provoked.get(observation) ?? isProvoked(observation, contract, channel);
      provoked.set(observation, known);
      return known;
    };
    let seen = 0;
    for (const sighting of sightings(recorded, channel)) {
      if (sighting.message.key !== message.key) continue;
      if (message.key !== channel.error?.message && isSpoilt(sighting.observation)) continue;
      if (!sighting.connection.isBounced(sighting.message)) seen += 1;
      const all = issues.get(sighting.message) ?? schemas.issues(message.schema, sighting.message.value);
      issues.set(sighting.message, all);
      const broken = all.filter((issue) => issue.level === level);
      if (broken.length === 0) continue;
      const said = broken.map((issue) => issue.message).join('; ');
      throw failed(`a valid ${message.type}`, `${said}: ${brief(sighting.message.value)}`, 'invalid', sighting);
    }
    if (seen === 0) throw unseen(message);
  };
}

export const sentValid: Monitor = {
  id: 'validation/sent-valid',
  level: 'MUST',
  role: 'server',
  monitor: true,
  sentence: 'Every message that the server sends meets its schema.',
  cases: (contract, channel) =>
    channel.serverMessages.map((message) => ({
      channel: channel.name,
      message: message.type,
      level: lowest(message.level),
      source: message.source,
      judge: judgeSchemas(contract, channel, message, 'MUST'),
    })),
};

export const sentValidDecided: Monitor = {
  id: 'validation/sent-valid-decided',
  level: 'SHOULD',
  role: 'server',
  monitor: true,
  sentence:
    'Every message that the server sends meets what its schema says as a SHOULD, such as the form of timestamps.',
  cases: (contract, channel) =>
    channel.serverMessages
      .filter((message) => mentionsShould(message.schema, contract.definitions))
      .map((message) => ({
        channel: channel.name,
        message: message.type,
        level: 'SHOULD' as const,
        source: message.source,
        judge: judgeSchemas(contract, channel, message, 'SHOULD'),
      })),
};

/** What is wrong with a frame that is no message of the channel; null: it is one. */
function strangeness({ message }: Sighting): { reason: string; observed: string } | null {
  if (message.binary !== null)
    return { reason: 'binary', observed: `a binary message of ${message.binary.length} bytes` };
  if (message.key !== null) return null;
  if (message.text === '') return { reason: 'empty-text', observed: 'an empty text message' };
  if (message.value === undefined) return { reason: 'not-json', observed: brief(message.text) };
  return { reason: 'unknown-type', observed: brief(message.value) };
}

export const sentKnown: Monitor = {
  id: 'validation/sent-known',
  level: 'MUST',
  role: 'server',
  monitor: true,
  sentence: 'The server sends nothing but messages of the contract: no empty text, no binary message, no unknown type.',
  cases: (_contract, channel) =>
    channel.serverMessages.length === 0
      ? []
      : [
          {
            channel: channel.name,
            level: 'MUST' as const,
            source: channel.source,
            judge: (recorded) => {
              let known = 0;
              for (const sighting of sightings(recorded, channel)) {
                const strange = strangeness(sighting);
                if (strange !== null)
                  throw failed('a message of the contract', strange.observed, strange.reason, sighting);
                if (!sighting.connection.isBounced(sighting.message)) known += 1;
              }
              if (known === 0) throw new NotTestable('The run saw no message on this channel.', 'cases of other rules');
            },
          },
        ],
};
