// What the proxy hands on as one piece: the HTTP head, a whole message however many frames it has, a control frame, or bytes it cannot read.
import { closeCodeOf, type Frame, FrameReader, opcodes } from './frames.ts';

export type UnitKind = 'head' | 'text' | 'binary' | 'ping' | 'pong' | 'close' | 'raw';

export interface Unit {
  readonly kind: UnitKind;
  readonly raw: Buffer;
  /** Of a text message its text, of a head the lines, of a close frame the reason; else `''`. */
  readonly text: string;
  /** Of a close frame. */
  readonly code?: number;
}

const headEnd = Buffer.from('\r\n\r\n');

/** One direction of one connection. Begins with an HTTP head; what follows it are frames, unless {@link isPlain} says otherwise. */
export class UnitReader {
  readonly #frames = new FrameReader();
  #head: Buffer | null = Buffer.alloc(0);
  #parts: Frame[] = [];
  /** No frames after the head: an HTTP answer with a body. */
  isPlain = false;

  /** Generated one by one, so that what is done on a head counts for the bytes after it. */
  *push(bytes: Buffer): Generator<Unit> {
    let rest = bytes;
    if (this.#head !== null) {
      this.#head = Buffer.concat([this.#head, bytes]);
      const end = this.#head.indexOf(headEnd);
      if (end === -1) return;
      const raw = this.#head.subarray(0, end + headEnd.length);
      rest = this.#head.subarray(raw.length);
      this.#head = null;
      yield { kind: 'head', raw, text: raw.toString('latin1') };
    }
    if (rest.length === 0) return;
    if (this.isPlain) {
      yield { kind: 'raw', raw: rest, text: '' };
      return;
    }
    for (const frame of this.#frames.push(rest)) {
      const unit = this.#unitOf(frame);
      if (unit !== null) yield unit;
    }
  }

  /** Bytes that came and are no whole unit: what is left when the sender ends in the middle of one. */
  flush(): Buffer {
    return Buffer.concat([this.#head ?? Buffer.alloc(0), ...this.#parts.map(({ raw }) => raw), this.#frames.rest]);
  }

  #unitOf(frame: Frame): Unit | null {
    const { opcode, raw, payload } = frame;
    if (opcode === opcodes.close)
      return { kind: 'close', raw, text: payload.subarray(2).toString(), code: closeCodeOf(payload) };
    if (opcode === opcodes.ping) return { kind: 'ping', raw, text: '' };
    if (opcode === opcodes.pong) return { kind: 'pong', raw, text: '' };
    this.#parts.push(frame);
    if (!frame.fin) return null;
    const parts = this.#parts.splice(0);
    const isText = parts[0]!.opcode === opcodes.text;
    const text = isText ? Buffer.concat(parts.map((part) => part.payload)).toString() : '';
    return { kind: isText ? 'text' : 'binary', raw: Buffer.concat(parts.map((part) => part.raw)), text };
  }
}
