// Renames what the value of an x-ws key names: messages, places in messages, roles, schemes, parameters and error codes.
import { isRecord } from '../parse/value.ts';
import { renamed, renamedExpression, renamedPointer, renamedReference } from './names.ts';
import { renameValue } from './rename-schema.ts';

/** Properties whose text is the key of a message, a role, a security scheme or a parameter. */
const names = new Set(['message', 'reply', 'answer', 'end', 'role', 'scheme', 'parameter']);
/** Properties whose list holds keys of messages. */
const nameLists = new Set(['messages', 'afterReconnect']);
const prose = new Set(['description', 'name']);

/** `key`: the x-ws key, or the map of shared rows below components. */
export function renameRules(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((item) => renameRules(item, key));
  if (!isRecord(value)) return typeof value === 'string' ? renamedExpression(renamedPointer(value)) : value;
  const changed = Object.entries(value).map(([property, item]): [string, unknown] => {
    if (property === '$ref' && typeof item === 'string') return [property, renamedReference(item)];
    if (prose.has(property)) return [property, item];
    if (names.has(property) && typeof item === 'string') return [property, renamed(item)];
    if (nameLists.has(property) && Array.isArray(item)) return [property, item.map((one) => renamed(String(one)))];
    // Of a close code it is a number or a word, of an error report a place, of an error the code itself.
    if (property === 'code' && key.startsWith('x-ws-error') && typeof item === 'string' && !item.startsWith('/'))
      return [property, renamed(item)];
    if (property === 'value' && isRecord(item))
      return [property, renameValue(item, '', { discriminator: null, code: null })];
    return [renamedPointer(property), renameRules(item, key)];
  });
  return Object.fromEntries(changed);
}
