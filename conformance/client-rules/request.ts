// Rules about requests: matched by id whatever the order, timed, and settled once by a reply, an error or a loss.
import type { Channel, ClientMessage, Reply, Request } from '../../scripts/model.ts';
import type { ClientKit } from '../client/client-kit.ts';
import type { Sending } from '../client/client-under-test.ts';
import type { Received } from '../harness/connection.ts';
import { brief, valueAt, withValueAt } from '../harness/pointer.ts';
import { Failed } from '../rule.ts';
import { type ClientCase, type ClientRule, caseAt } from './client-rule.ts';
import { levelOf } from './levels.ts';
import { cut } from './losing.ts';
import { expectSettled } from './settling.ts';

type Asked = ClientMessage & { readonly reply: Reply; readonly request: Request };
type Run = (kit: ClientKit, message: Asked) => Promise<void>;

function isAsked(message: ClientMessage): message is Asked {
  return message.reply !== null && message.request !== null;
}

function eachRequest(
  run: Run,
  match: (message: Asked, channel: Channel) => boolean = () => true,
  part: Partial<ClientCase> = {},
): ClientRule['cases'] {
  return (_contract, channel) =>
    channel.clientMessages.filter(isAsked).flatMap((message) =>
      match(message, channel)
        ? [
            caseAt(channel, message.request, levelOf(message.request), {
              message: message.type,
              timeoutMs: message.request.timeoutMs * 4,
              ...part,
              run: (kit) => run(kit, message),
            }),
          ]
        : [],
    );
}

const matchable = ({ reply }: Asked) => reply.correlation !== null;

/** Sends requests that are not answered until the case does it; what came of each on the wire. */
async function ask(kit: ClientKit, message: Asked, count: number) {
  const { client, connection } = await kit.ready();
  client.responder.answers = (received) => received.key !== message.key;
  const from = connection.messages.length;
  const sent: Sending[] = [];
  for (let n = 0; n < count; n += 1) sent.push(await client.request(message.key));
  const written = () => connection.messages.slice(from).filter(({ key }) => key === message.key);
  if (!(await kit.until(() => written().length >= count, kit.patienceMs)))
    throw new Failed(`${count} ${message.type}`, `${written().length}`, { reason: 'not-sent' });
  const one = sent[0] as Sending;
  return { client, connection, sent, one, written: written() as readonly Received[] };
}

const matched: ClientRule = {
  id: 'request/matched-by-id',
  role: 'client',
  level: 'MUST',
  sentence: 'Replies that come in another order each settle the request whose id they carry.',
  cases: eachRequest(
    async (kit, message) => {
      const { client, connection, sent, written } = await ask(kit, message, 3);
      const ids = written.map(({ value }) => valueAt(value, message.reply.correlation!.request));
      if (new Set(ids).size < ids.length || ids.includes(undefined))
        throw new Failed('an id of its own in each request', brief(ids), { reason: 'no-id' });
      for (const [turn, index] of [2, 0, 1].entries()) {
        await connection.send(client.responder.reply(message, written[index]?.value).text);
        await expectSettled(kit, sent[index] as Sending, true);
        const settled = sent.filter((one) => one.settled !== null).length;
        if (settled !== turn + 1)
          throw new Failed(`${turn + 1} of 3 requests settled`, `${settled}`, { reason: 'wrong-request' });
        const reply = sent[index]?.settled?.reply;
        const carried = valueAt(reply, message.reply.correlation!.reply);
        if (reply !== undefined && carried !== undefined && carried !== ids[index])
          throw new Failed(`the reply with the id ${brief(ids[index])}`, brief(carried), { reason: 'wrong-reply' });
      }
    },
    matchable,
    { stretch: 8 },
  ),
};

const strangerIgnored: ClientRule = {
  id: 'request/other-id-ignored',
  role: 'client',
  level: 'MUST',
  sentence: 'A reply with an id that was not asked for settles nothing.',
  cases: eachRequest(
    async (kit, message) => {
      const { client, connection, one, written } = await ask(kit, message, 1);
      const place = message.reply.correlation!;
      const stranger = withValueAt(written[0]?.value, place.request, 'nobody-asked');
      await connection.send(client.responder.reply(message, stranger).text);
      await kit.clock.sleep(80);
      await client.fence();
      if (one.settled !== null)
        throw new Failed('the request to wait for its own reply', 'it settled', { reason: 'wrong-reply' });
      await connection.send(client.responder.reply(message, written[0]?.value).text);
      await expectSettled(kit, one, true);
    },
    matchable,
    { stretch: 8 },
  ),
};

