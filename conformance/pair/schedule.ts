// What happens to a pair, and when: drawn from a seed and the contract, so that the same seed gives the same schedule again.
import type { Channel } from '../../scripts/model.ts';
import type { CutHow, Direction, Refusal } from '../proxy/index.ts';
import type { Means } from './means.ts';
import { Random } from './random.ts';

export type Step =
  | { readonly do: 'send'; readonly from: 'client' | 'peer'; readonly message: string; readonly marker: string }
  | { readonly do: 'request'; readonly message: string }
  | { readonly do: 'publish'; readonly message: string }
  | { readonly do: 'pause'; readonly ms: number }
  | Fault
  /** Every fault ends. */
  | { readonly do: 'heal' }
  /** Every fault ends, and the client is waited for. */
  | { readonly do: 'recover' };

export type Fault =
  | { readonly do: 'cut'; readonly how: CutHow }
  | { readonly do: 'cut-mid-frame'; readonly direction: Direction }
  | { readonly do: 'half-open'; readonly direction: Direction | 'both' }
  | { readonly do: 'refuse'; readonly how: Refusal; readonly count: number }
  | { readonly do: 'accept-and-close'; readonly code: number }
  | { readonly do: 'close'; readonly code: number }
  | { readonly do: 'delay'; readonly direction: Direction; readonly ms: number }
  | { readonly do: 'slice'; readonly direction: Direction; readonly bytes: number }
  | {
      readonly do: 'suppress' | 'duplicate' | 'reorder';
      readonly direction: Direction;
      readonly count: number;
      /** Keys of the messages that it is for. */
      readonly messages: readonly string[];
    };

export interface Schedule {
  readonly seed: number;
  readonly channel: string;
  readonly steps: readonly Step[];
}

export interface ScheduleOptions {
  readonly timeScale: number;
  /** Whether the target's own code can be asked to send. */
  readonly canPublish: boolean;
}

/** So many attempts may fail in a schedule: a client that has used up its attempts is right to give up. */
const mostFailures = 6;
/** A delay takes this share of the shortest time that a client waits for an answer, at most. */
const delayShare = 0.25;

export function makeSchedule(channel: Channel, means: Means, seed: number, options: ScheduleOptions): Schedule {
  const maker = new ScheduleMaker(channel, means, seed, options);
  return { seed, channel: channel.name, steps: maker.steps() };
}

class ScheduleMaker {
  readonly #random: Random;
  readonly #channel: Channel;
  readonly #means: Means;
  readonly #seed: number;
  readonly #options: ScheduleOptions;
  #failures = 0;
  #markers = 0;
  /** A refused token may be refused once: twice is final. */
  #refusedToken = false;

  constructor(channel: Channel, means: Means, seed: number, options: ScheduleOptions) {
    this.#random = new Random(seed, channel.name);
    this.#channel = channel;
    this.#means = means;
    this.#seed = seed;
    this.#options = options;
  }

  steps(): readonly Step[] {
    const rounds = this.#random.between(1, 4);
    return Array.from({ length: rounds }, () => this.#round()).flat();
  }

  #round(): readonly Step[] {
    const before = this.#traffic(this.#random.between(0, 4));
    const faults = this.#faults();
    const during = this.#traffic(this.#random.between(1, 6));
    const after: Step[] = this.#random.chance(0.7) ? [{ do: 'recover' }] : [{ do: 'heal' }];
    return [...before, ...faults, ...during, ...after, ...this.#traffic(this.#random.between(0, 2))];
  }

  #traffic(count: number): readonly Step[] {
    return Array.from({ length: count }, () => this.#message()).flat();
  }

  #message(): readonly Step[] {
    const { fromClient, fromPeer, requests, published } = this.#means;
    const random = this.#random;
    const choices: (() => Step)[] = [];
    const send = (from: 'client' | 'peer', of: Means['fromClient']) => (): Step => ({
      do: 'send',
      from,
      message: random.pick(of).message.key,
      marker: this.#marker(),
    });
    if (fromClient.length > 0) choices.push(send('client', fromClient), send('client', fromClient));
    if (fromPeer.length > 0) choices.push(send('peer', fromPeer), send('peer', fromPeer));
    if (requests.length > 0) choices.push(() => ({ do: 'request', message: random.pick(requests).key }));
    if (published.length > 0 && this.#options.canPublish) {
      choices.push(() => ({ do: 'publish', message: random.pick(published).key }));
    }
    const step = choices.length === 0 ? [] : [random.pick(choices)()];
    return random.chance(0.4) ? [...step, { do: 'pause', ms: random.between(1, 60) }] : step;
  }

