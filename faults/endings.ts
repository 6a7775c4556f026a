// Faults of close codes and shutdown: how connections end.
import { Buffer } from 'node:buffer';
import type { ContractSocket } from '../runtime/server/contract-socket.ts';
import type { ChannelTable, Encoded, Seam, Transport } from '../runtime/server/index.ts';
import { encodeMessage } from '../runtime/server/index.ts';
import { withCause } from './current-cause.ts';
import { changeTables } from './decorate-channels.ts';
import { changeEvents, changeTransport, survivingViolation } from './decorate-transport.ts';
import { by, everywhere, type Fault } from './fault.ts';
import { isDelivered } from './kinds.ts';

const closing = (seam: Seam, change: (code: number, reason: string, inner: Transport, table: ChannelTable) => void) =>
  changeTransport(seam, ({ inner, table }) => ({ close: (code, reason) => change(code, reason, inner, table) }));

/** A close frame without a code, as a frame of its own. */
const bareClose: Encoded = { text: '{}', bytes: 2, frame: Buffer.from([0x88, 0x00]) };

const hasShutdown: Fault['appliesTo'] = (table) => table.limits.shutdown !== null;

const isShutdown = (table: ChannelTable, code: number, reason: string): boolean =>
  code === table.limits.shutdown?.code && reason.includes('shuts down');

// RFC 6455 7.4.1: what a client closes with that misses an extension; never a server.
const CLIENT_CODE = 1010;

const atShutdown = (seam: Seam, change: (inner: Transport, code: number, reason: string) => void): Seam =>
  closing(seam, (code, reason, inner, table) => {
    if (isShutdown(table, code, reason)) change(inner, code, reason);
    else inner.close(code, reason);
  });

/** How the close frame of a client is answered. `ws` hands its reason on as bytes, or nothing where there was no code. */
const answering = (seam: Seam, answer: (socket: ContractSocket, close: (code: number) => void) => void): Seam => {
  const Plain = seam.framing.WebSocket;
  class Answering extends Plain {
    override close(code?: number, reason?: string | Buffer): void {
      const isAnswer = this.readyState === this.OPEN && (code === undefined || Buffer.isBuffer(reason));
      if (isAnswer) answer(this, (other) => super.close(other));
      else super.close(code, reason);
    }
  }
  return { ...seam, framing: { ...seam.framing, WebSocket: Answering } };
};

// What was sent so shortly before is still waiting when a server ends.
const PENDING_MS = 150;

