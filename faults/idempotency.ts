// Faults of idempotency: repeats that count as new messages, and new messages that count as repeats.
import type { ChannelTable, Claim, Seam } from '../runtime/server/index.ts';
import { readAt } from '../runtime/server/pointer.ts';
import { withCause } from './current-cause.ts';
import { changeClientRows } from './decorate-channels.ts';
import { changeEngine } from './decorate-engine.ts';
import { changeOutgoing } from './decorate-transport.ts';
import { by, type Fault } from './fault.ts';

const rows = (table: ChannelTable) => Object.values(table.client).flatMap((row) => row.idempotent ?? []);

const isIdempotent: Fault['appliesTo'] = (table) => rows(table).length > 0;

const scopedBy =
  (word: 'user' | 'room') =>
  (table: ChannelTable): boolean =>
    rows(table).some((row) => row.scope.includes(word));

const without =
  (word: 'user' | 'room') =>
  (seam: Seam): Seam =>
    changeClientRows(seam, ({ idempotent }) => ({
      idempotent: idempotent && { ...idempotent, scope: idempotent.scope.filter((one) => one !== word) },
    }));

const claiming =
  (change: (claim: Claim, fingerprint: string) => Claim) =>
  (seam: Seam): Seam =>
    changeEngine(seam, (inner) => ({
      claim: async (key, fingerprint, windowMs) => change(await inner.claim(key, fingerprint, windowMs), fingerprint),
    }));

// Two connections that send the same at the same time are heard within so long of each other.
const TOGETHER_MS = 40;

const SOON_MS = 2000;

export const idempotencyFaults: readonly Fault[] = [
  {
    id: 'idempotency/concurrent-unnoticed',
    sentence: 'Of two repeats that come at the same time by two connections neither is known as one.',
    intended: [by('request/idempotent-concurrent', 'doubled')],
    appliesTo: (table) => isIdempotent(table) && rows(table).some((row) => !row.scope.includes('connection')),
    apply: (seam) => {
      const { seam: caused, cause } = withCause(seam);
      const first = new Map<string, { readonly at: number; readonly connection: string }>();
      return changeEngine(caused, (inner) => ({
        claim: async (key, fingerprint, windowMs) => {
          const connection = cause()?.facts.id ?? '';
          const before = first.get(key);
          const at = seam.clock.now();
          const isUnnoticed = before && before.connection !== connection && at - before.at < TOGETHER_MS;
          if (isUnnoticed) return await inner.claim(`${key} ${connection}`, fingerprint, windowMs);
          if (!before) first.set(key, { at, connection });
          return await inner.claim(key, fingerprint, windowMs);
        },
      }));
    },
  },
  {
    id: 'idempotency/wrong-conflict-code',
    sentence: 'Another content under a used id is refused with the code of another error.',
    intended: [by('request/idempotent-conflict-code', 'wrong-code')],
    appliesTo: (table) => isIdempotent(table) && table.error !== null,
    apply: (seam) =>
      changeClientRows(seam, ({ idempotent }) => ({
        idempotent: idempotent && { ...idempotent, conflict: 'unavailable' },
      })),
  },
  {
    id: 'idempotency/second-message',
    sentence: 'A repeat causes a second message.',
    intended: [by('request/idempotent-no-second')],
    appliesTo: isIdempotent,
    apply: (seam) => changeClientRows(seam, () => ({ idempotent: null })),
  },
  {
    id: 'idempotency/wrong-answer',
    sentence: 'A repeat is answered without what the first one made.',
    intended: [by('request/idempotent-repeat')],
    appliesTo: isIdempotent,
    apply: (seam) => {
      const { seam: caused, cause } = withCause(seam);
      return claiming((claim) => {
        const now = cause();
        const answer = now?.table.client[now.type]?.idempotent?.answer;
        if (!claim.repeated || answer === undefined) return claim;
        return { ...claim, answer: JSON.stringify(now!.table.server[answer]?.template ?? {}) };
      })(caused);
    },
  },
  {
    id: 'idempotency/repeat-unanswered',
    sentence: 'A repeat is answered by nothing.',
    intended: [by('request/idempotent-repeat')],
    appliesTo: isIdempotent,
    apply: (seam) =>
      changeOutgoing(seam, ({ table, type, isDirect, message }) =>
        isDirect && rows(table).some((row) => row.answer === type) ? [] : [message],
      ),
  },
  {
    id: 'idempotency/forgets-on-reconnect',
    sentence: 'A repeat on a new connection of the same user is a new message.',
    intended: [by('request/idempotent-reconnected')],
    appliesTo: isIdempotent,
    apply: (seam) =>
      changeClientRows(seam, ({ idempotent }) => ({
        idempotent: idempotent && { ...idempotent, scope: [...idempotent.scope, 'connection'] },
      })),
  },
  {
    id: 'idempotency/forgets-soon',
    sentence: 'An id is forgotten after two seconds.',
    intended: [by('request/idempotent-window')],
    appliesTo: (table) => rows(table).some((row) => !row.scope.includes('connection')),
    apply: (seam) => {
      const first = new Map<string, number>();
      return changeEngine(seam, (inner) => ({
        claim: async (key, fingerprint, windowMs) => {
          const now = seam.clock.now();
          const at = first.get(key) ?? now;
          first.set(key, at);
          return await inner.claim(now - at < SOON_MS ? key : `${key} later`, fingerprint, windowMs);
        },
      }));
    },
  },
  {
    id: 'idempotency/remembers-rejected',
    sentence: 'The id of a rejected message counts as used.',
    intended: [by('request/idempotent-rejected-not-remembered')],
    appliesTo: isIdempotent,
    apply: (seam) => {
      const used = new Set<string>();
      const { seam: caused, cause } = withCause(seam);
      const idOf = (): string | null => {
        const now = cause();
        const row = now?.table.client[now.type]?.idempotent;
        return now && row ? JSON.stringify([now.facts.user.id, readAt(now.value, row.property)]) : null;
      };
      const noted = changeOutgoing(caused, ({ table, type, isDirect, message }) => {
        const id = isDirect && type === table.error?.type ? idOf() : null;
        if (id !== null) used.add(id);
        return [message];
      });
      return changeEngine(noted, (inner) => ({
        claim: async (key, fingerprint, windowMs) => {
          const id = idOf();
          if (id === null || !used.has(id)) return await inner.claim(key, fingerprint, windowMs);
          const now = cause()!;
          const template = now.table.server[now.table.client[now.type]!.idempotent!.answer]?.template;
          return { repeated: true, fingerprint, answer: JSON.stringify(template ?? {}) };
        },
      }));
    },
  },
  {
    id: 'idempotency/across-users',
    sentence: 'An id that one user used is used for all users.',
    intended: [by('request/idempotent-other-user')],
    appliesTo: scopedBy('user'),
    apply: without('user'),
  },
  {
    id: 'idempotency/across-rooms',
    sentence: 'An id that was used in one room is used in all rooms.',
    intended: [by('request/idempotent-other-room')],
    appliesTo: scopedBy('room'),
    apply: without('room'),
  },
  {
    id: 'idempotency/conflict-unnoticed',
    sentence: 'Another content under a used id is answered like a repeat.',
    intended: [by('request/idempotent-conflict')],
    appliesTo: isIdempotent,
    apply: claiming((claim, fingerprint) => (claim.repeated ? { ...claim, fingerprint } : claim)),
  },
];