  #marker(): string {
    this.#markers += 1;
    return `s${this.#seed}-${this.#markers}`;
  }

  #faults(): readonly Fault[] {
    const random = this.#random;
    const direction = (): Direction => random.pick(['to-client', 'to-server'] as const);
    const cut = (): Fault => ({ do: 'cut', how: random.pick(['reset', 'end'] as const) });
    const choices: (() => readonly Fault[])[] = [
      () => this.#losing(1, () => [cut()]),
      () => this.#losing(1, () => [{ do: 'cut-mid-frame', direction: direction() }]),
      () =>
        this.#losing(1, () => [
          { do: 'half-open', direction: random.pick(['both', 'to-client', 'to-server'] as const) },
        ]),
      () => this.#refusing(cut),
      () => this.#closing(),
      () => this.#closingAtOnce(cut),
      () => [{ do: 'delay', direction: direction(), ms: random.between(1, this.#longestDelayMs()) }],
      () => [{ do: 'slice', direction: direction(), bytes: random.pick([1, 1, 2, 7]) }],
      ...this.#strokes(),
    ];
    const first = random.pick(choices)();
    // Two at once, now and then: a slow line that is cut.
    return random.chance(0.3) ? [...first, ...random.pick(choices)()] : first;
  }

  /** Nothing where too many attempts would fail. */
  #losing(failures: number, faults: () => readonly Fault[]): readonly Fault[] {
    if (this.#failures + failures > mostFailures) return [];
    this.#failures += failures;
    return faults();
  }

  #refusing(cut: () => Fault): readonly Fault[] {
    const count = this.#random.between(1, 2);
    const how = this.#random.pick<Refusal>(['reset', 'hang', { status: 503 }]);
    return this.#losing(1 + count, () => [{ do: 'refuse', how, count }, cut()]);
  }

  #code(): number | null {
    const codes = this.#means.codes.filter(({ client }) => client !== 'refresh-token' || !this.#refusedToken);
    if (codes.length === 0) return null;
    const { code, client } = this.#random.pick(codes);
    if (client === 'refresh-token') this.#refusedToken = true;
    return code;
  }

  #closing(): readonly Fault[] {
    const code = this.#code();
    return code === null ? [] : this.#losing(1, () => [{ do: 'close', code }]);
  }

  #closingAtOnce(cut: () => Fault): readonly Fault[] {
    const code = this.#code();
    return code === null ? [] : this.#losing(2, () => [{ do: 'accept-and-close', code }, cut()]);
  }

  /** What TCP never does by itself: only to messages that the contract gives a cure for. */
  #strokes(): readonly (() => readonly Fault[])[] {
    const random = this.#random;
    const { numbered, identified, repeatable } = this.#means;
    const stroke = (what: 'suppress' | 'duplicate' | 'reorder', direction: Direction, messages: readonly string[]) => {
      return (): readonly Fault[] => [{ do: what, direction, count: random.between(1, 3), messages }];
    };
    const choices: (() => readonly Fault[])[] = [];
    if (numbered.length > 0) {
      for (const what of ['suppress', 'duplicate', 'reorder'] as const)
        choices.push(stroke(what, 'to-client', numbered));
    }
    if (identified.length > 0) choices.push(stroke('duplicate', 'to-client', identified));
    if (repeatable.length > 0) choices.push(stroke('duplicate', 'to-server', repeatable));
    return choices;
  }

  #longestDelayMs(): number {
    const { heartbeats, reconnect } = this.#channel;
    const waits = [reconnect?.handshakeTimeoutMs ?? 10_000, ...heartbeats.map(({ timeoutMs }) => timeoutMs)];
    return Math.max(2, Math.floor(Math.min(...waits) * this.#options.timeScale * delayShare));
  }
}

/** One line: `peer sends chat; cut (reset); recover`. */
export function describeSchedule({ steps }: Schedule): string {
  return steps.map(describeStep).join('; ');
}

function describeStep(step: Step): string {
  switch (step.do) {
    case 'send':
      return `${step.from} sends ${step.message} ${step.marker}`;
    case 'request':
      return `client requests ${step.message}`;
    case 'publish':
      return `server publishes ${step.message}`;
    case 'pause':
      return `${step.ms} ms`;
    case 'cut':
      return `cut (${step.how})`;
    case 'cut-mid-frame':
      return `cut in the next message ${step.direction}`;
    case 'half-open':
      return `half-open (${step.direction})`;
    case 'refuse':
      return `refuse ${step.count} (${typeof step.how === 'object' ? step.how.status : step.how})`;
    case 'accept-and-close':
      return `accept one and close it with ${step.code}`;
    case 'close':
      return `close with ${step.code}`;
    case 'delay':
      return `delay ${step.direction} ${step.ms} ms`;
    case 'slice':
      return `${step.bytes} bytes at a time ${step.direction}`;
    case 'suppress':
    case 'duplicate':
    case 'reorder':
      return `${step.do} ${step.count} ${step.direction}`;
    default:
      return step.do;
  }
}
