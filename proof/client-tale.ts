// What a client with the fault does and tells over one long story, and what one without does, are told apart by comparing two
// texts: the tale knows nothing of the suite's rules. Clock, server and page are fakes, so that nothing is left to chance.
import type { Schemas } from '../conformance/harness/schemas.ts';
import type { ClientFault } from '../faults/client/index.ts';
import type { Message } from '../runtime/client/index.ts';
import type { Channel, ClientMessage } from '../scripts/model.ts';
import { Story, withoutChance } from './client-story.ts';
import { tellAway } from './client-tale-away.ts';

/** Everything that can happen to a client, in one order. */
export async function tellTale(schemas: Schemas, channel: Channel, fault: ClientFault | null): Promise<string> {
  const story = new Story(schemas, channel, fault);
  const { face, server, page } = story;
  const plain = story.token;
  const requests = channel.clientMessages.filter(({ reply, request }) => reply !== null && request !== null);
  // A first token that comes too late, one that never comes, one that fails.
  const late: ((token: string) => void)[] = [];
  const hanging = () => new Promise<string>((resolve) => late.push(resolve));
  const comeLate = () => {
    for (const resolve of late.splice(0)) resolve('late');
  };
  story.token = hanging;
  face.connect();
  await story.pass(100);
  face.close();
  await story.pass(10);
  comeLate();
  await story.pass(100);
  face.connect();
  story.sendAll();
  await story.pass(12_000);
  face.close();
  await story.pass(100);
  comeLate();
  await story.pass(20_000);
  story.token = () => Promise.reject(new Error('no token'));
  face.connect();
  await story.pass(3000);
  story.token = plain;
  await story.pass(60_000);
  if (server.connections.length === 0) return withoutChance(story.lines.join('\n'));
  // Connected: everything, each of the server's twice as it was, and everything that is no message.
  face.connect();
  story.sendAll();
  await story.pass(3000);
  for (const message of channel.serverMessages) {
    const { text } = story.messages.build(message.key);
    for (let n = 0; n < 2; n += 1) server.latest.sendRaw(text);
  }
  for (const frame of ['{"not', '[]', '{"no":1}', '{"type":"x","event":"x"}', new ArrayBuffer(4)])
    server.latest.sendRaw(frame);
  story.sendAll();
  const big = channel.clientMessages.find(({ reply }) => reply === null);
  if (big !== undefined) story.send(big, false, { '/much': 'x'.repeat(70_000) });
  await story.pass(2000);
  // Replies in another order, a stranger's, errors, none at all.
  story.answers = () => false;
  for (const message of requests) for (let n = 0; n < 3; n += 1) story.send(message, true);
  await story.pass(50);
  const asked = server.latest.received.slice(-3) as readonly Message[];
  for (const value of [...asked].reverse()) {
    const message = requests.find(({ type }) => value.type === type);
    if (message === undefined) continue;
    server.latest.sendRaw(story.responder.reply(message, { ...value, id: 'stranger' }).text);
    server.latest.sendRaw(story.responder.reply(message, value).text);
    await story.pass(5);
  }
  for (const { key } of channel.clientMessages.filter(({ idempotent }) => idempotent !== null)) {
    story.send(channel.clientMessages.find((one) => one.key === key) as ClientMessage, false);
    await story.pass(10);
    const { id } = server.latest.received.at(-1) as Message;
    const { error } = channel;
    if (error?.id != null)
      server.latest.sendRaw(story.messages.build(error.message, { with: { [error.id]: id } }).text);
  }
  await story.pass(20_000);
  // What is sent again, and known already; what never comes back; a token that comes when its attempt is over.
  for (const message of channel.clientMessages.filter(({ idempotent }) => idempotent !== null)) {
    story.send(message, false);
    await story.pass(10);
    story.responder.answersTo(message, server.latest.received.at(-1));
    story.answers = () => true;
    server.latest.close(1011);
    await story.pass(5000);
    story.answers = () => false;
    story.send(message, false);
    await story.pass(70_000);
  }
  story.answers = () => true;
  story.token = hanging;
  server.latest.close(1011);
  await story.pass(5000);
  story.token = plain;
  await story.pass(20_000);
  comeLate();
  await story.pass(5000);
  // A numbered sequence with repeats, holes, and more than may be held back.
  story.updates([1, 3, 2, 2, 5, 5, 4, 7]);
  await story.pass(8000);
  story.responder.log.delete(9);
  story.updates([10, 11]);
  story.responder.log.delete(9);
  await story.pass(30_000);
  story.flood(13, 1300);
  await story.pass(60_000);
  story.flood(1330, 800);
  await story.pass(60_000);
  // Rooms, and a loss with requests under way; a new beginning.
  const joins = channel.clientMessages.filter(({ key }) =>
    [channel.room?.join?.message, channel.room?.leave?.message].includes(key),
  );
  for (const message of joins) {
    const place = (message.key === channel.room?.join?.message ? channel.room?.join : channel.room?.leave)?.room;
    if (place != null && message.request !== null) story.send(message, true, { [place]: 'other' });
    await story.pass(100);
  }
  story.answers = () => false;
  story.sendAll();
  await story.pass(50);
  server.latest.close(1011);
  for (let n = 0; channel.resync !== null && n < 7; n += 1) story.responder.update(story.responder.head + 1);
  story.answers = () => true;
  await story.pass(20_000);
  story.answers = (type) =>
    type !== channel.clientMessages.find(({ key }) => key === channel.resync?.request.message)?.type;
  server.latest.close(1011);
  await story.pass(20_000);
  if (channel.resync?.snapshot != null) server.latest.sendRaw(story.responder.snapshot(5000).text);
  story.answers = () => true;
  story.responder.log.clear();
  story.responder.head = 0;
  server.latest.close(1011);
  await story.pass(100_000);
  // Hearts that stop, and one that goes on by other messages.
  server.beats = false;
  for (let n = 0; n < 12; n += 1) {
    const other = channel.serverMessages.find(({ delivery }) => delivery?.to !== 'direct');
    if (other !== undefined) server.latest.sendRaw(story.messages.build(other.key).text);
    await story.pass(4000);
  }
  const old = server.latest;
  const stop = old.received.length;
  await story.pass(90_000);
  old.sendRaw(story.messages.build(channel.serverMessages[0]!.key).text);
  story.note(`heard ${old.received.length - stop}`);
  server.beats = true;
  await story.pass(90_000);
  server.tellsClose = false;
  server.latest.cut();
  await story.pass(200_000);
  server.tellsClose = true;
  await story.pass(100_000);
  face.close();
  await story.pass(2000);
  face.connect();
  await story.pass(20_000);
  // The page: offline, online, hidden, visible, in both states.
  for (const events of [['offline'], ['online'], ['hidden', 'visible']] as const) {
    for (const event of events) page.fire(event);
    await story.pass(5000);
  }
  server.handshake = 'refuse';
  server.latest.close(1011);
  await story.pass(4000);
  for (const event of ['offline', 'online', 'hidden', 'visible'] as const) {
    page.fire(event);
    await story.pass(event === 'offline' ? 70_000 : 700);
  }
  // What waits: too many, too old; and attempts until they are used up.
  const waiting = channel.clientMessages.filter(({ reply }) => reply === null);
  for (let n = 0; n < 130; n += 1) for (const message of waiting.slice(0, 1)) story.send(message, false);
  story.sendAll();
  face.connect();
  await story.pass(40_000);
  story.sendAll();
  await story.pass(40_000);
  server.handshake = 'accept';
  await story.pass(60_000);
  face.connect();
  await story.pass(15_000);
  server.handshake = 'refuse';
  server.latest.close(1011);
  await story.pass(900_000);
  server.handshake = 'hang';
  face.connect();
  await story.pass(30_000);
  face.close();
  server.handshake = 'accept';
  face.connect();
  story.sendAll();
  await story.pass(8);
  server.connections.at(-1)?.close(4001);
  await story.pass(20_000);
  // Every code, twice in a row, before and after a connection was stable.
  for (const { code } of channel.closeCodes) {
    for (const stableMs of [1500, 11_000]) {
      face.connect();
      await story.pass(stableMs);
      for (let n = 0; n < 2; n += 1) {
        server.latest.close(code === 'other' ? 4999 : code);
        await story.pass(9000);
      }
    }
  }
  // Flapping, connect() and close() at odd moments.
  face.connect();
  await story.pass(30_000);
  for (let n = 0; n < 6; n += 1) {
    server.latest.close(1011);
    await story.pass(6000);
  }
  face.connect();
  face.connect();
  server.latest.close(1011);
  await story.pass(5);
  face.connect();
  await story.pass(2000);
  face.connect();
  server.latest.close(1011);
  await story.pass(5);
  face.close();
  await story.pass(60_000);
  face.connect();
  await story.pass(2000);
  face.close();
  await story.pass(60_000);
  await tellAway(story);
  return withoutChance(story.lines.join('\n'));
}
