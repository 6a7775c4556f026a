// The numbers that a command ends with. Those of `wirepact test` are in conformance/.

export const exitCodes = {
  ok: 0,
  /** The document has mistakes, or the output is out of date. */
  failed: 1,
  /** An unknown command or flag, a missing file, or a fault of this program. */
  usage: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with a sentence instead of a stack trace. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