export const endingFaults: readonly Fault[] = [
  {
    id: 'close-codes/not-its-own',
    sentence: 'The server closes with a code that only a client may send.',
    intended: [by('close-codes/declared', 'undeclared')],
    appliesTo: (table) => table.closeCodes.length > 0,
    apply: (seam) => closing(seam, (_code, reason, inner) => inner.close(CLIENT_CODE, reason)),
  },
  {
    id: 'close-codes/no-code',
    sentence: 'The server closes without a code.',
    intended: [by('auth/missing-answer', 'wrong-code'), by('limits/binary-code', 'wrong-code')],
    appliesTo: everywhere,
    apply: (seam) =>
      closing(seam, (_code, _reason, inner) => {
        inner.send(bareClose);
        setTimeout(() => inner.terminate(), 50);
      }),
  },
  {
    id: 'close-codes/abrupt-end',
    sentence: 'The server ends connections without a closing handshake.',
    intended: [by('limits/binary-code', 'wrong-code'), by('auth/expiry-answer', 'wrong-code')],
    appliesTo: everywhere,
    apply: (seam) => closing(seam, (_code, _reason, inner) => inner.terminate()),
  },
  {
    id: 'close-codes/close-unanswered',
    sentence: 'The close frame of a client is answered by the end of TCP alone.',
    intended: [by('close-codes/normal-answered', 'not-answered')],
    appliesTo: everywhere,
    apply: (seam) => answering(seam, (socket) => socket.terminate()),
  },
  {
    id: 'close-codes/close-answered-otherwise',
    sentence: 'The close frame of a client is answered with a code of the server’s own.',
    intended: [by('close-codes/normal-answered', 'wrong-code')],
    appliesTo: everywhere,
    apply: (seam) => answering(seam, (_socket, close) => close(1001)),
  },
  {
    id: 'close-codes/protocol-error-stays-open',
    sentence: 'A frame that breaks the WebSocket protocol leaves the connection open.',
    intended: [by('close-codes/protocol-error-ends', 'never')],
    appliesTo: everywhere,
    apply: (seam) => survivingViolation(seam, 'protocol'),
  },
  {
    id: 'close-codes/protocol-error-wrong-code',
    sentence: 'A frame that breaks the WebSocket protocol ends the connection with another code.',
    intended: [by('close-codes/protocol-error-code', 'wrong-code')],
    appliesTo: everywhere,
    apply: (seam) =>
      changeEvents(seam, ({ events }) => ({
        violation: (kind, code) => events.violation(kind, kind === 'protocol' ? 1011 : code),
      })),
  },
  {
    id: 'shutdown/abrupt',
    sentence: 'A server that ends cuts its connections without a closing handshake.',
    intended: [by('shutdown/code', 'wrong-code')],
    appliesTo: hasShutdown,
    apply: (seam) => atShutdown(seam, (inner) => inner.terminate()),
  },
  {
    id: 'shutdown/wrong-code',
    sentence: 'A server that ends closes with another code.',
    intended: [by('shutdown/code', 'wrong-code')],
    appliesTo: hasShutdown,
    apply: (seam) => atShutdown(seam, (inner, _code, reason) => inner.close(1000, reason)),
  },
  {
    id: 'shutdown/presence-told',
    sentence: 'A server that ends tells each member that the others have gone.',
    intended: [by('shutdown/no-presence', 'told')],
    appliesTo: (table) => hasShutdown(table) && table.room?.presence != null,
    apply: (seam) =>
      closing(seam, (code, reason, inner, table) => {
        const left = table.room?.presence?.left.type;
        if (left !== undefined && isShutdown(table, code, reason)) {
          inner.send(encodeMessage(table.server[left]?.template ?? {}));
        }
        inner.close(code, reason);
      }),
  },
  {
    id: 'shutdown/pending-lost',
    sentence: 'Messages wait before they go to others, and a server that ends forgets those that wait.',
    intended: [by('shutdown/accepted-delivered', 'lost')],
    appliesTo: (table) => hasShutdown(table) && isDelivered('room', 'others', 'other-users', 'user')(table),
    apply: (plain) => {
      const { seam, cause } = withCause(plain);
      return {
        ...seam,
        fanout: (publication, message, recipients, all) => {
          const [everyone, to] = [[...all], [...recipients]];
          const own = to.filter(({ facts }) => facts.id === cause()?.facts.id);
          const others = to.filter((one) => !own.includes(one));
          seam.fanout(publication, message, own, everyone);
          seam.clock.setTimeout(() => seam.fanout(publication, message, others, everyone), PENDING_MS);
        },
      };
    },
  },
  {
    id: 'shutdown/accepts-new',
    sentence: 'A server that ends still lets others in.',
    intended: [by('shutdown/refuses-new', 'let-in')],
    appliesTo: hasShutdown,
    apply: (seam) => ({
      ...seam,
      handshake: (refusal, channel) => {
        const judged = seam.handshake(refusal, channel);
        return judged?.when === 'shutdown' ? null : judged;
      },
    }),
  },
  {
    id: 'shutdown/wrong-status',
    sentence: 'A server that ends refuses others with another status.',
    intended: [by('shutdown/refuses-new', 'wrong-status')],
    appliesTo: hasShutdown,
    apply: (seam) => ({
      ...seam,
      handshake: (refusal, channel) => {
        const judged = seam.handshake(refusal, channel);
        return judged?.when === 'shutdown' ? { when: 'shutdown', by: 'status', status: 418 } : judged;
      },
    }),
  },
  {
    id: 'shutdown/too-slow',
    sentence: 'A server that ends waits without end for connections that do not answer.',
    intended: [by('shutdown/exits-in-time', 'never', 'too-late')],
    appliesTo: hasShutdown,
    apply: (seam) =>
      changeTables(seam, ({ limits }) => ({
        limits: {
          ...limits,
          shutdown: limits.shutdown && { ...limits.shutdown, withinMs: limits.shutdown.withinMs * 1000 },
        },
      })),
  },
];
