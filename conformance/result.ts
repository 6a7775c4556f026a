// What a run says: plain serialisable data that the verdicts, the exit code and every report are computed from.
import type { Level } from '../scripts/model.ts';

export type Role = 'server' | 'client' | 'pair';

/**
 * `fail`: a MUST was broken; `warn`: a SHOULD; `not-applicable`: the contract has nothing of the kind on that channel;
 * `not-testable`: the target file lacks something ({@link CaseResult.needs}); `inconclusive`: the measurement could not be
 * trusted, also when run again alone; `error`: the suite itself broke.
 */
export type Verdict = 'pass' | 'fail' | 'warn' | 'not-applicable' | 'not-testable' | 'inconclusive' | 'error';

export const verdicts: readonly Verdict[] = [
  'pass',
  'fail',
  'warn',
  'not-applicable',
  'not-testable',
  'inconclusive',
  'error',
];

/** One thing seen or done on one connection. */
export interface TraceFrame {
  /** Milliseconds since the case started. */
  readonly atMs: number;
  /** The connection's name in the case: `sender`, `peer 1`. */
  readonly connection: string;
  readonly direction: 'sent' | 'received';
  /** `open`: the upgrade was accepted; `refused`: HTTP answer instead; `end`: TCP ended without a close frame; `raw`: bytes that are no frame. */
  readonly kind: 'open' | 'refused' | 'text' | 'binary' | 'ping' | 'pong' | 'close' | 'end' | 'raw';
  /** Text as it is; binary, ping, pong and raw as hex; of a close the reason; of `open` the address; of `refused` the status text. Cut at 4,096 characters. Tokens are redacted. */
  readonly data: string;
  /** Size of the payload in bytes, before cutting. */
  readonly bytes: number;
  /** Of `close` the close code (1005: none was sent), of `refused` the HTTP status. */
  readonly code?: number;
  /** Sent by the suite's fence, not by the case. */
  readonly fence?: boolean;
}

export interface CaseResult {
  /** `delivery/receivers`. */
  readonly rule: string;
  /** `delivery/receivers@arena.CHAT`. */
  readonly instance: string;
  readonly channel: string;
  readonly family: string;
  readonly role: Role;
  readonly level: Level;
  readonly verdict: Verdict;
  /** What is required. */
  readonly sentence: string;
  /** What should have happened; `''` unless fail or warn. */
  readonly expected: string;
  /** What happened; `''` unless fail or warn. */
  readonly observed: string;
  /** Where the document says it. */
  readonly pointer: string;
  readonly line: number;
  /** Of fail and warn: a short slug of the way it failed (`leaked`, `duplicate`); otherwise why there is no verdict, as a sentence. */
  readonly reason?: string;
  /** Of not-testable: what to add to the target file, each a key path with a word on it. */
  readonly needs?: readonly string[];
  readonly durationMs: number;
  /** Everything that the case's connections sent and received, in time order. Empty where it passed. */
  readonly frames: readonly TraceFrame[];
}

export interface Spread {
  readonly samples: number;
  readonly medianMs: number;
  readonly maxMs: number;
}

export interface Measurements {
  /** Round trip of a WebSocket ping, or of the TCP connect where pings are not answered. */
  readonly rtt: Spread;
  /** From sending a client message to the last broadcast that it caused. */
  readonly delivery: Spread;
  /** How late the suite's own timers fired. */
  readonly lag: Spread;
}

export interface RunResult {
  readonly role: Role;
  readonly contract: {
    readonly title: string;
    readonly version: string;
    readonly hash: string;
    readonly document: string;
  };
  readonly target: { readonly name: string; readonly url: string };
  readonly timeScale: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** In the order of rules, then channels, then messages: the same for the same contract and filters. */
  readonly cases: readonly CaseResult[];
  readonly measurements: Measurements;
  /** Set where the run could not be carried out, or was given up: exit code 4. What was wrong and what to do. */
  readonly harnessError?: string;
  /** Things worth knowing that are no verdict: no identity check, a preflight oddity. */
  readonly notes: readonly string[];
  /** The command that repeats the run, without filters; reports add `--rule INSTANCE`. */
  readonly command?: string;
}

/** `arena.CHAT`-less name of an instance: rule, channel and, where it is about one, the message type. */
export function instanceId(rule: string, channel: string, messageType?: string): string {
  return `${rule}@${channel}${messageType === undefined ? '' : `.${messageType}`}`;
}

export function countVerdicts(cases: readonly CaseResult[]): Readonly<Record<Verdict, number>> {
  const counts: Record<Verdict, number> = {
    pass: 0,
    fail: 0,
    warn: 0,
    'not-applicable': 0,
    'not-testable': 0,
    inconclusive: 0,
    error: 0,
  };
  for (const one of cases) counts[one.verdict] += 1;
  return counts;
}
