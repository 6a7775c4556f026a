// Whether anything was lost, doubled, or put in another order: what the members of a room were told, and what it keeps.
import type { Got } from '../../examples/cluster/member.ts';

export interface Witness {
  readonly name: string;
  readonly got: readonly Got[];
  readonly acknowledged: readonly string[];
  readonly refused: readonly string[];
  readonly complaints: readonly string[];
}

/** Texts are `NAME NUMBER`: those of one sender count up. */
const senderOf = (text: string): readonly [name: string, number: number] => {
  const at = text.lastIndexOf(' ');
  return [text.slice(0, at), Number(text.slice(at + 1))];
};

const doubled = (texts: readonly string[]): readonly string[] => {
  const seen = new Set<string>();
  return texts.filter((text) => seen.has(text) || !seen.add(text));
};

/** Those of a sender that come after a later one of the same sender. */
const outOfOrder = (texts: readonly string[]): readonly string[] => {
  const last = new Map<string, number>();
  return texts.filter((text) => {
    const [name, number] = senderOf(text);
    const isLate = number < (last.get(name) ?? 0);
    if (!isLate) last.set(name, number);
    return isLate;
  });
};

const some = (what: string, list: readonly (string | number)[]): readonly string[] =>
  list.length === 0 ? [] : [`${list.length} ${what}: ${list.slice(0, 5).join(', ')}`];

const ofRoom = (room: string, findings: readonly string[]): readonly string[] =>
  findings.map((one) => `${room}: ${one}`);

/** Everyone has every number from the first that it got to the last of the room, once, ascending, with the same text. */
export const judgeSequenced = (room: string, witnesses: readonly Witness[]): readonly string[] => {
  const all = new Map<number, string>();
  const findings: string[] = [];
  for (const { got } of witnesses) {
    for (const { seq, text } of got) {
      const known = all.get(seq!);
      if (known !== undefined && known !== text) findings.push(`number ${seq} is both "${known}" and "${text}"`);
      all.set(seq!, text);
    }
  }
  const head = Math.max(0, ...all.keys());
  if (witnesses.every(({ acknowledged }) => acknowledged.length === 0)) findings.push('nobody had a message back');
  for (const { name, got, complaints } of witnesses) {
    const numbers = got.map(({ seq }) => seq!);
    const wrong = numbers.filter((number, index) => index > 0 && number !== numbers[index - 1]! + 1);
    findings.push(...some(`numbers that do not follow the one before, for ${name}`, wrong));
    if (numbers.at(-1) !== head) findings.push(`${name} ends at ${numbers.at(-1)}, the room at ${head}`);
    findings.push(...some(`complaints of ${name}`, complaints));
  }
  const texts = [...all].sort(([left], [right]) => left - right).map(([, text]) => text);
  findings.push(...some('texts under two numbers', doubled(texts)));
  findings.push(...some('texts out of their order', outOfOrder(texts)));
  return ofRoom(room, findings);
};

// Of a room's messages; beyond it, the oldest are rightly gone.
const KEPT_AT_MOST = 1000;

/** What was acknowledged is kept once, in order; what was refused is not; and everyone was told a part of that, in order. */
export const judgeKept = (room: string, kept: readonly string[], witnesses: readonly Witness[]): readonly string[] => {
  const places = new Map(kept.map((text, index) => [text, index]));
  const findings = [
    ...some('texts, more than are ever kept: nothing can be judged', kept.length >= KEPT_AT_MOST ? kept : []),
    ...some('texts kept twice', doubled(kept)),
    ...some('texts kept out of their order', outOfOrder(kept)),
  ];
  for (const { name, got, acknowledged, refused, complaints } of witnesses) {
    const lost = acknowledged.filter((text) => !places.has(text));
    findings.push(...some(`acknowledged texts of ${name} that are not kept`, lost));
    const kept = refused.filter((text) => places.has(text));
    findings.push(...some(`refused texts of ${name} that are kept`, kept));
    const told = got.map(({ text }) => text);
    findings.push(...some(`texts told twice to ${name}`, doubled(told)));
    const order = told.map((text) => places.get(text) ?? -1);
    findings.push(
      ...some(
        `texts told to ${name} and not kept`,
        told.filter((_, index) => order[index] === -1),
      ),
    );
    const late = told.filter((_, index) => index > 0 && order[index]! < order[index - 1]!);
    findings.push(...some(`texts told to ${name} in another order than they are kept`, late));
    findings.push(...some(`complaints of ${name}`, complaints));
    if (acknowledged.length === 0) findings.push(`nothing of ${name} was ever acknowledged`);
  }
  return ofRoom(room, findings);
};
