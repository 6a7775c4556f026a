// What a command may print to, and in which colours.

export interface Io {
  /** A line on standard output. */
  print(line: string): void;
  /** A line on standard error. */
  warn(line: string): void;
  readonly color: boolean;
  /** Stack traces and other words for those who look for a fault of this program. */
  verbose: boolean;
}

/** Colour on a terminal only, and not where NO_COLOR (https://no-color.org) is set. */
export function consoleIo(): Io {
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    warn: (line) => void process.stderr.write(`${line}\n`),
    color: process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '',
    verbose: false,
  };
}

const codes = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;

export function paint(io: Io, style: keyof typeof codes, text: string): string {
  return io.color ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
}

export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