const timesOut: ClientRule = {
  id: 'request/times-out',
  role: 'client',
  level: 'MUST',
  sentence: 'A request without a reply fails when its time is over, and a late reply harms nothing.',
  cases: eachRequest(
    async (kit, message) => {
      const { client, connection, one, written } = await ask(kit, message, 1);
      const dueMs = kit.scaled(message.request.timeoutMs);
      await expectSettled(kit, one, false, dueMs * 2 + kit.patienceMs);
      const seenAt = one.settled?.at ?? null;
      kit.checkTiming({ what: 'its failure', from: one.at, seenAt, earliestMs: dueMs, latestMs: dueMs });
      await connection.send(client.responder.reply(message, written[0]?.value).text);
      await kit.clock.sleep(80);
      await client.fence();
      if (one.times > 1) throw new Failed('one outcome', `${one.times}`, { reason: 'settled-twice' });
      if (connection.ending !== null)
        throw new Failed('the connection to stay open', 'it ended', { reason: 'given-up' });
    },
    () => true,
    { stretch: 3 },
  ),
};

const rejectedByError: ClientRule = {
  id: 'request/error-rejects',
  role: 'client',
  level: 'MUST',
  sentence: 'An error with the id of a request fails that request, and no other.',
  cases: eachRequest(
    async (kit, message) => {
      const { client, connection, sent, written } = await ask(kit, message, 2);
      const { error, envelope } = kit.channel;
      const id = valueAt(written[1]?.value, message.reply.correlation?.request ?? envelope.id ?? '');
      await connection.send(client.messages.build(error!.message, { with: { [error!.id!]: id } }).text);
      await expectSettled(kit, sent[1] as Sending, false);
      if (sent[0]?.settled !== null)
        throw new Failed('the other request to wait', 'it settled too', { reason: 'wrong-request' });
    },
    (message, channel) => message.request.rejectedBy.includes('error') && channel.error?.id != null,
    { stretch: 8 },
  ),
};

const rejectedByLoss: ClientRule = {
  id: 'request/loss-rejects',
  role: 'client',
  level: 'MUST',
  sentence: 'A request fails when the connection that it was written on ends.',
  cases: eachRequest(
    async (kit, message) => {
      const { connection, one } = await ask(kit, message, 1);
      const from = cut(kit, connection);
      await expectSettled(kit, one, false, kit.patienceMs);
      const seenAt = one.settled?.at ?? null;
      kit.checkTiming({ what: 'its failure', from, seenAt, earliestMs: 0, latestMs: 50 });
    },
    (message) => message.request.rejectedBy.includes('disconnect'),
    { stretch: 10 },
  ),
};

const rejectedByClose: ClientRule = {
  id: 'request/close-rejects',
  role: 'client',
  level: 'MUST',
  sentence: 'A request fails when the application closes the client.',
  cases: eachRequest(
    async (kit, message) => {
      const { client, one } = await ask(kit, message, 1);
      await client.close();
      await expectSettled(kit, one, false, kit.patienceMs);
    },
    (message) => message.request.rejectedBy.includes('disconnect'),
    { stretch: 10 },
  ),
};

const rejectedNotReady: ClientRule = {
  id: 'request/fails-while-not-ready',
  role: 'client',
  level: 'MUST',
  sentence: 'A request while the client is not ready fails at once, and is not sent later.',
  cases: eachRequest(
    async (kit, message) => {
      const client = await kit.create();
      client.responder.greets = false;
      client.responder.answers = () => false;
      await client.connect();
      const connection = await kit.opened(client, 0);
      const sent = await client.request(message.key);
      await expectSettled(kit, sent, false, 1000);
      kit.checkTiming({
        what: 'its failure',
        from: sent.at,
        seenAt: sent.settled?.at ?? null,
        earliestMs: 0,
        latestMs: 50,
      });
      await kit.clock.sleep(50);
      if (connection.messages.some(({ key }) => key === message.key))
        throw new Failed('no request on the wire', `a ${message.type}`, { reason: 'sent' });
    },
    (message, channel) =>
      message.request.rejectedBy.includes('not-ready') &&
      (channel.auth?.ready ?? []).every((ready) => ready.on === 'message' && ready.message !== null),
    { stretch: 10 },
  ),
};

export const requestRules: readonly ClientRule[] = [
  matched,
  strangerIgnored,
  timesOut,
  rejectedByError,
  rejectedByLoss,
  rejectedByClose,
  rejectedNotReady,
];
