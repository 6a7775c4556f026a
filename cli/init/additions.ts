// What `wirepact init` adds: a key, where it goes, and what a person has to decide about it.
export interface Addition {
  /** Of the channel; with `message`, of a message in it. */
  readonly channel: string;
  readonly message?: string;
  /** Instead of the channel: the operation by which its clients send. */
  readonly operation?: string;
  /** `required`: of the message's payload, where it leaves open whether its discriminator is there. */
  readonly key: `x-ws-${string}` | 'required';
  readonly value: unknown;
  /** A sentence for the comment above it; absent: the document itself says so. */
  readonly decide?: string;
}
