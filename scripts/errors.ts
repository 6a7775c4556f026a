// What a mistake in a document looks like when it is told: one record a mistake, and the error that carries several.
import type { Pointer } from './model.ts';

export type Severity = 'error' | 'warning' | 'info';

export interface Finding {
  /** Kebab-case, stable: a row of {@link findingCodes}, or the code of the official AsyncAPI parser. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** Relative to the working directory. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** RFC 6901, into that file. */
  readonly pointer: Pointer;
  readonly expected?: string;
  readonly found?: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** Every code of our own, and what it stands for. `wirepact explain CODE` prints the sentence. */
export const findingCodes = {
  'document-missing': 'There is no document at that path.',
  'document-unreadable': 'The document cannot be read.',
  'document-too-large': 'The document is larger than what is read.',
  'document-not-yaml': 'The document is neither YAML nor JSON.',
  'document-aliases': 'The aliases of the document expand to more than what is read.',
  'document-too-deep': 'The document is nested more deeply than what is read.',
  'document-not-object': 'The document is not an object with the keys of AsyncAPI.',
  'document-version': 'The document is not AsyncAPI 3.',
  'reference-unresolved': 'A reference leads to nothing.',
  'reference-circular': 'A reference leads back to itself.',
  'reference-url': 'A reference leads to the network, which is read only when asked for.',
  'reference-outside': "A reference leaves the document's folder, which is read only when asked for.",
  'reference-siblings': 'Keys beside a $ref are ignored.',
  'value-type': 'A value has another type than its key takes.',
  'value-missing': 'A key that is needed is absent.',
  'value-unknown': 'A value is none of those that its key takes.',
  'channel-none': 'The document has no WebSocket channel.',
  'channel-not-websocket': 'A channel is carried by other protocols than WebSocket only, and is left out.',
  'operation-channel': 'An operation names no channel of the document.',
  'operation-message': 'An operation names a message that its channel does not have.',
  'message-twice': 'A message is in two operations of one direction.',
  'message-unused': 'A message of a channel is in no operation.',
  'schema-format': 'A payload is written in a schema language that is not read.',
  'schema-keyword': 'A keyword is not one of JSON Schema draft-07, and is left out.',
  'name-collision': 'Two names become the same in generated code.',
  'name-empty': 'A name has no letter or digit to make an identifier of.',
  'name-folder': 'A channel has a name of which no folder can be made.',
  'example-none': 'A message has no example.',
  'example-invalid': 'An example breaks the schema of its message.',
  'schema-invalid': 'A payload is no schema that can be used.',
  'schema-property': 'A property has a name that no program can check.',
  'schema-tuple': 'An open tuple has no type.',
  'schema-pattern-properties': 'Properties by pattern have no type.',
  'should-unknown': 'x-ws-should names a keyword that its schema does not have.',
  'discriminator-missing': 'Nothing tells the messages of a channel apart.',
  'discriminator-not-constant': 'The discriminator of a message is not constant.',
  'discriminator-not-text': 'The discriminator of a message is not a text.',
  'discriminator-optional': 'The discriminator of a message may be absent.',
  'discriminator-twice': 'Two messages of one direction have the same discriminator.',
  'close-code-range': 'A close code is not one that may be sent.',
  'close-code-twice': 'A close code has two rows.',
  'close-code-unlisted': 'A close code that a rule names has no row.',
  'close-code-unused': 'No rule sends a close code that has a row.',
  'delivery-missing': 'A server message does not say who receives it.',
  'delivery-room': 'A message goes to a room, but the channel has none.',
  'trigger-missing': 'A server message does not say what causes it.',
  'trigger-source': 'A trigger takes a value from a message that there is not.',
  'trigger-user': 'A message to a user does not say which.',
  'message-unresolved': 'A rule names a message that its channel does not have.',
  'message-direction': 'A rule names a message of the other side.',
  'pointer-unresolved': 'A rule names a place that its message does not have.',
  'parameter-unresolved': 'A rule names a parameter that the address does not have.',
  'parameter-unused': 'A parameter is not in the address.',
  'error-code-missing': 'A condition that a rule names has no error code.',
  'error-code-twice': 'A condition has two error codes.',
  'heartbeat-timeout': 'A heartbeat times out after the next one is due.',
  'heartbeat-reply': 'A heartbeat by message names no answer.',
  'heartbeat-frame': 'A client heartbeat by frame does not work in browsers.',
  'reconnect-maximum': 'The longest delay of reconnecting is shorter than the first.',
  'reconnect-multiplier': 'The delays of reconnecting become shorter.',
  'reconnect-jitter': 'Jitter is not a share of the delay.',
  'limits-rate': 'A rate lets nothing through.',
  'limits-backlog': 'The backlog is smaller than one message.',
  'room-join': 'A room can be entered in no way.',
  'room-name': 'Nothing names a room.',
  'resync-scope': 'A sequence is counted by room, but the channel has none.',
  'resync-messages': 'No message is sequenced.',
  'resync-delivery': 'A sequenced message does not reach everyone who counts, or a snapshot reaches more than one.',
  'reply-channel': 'A reply comes on another channel than its request.',
  'reply-empty': 'A reply names no message.',
  'reply-delivery': 'A reply goes to more than the one who asked.',
  'reply-correlation': 'A request and its reply cannot be matched.',
  'request-without-reply': 'x-ws-request is on an operation without a reply.',
  'request-timeout': 'A request times out at once.',
  'auth-answer-twice': 'A condition of x-ws-auth has two answers.',
  'auth-answer-missing': 'A bad token has no answer.',
  'auth-status': 'An answer of x-ws-auth cannot be given.',
  'pattern-invalid': 'A pattern is no regular expression.',
  'pattern-backtracks': 'A pattern takes exponential time on some texts.',
  'vocabulary-key': 'There is no such x-ws key.',
  'vocabulary-place': 'An x-ws key stands where it means nothing.',
  'vocabulary-value': 'An x-ws key says what its schema does not allow.',
  'vocabulary-hint': 'What a document could state with an x-ws key.',
  'address-taken': 'Two channels of a server have one address.',
  'asyncapi-parser-missing': 'The official AsyncAPI parser is not installed.',
} as const satisfies { readonly [code: string]: string };

export type FindingCode = keyof typeof findingCodes;

/** Position, then code: the order in which findings are shown. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.pointer, b.pointer) ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `file:line:column severity code` with what was expected, found, and what to do, each on a line of its own. */
export function formatFinding(finding: Finding): string {
  const lines = [
    `${finding.file}:${finding.line}:${finding.column}  ${finding.severity}  ${finding.message}  [${finding.code}]`,
  ];
  if (finding.pointer !== '') lines.push(`    at        ${finding.pointer}`);
  if (finding.expected !== undefined) lines.push(`    expected  ${finding.expected}`);
  if (finding.found !== undefined) lines.push(`    found     ${finding.found}`);
  if (finding.fix !== undefined) lines.push(`    fix       ${finding.fix}`);
  return lines.join('\n');
}

/** Recognise it by `code`: two copies of the package may be loaded. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  readonly code: 'CONTRACT_ERR_INVALID' | 'CONTRACT_ERR_OUTPUT';
  readonly findings: readonly Finding[];

  constructor(code: ContractError['code'], sentence: string, findings: readonly Finding[] = []) {
    super([`[${code}] ${sentence}`, ...findings.map(formatFinding)].join('\n'));
    this.code = code;
    this.findings = findings;
  }
}
