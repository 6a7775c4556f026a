// The scenes of a channel's messages: a request and its reply, and who of a room receives what.
import type { Channel, DeliveryWord, ServerMessage } from '../../model.ts';
import { answersTo, typesIn } from './life-connection.ts';
import { PAIR_LANES, type Scene, type Step } from './sequence.ts';

/** Requests that are shown; the others look the same. */
const MOST_REQUESTS = 2;

export function asking(channel: Channel): Scene {
  const typeOf = typesIn(channel);
  const { error } = channel;
  const beats = new Set(channel.heartbeats.map(({ ping }) => ping));
  const client = (text: string): Step => ({ from: 0, to: 1, text });
  const server = (text: string): Step => ({ from: 1, to: 0, text });
  const asks = channel.clientMessages.filter(({ key }) => !beats.has(key) && answersTo(channel, key).length > 0);
  const shown = asks.length > 0 ? asks : channel.clientMessages.filter(({ key }) => answersTo(channel, key).length > 0);
  const steps = shown.slice(0, MOST_REQUESTS).flatMap((message, index): Step[] => {
    const id = message.reply?.correlation ? `, id ${index + 7}` : '';
    const answers = answersTo(channel, message.key).map((key) => server(`${typeOf(key)}${id}`));
    return [client(`${message.type}${id}`), ...answers];
  });
  const repeated = channel.clientMessages.find(({ idempotent }) => idempotent !== null);
  if (repeated?.idempotent) {
    const { answer } = repeated.idempotent;
    steps.push(client(`${repeated.type}, an id sent before`), server(typeOf(answer)));
  }
  if (error !== null) {
    steps.push(client('what breaks its schema'), server(typeOf(error.message)));
    steps.push({ remark: 'nothing else happens, and the connection stays' });
  }
  return { title: 'Request and reply', lanes: PAIR_LANES, steps };
}

const LANES = ['server', 'sender', 'same user', 'other user', 'elsewhere'];
const SENDER = 1;
const ADDRESSED = 3;

const RECEIVERS: { readonly [word in DeliveryWord]: readonly number[] } = {
  direct: [SENDER],
  room: [SENDER, 2, 3],
  others: [2, 3],
  'other-users': [3],
  user: [ADDRESSED],
  everyone: [SENDER, 2, 3, 4],
};

/** One message for each delivery word of the channel. Without rooms there is no elsewhere. */
export function delivering(channel: Channel): Scene {
  const isRooms = channel.room?.scope === 'room';
  const lanes = LANES.map((lane, i) => (i === ADDRESSED && !isRooms ? 'another' : lane)).slice(0, isRooms ? 5 : 4);
  const words = (Object.keys(RECEIVERS) as DeliveryWord[]).filter((word) => candidates(channel, word).length > 0);
  const steps = words.flatMap((word): Step[] => {
    const message = candidates(channel, word)[0]!;
    const to = RECEIVERS[word].filter((lane) => lane < lanes.length);
    return [...causeOf(channel, message), { from: 0, to, text: `${message.type} (${word})` }];
  });
  return { title: 'Who receives what', lanes, steps };
}

/** Those that a client causes first: they can be tried. The heartbeat and the report of errors are no examples. */
function candidates(channel: Channel, word: DeliveryWord): ServerMessage[] {
  const spared = new Set([channel.error?.message, ...channel.heartbeats.flatMap(({ ping, pong }) => [ping, pong])]);
  const own = channel.serverMessages.filter(({ key, delivery }) => delivery?.to === word && !spared.has(key));
  const rank = ({ triggers }: ServerMessage): number =>
    triggers.some(({ on }) => on === 'message')
      ? 0
      : triggers.some(({ on }) => on === 'join' || on === 'leave')
        ? 1
        : 2;
  return own.sort((left, right) => rank(left) - rank(right));
}

function causeOf(channel: Channel, { triggers, delivery }: ServerMessage): Step[] {
  const typeOf = typesIn(channel);
  for (const trigger of triggers)
    if (trigger.on === 'message') {
      const whom = delivery?.to === 'user' ? ', naming the other user' : '';
      return [{ from: SENDER, to: 0, text: `${typeOf(trigger.message)}${whom}` }];
    }
  const event = triggers.find(({ on }) => on === 'join' || on === 'leave');
  if (event !== undefined) return [{ from: SENDER, to: 0, text: event.on === 'join' ? 'joins' : 'leaves' }];
  return [{ remark: "by the server's own code" }];
}
