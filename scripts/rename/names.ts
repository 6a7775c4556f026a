// What a name becomes in a renamed contract: another word of the same shape, so that case, separators and length stay.

/** Its own inverse: `JOIN_ROOM` is `WBVA_EBBZ`, and back. */
export function renamed(name: string): string {
  return name.replace(/[a-z]/gi, (letter) => {
    const first = letter < 'a' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - first + 13) % 26) + first);
  });
}

/** A JSON Pointer into a message; its escapes hold no letters. */
export function renamedPointer(pointer: string): string {
  return pointer.startsWith('/') ? renamed(pointer) : pointer;
}

const payload = '$message.payload#';

/** A runtime expression: `$message.payload#/data/id`. Other expressions name nothing of the contract. */
export function renamedExpression(text: string): string {
  return text.startsWith(payload) ? payload + renamedPointer(text.slice(payload.length)) : text;
}

/** The names between braces of an address; its words are no names. */
export function renamedAddress(address: string): string {
  return address.replace(/\{[^{}]+\}/g, renamed);
}

/** A reference into the document: keys that are names are renamed, those of AsyncAPI and JSON Schema stay. */
export function renamedReference(reference: string): string {
  const [file, fragment] = reference.split('#');
  if (fragment === undefined || file !== '') return reference;
  const [root, first, ...rest] = fragment.split('/').slice(1);
  if (root === undefined || first === undefined) return reference;
  const words = [root, ...(root === 'channels' || root === 'operations' ? [renamed(first)] : [first])];
  for (const [index, token] of rest.entries()) {
    const above = rest[index - 1] ?? first;
    words.push(named.has(above) && !(root === 'servers') ? renamed(token) : token);
  }
  return `#/${words.join('/')}`;
}

/** Maps whose keys are names. */
export const named: ReadonlySet<string> = new Set([
  'messages',
  'parameters',
  'schemas',
  'properties',
  'securitySchemes',
  'messageTraits',
  'operationTraits',
  'correlationIds',
]);
