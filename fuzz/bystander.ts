// A healthy connection in the midst of hostile ones: it must go on getting what the contract says, and be answered.
import { WebSocket } from 'ws';
import { setValueAt, valueAt } from '../conformance/harness/pointer.ts';
import { classify } from '../conformance/harness/schemas.ts';
import { fenceOf } from './fence.ts';
import type { Place, Seat } from './places.ts';
import { patienceMs, type Stand } from './stand.ts';

export class Bystander {
  readonly #stand: Stand;
  readonly #place: Place;
  readonly #seat: Seat;
  readonly #socket: WebSocket;
  readonly #report: (what: string) => void;
  #waiting: ((text: string) => void) | null = null;
  /** Its round trips, one after the other. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(stand: Stand, place: Place, seat: Seat, report: (what: string) => void) {
    this.#stand = stand;
    this.#place = place;
    this.#seat = seat;
    this.#report = report;
    this.#socket = new WebSocket(seat.url, { perMessageDeflate: false });
    this.#socket.on('message', (data) => this.#hear(String(data)));
    this.#socket.on('error', (error) => report(`bystander on ${place.channel.name}: ${error.message}`));
    this.#socket.on('close', (code) => report(`the bystander on ${place.channel.name} was closed with ${code}`));
  }

  /** Resolves when it has been answered for the first time. */
  static async join(stand: Stand, place: Place, report: (what: string) => void): Promise<Bystander> {
    const seat = place.seats[1] ?? place.seats[0];
    if (seat === undefined) throw new Error(`Nobody can enter ${place.channel.name}.`);
    const bystander = new Bystander(stand, place, seat, report);
    await new Promise((resolve) => bystander.#socket.once('open', resolve));
    await bystander.roundTrip();
    return bystander;
  }

  /** Reports where there is no answer in time. */
  roundTrip(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#goRound());
    return this.#turn;
  }

  async #goRound(): Promise<void> {
    const fence = fenceOf(this.#place, this.#seat, this.#stand.nextMark());
    if (fence === null) return;
    const { name } = this.#place.channel;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting = null;
        resolve();
      };
      const timer = setTimeout(() => {
        this.#report(`the bystander on ${name} got no answer`);
        done();
      }, patienceMs);
      this.#waiting = (text) => {
        if (fence.isAnswer(text)) done();
      };
      for (const text of fence.texts) this.#socket.send(text);
    });
  }

  leave(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.terminate();
  }

  #hear(text: string): void {
    const wrong = this.#stand.messages.wrong(this.#place, text);
    if (wrong !== null)
      this.#report(`the bystander on ${this.#place.channel.name} got ${wrong}: ${text.slice(0, 300)}`);
    else this.#answerPing(text);
    this.#waiting?.(text);
  }

  #answerPing(text: string): void {
    const { channel, builder } = this.#place;
    const value: unknown = JSON.parse(text);
    const key = classify(channel, channel.serverMessages, value);
    const beat = channel.heartbeats.find((one) => one.initiator === 'server' && one.ping === key);
    const pong = channel.clientMessages.find((one) => one.key === beat?.pong);
    if (beat === undefined || pong === undefined) return;
    let answer = builder.build(pong, {}, this.#seat.room).value;
    for (const { from, to } of beat.echo) answer = setValueAt(answer, to, valueAt(value, from));
    this.#socket.send(JSON.stringify(answer));
  }
}
