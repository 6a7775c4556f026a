// Which identifier stands for a key of the document: PascalCase, unique, and never one that means something else already.

/** Words of ECMAScript and TypeScript that no type may be named after, and globals that a type of that name would shadow. */
const taken = new Set(
  `Any Array ArrayBuffer AsyncIterable AsyncIterator Atomics Awaited BigInt Blob Boolean Buffer Capitalize Channel ChannelTypes Client
  ClientMessage ClientMessages ClientPayload CloseCode CloseCodes CloseEvent Console Crypto DataView Date Document Element Error ErrorEvent
  EvalError Event EventSource EventTarget Exclude Extract File Float32Array Float64Array FormData Function Generator
  Global GlobalThis Headers History Infinity InstanceType Int16Array Int32Array Int8Array Intl Issue Iterable Iterator JSON
  Location Lowercase Map Math MessageChannel MessageEvent MessagePort NaN Name Navigator Never NoInfer Node NodeJS NonNullable Notification Null
  Number Object Omit Option Parameters Partial Performance Permissions Pick Process Promise PromiseLike Proxy Query Range RangeError Readonly
  Record ReferenceError Reflect RegExp Replies Request RequestInit Required Response Result ReturnType Screen Selection Server
  ServerMessage ServerMessages ServerPayload Set SharedArrayBuffer Status Storage String Symbol SyntaxError Text
  This Touch Type TypeError URIError URL URLSearchParams Uint16Array Uint32Array Uint8Array Uncapitalize Undefined Unknown Uppercase
  Validator ValidatorTable WeakMap WeakRef WeakSet WebSocket Window Worker`.split(/\s+/),
);

/** `chat_message`, `chat-message`, `CHAT_MESSAGE` and `chatMessage` alike: `['chat', 'message']`. */
export function words(text: string): string[] {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** Empty where the text has no letter or digit of ASCII. */
export function pascalCase(text: string): string {
  const joined = words(text)
    .map((word) => (word[0] ?? '').toUpperCase() + word.slice(1))
    .join('');
  return /^[0-9]/.test(joined) ? `N${joined}` : joined;
}

export function camelCase(text: string): string {
  const pascal = pascalCase(text);
  return (pascal[0] ?? '').toLowerCase() + pascal.slice(1);
}

export function kebabCase(text: string): string {
  return words(text).join('-');
}

/** Whether a type of that name would hide a global or a word of the language. */
export function isTaken(name: string): boolean {
  return taken.has(name);
}

/** The type name for a key. `suffix` is added where the plain name is taken, a number where that is taken too. */
export function typeName(key: string, suffix: string, used: { has(name: string): boolean }): string {
  const plain = pascalCase(key) || suffix;
  const candidates = isTaken(plain) || used.has(plain) ? [`${plain}${suffix}`] : [plain];
  for (const candidate of candidates) if (!used.has(candidate) && !isTaken(candidate)) return candidate;
  for (let count = 2; ; count += 1) {
    const candidate = `${plain}${suffix}${count}`;
    if (!used.has(candidate)) return candidate;
  }
}
