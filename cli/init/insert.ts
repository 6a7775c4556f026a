// Writes keys into a document as text, at the places that its YAML shows: whatever stands there stays as it was, byte for byte.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { pointerTokens } from '../../scripts/parse/pointer.ts';
import type { Addition } from './additions.ts';
import { blockText, flowText } from './print.ts';

export interface Inserted {
  /** New text of each file that changes, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly added: readonly Addition[];
  /** Added where no comment can stand: what is to be decided has to be told otherwise. */
  readonly uncommented: readonly Addition[];
  /** Where the place cannot be written to: in a file that is not there, or in a value that is no map. */
  readonly left: readonly Addition[];
}

interface File {
  readonly path: string;
  readonly text: string;
  readonly document: Document.Parsed;
}

interface Site {
  readonly file: File;
  readonly map: YAMLMap;
}

/** Leaves out keys that are there already. `path`: of the document. */
export function insertKeys(path: string, additions: readonly Addition[]): Inserted {
  const files = new Map<string, File>();
  const open = (at: string): File => {
    const known = files.get(at);
    if (known !== undefined) return known;
    const text = readFileSync(at, 'utf8');
    const file = { path: at, text, document: parseDocument(text) };
    files.set(at, file);
    return file;
  };
  const groups = new Map<YAMLMap, { readonly site: Site; readonly additions: Addition[] }>();
  const left: Addition[] = [];
  for (const addition of additions) {
    const { channel, message, operation, key } = addition;
    const ofMessage = message === undefined ? [] : ['messages', message, ...(key === 'required' ? ['payload'] : [])];
    const tokens = operation === undefined ? ['channels', channel, ...ofMessage] : ['operations', operation];
    const site = locate(open(resolve(path)), tokens, open);
    if (site === null) left.push(addition);
    else {
      const group = groups.get(site.map) ?? { site, additions: [] };
      groups.set(site.map, group);
      // A message that several channels share gets what the first of them says.
      if ((key === 'required' || !site.map.has(key)) && group.additions.every((other) => other.key !== key))
        group.additions.push(addition);
    }
  }
  const edits: { readonly file: File; readonly at: number; readonly text: string }[] = [];
  const added: Addition[] = [];
  const uncommented: Addition[] = [];
  for (const { site, additions: own } of groups.values()) {
    if (own.length === 0) continue;
    const edit = editOf(site, own);
    if (edit === null) left.push(...own);
    else {
      edits.push({ file: site.file, at: edit.at, text: edit.text });
      added.push(...own);
      if (!edit.hasComments) uncommented.push(...own.filter(({ decide }) => decide !== undefined));
    }
  }
  const texts = new Map<string, string>();
  // From the end, so that the places of the others stay what they are.
  for (const { file, at, text } of edits.sort((a, b) => b.at - a.at)) {
    const current = texts.get(file.path) ?? file.text;
    texts.set(file.path, current.slice(0, at) + text + current.slice(at));
  }
  return { texts, added, uncommented, left };
}

function locate(file: File, tokens: readonly string[], open: (path: string) => File, hops = 0): Site | null {
  let node: Node | null | undefined = file.document.contents;
  for (let index = 0; ; index += 1) {
    if (isAlias(node)) node = node.resolve(file.document);
    if (!isMap(node) || hops > 20) return null;
    const reference = node.get('$ref');
    if (typeof reference === 'string') {
      const [target = '', fragment = ''] = reference.split('#');
      if (/^[a-z]+:/i.test(target)) return null;
      const next = target === '' ? file : open(resolve(dirname(file.path), target));
      return locate(next, [...pointerTokens(decodeURIComponent(fragment)), ...tokens.slice(index)], open, hops + 1);
    }
    const token = tokens[index];
    // A payload with its schema language around it.
    if (token === undefined && node.has('schemaFormat') && node.has('schema')) tokens = [...tokens, 'schema'];
    else if (token === undefined) return { file, map: node };
    node = node.get(token ?? 'schema', true) as Node | undefined;
  }
}

interface Edit {
  readonly at: number;
  readonly text: string;
  readonly hasComments: boolean;
}

function editOf({ file, map }: Site, additions: readonly Addition[]): Edit | null {
  const required = map.get('required', true);
  const [only] = additions;
  if (only?.key === 'required' && isSeq(required)) return listEdit(file, required, only);
  return map.flow === true ? flowEdit(file, map, additions) : blockEdit(file, map, additions);
}

/** Above `messages`, else above the first key, and above the comments that belong to it. */
function blockEdit({ text }: File, map: YAMLMap, additions: readonly Addition[]): Edit | null {
  const pair = map.items.find(({ key }) => isScalar(key) && key.value === 'messages') ?? map.items[0];
  const start = startOf(pair);
  if (start === null) return null;
  let line = text.lastIndexOf('\n', start - 1) + 1;
  const indent = text.slice(line, start);
  if (indent.trim() !== '') return null;
  while (line > 0) {
    const above = text.lastIndexOf('\n', line - 2) + 1;
    if (!/^\s*#/.test(text.slice(above, line))) break;
    line = above;
  }
  return { at: line, text: blockText(additions, indent, text.includes('\r\n')), hasComments: true };
}

/** Behind the brace, on lines of their own where the first key has one. */
function flowEdit(file: File, map: YAMLMap, additions: readonly Addition[]): Edit | null {
  const { text, path } = file;
  const at = (map.range?.[0] ?? -1) + 1;
  if (text[at - 1] !== '{') return null;
  const start = startOf(map.items[0]);
  const between = start === null ? '' : text.slice(at, start);
  const isJson = path.endsWith('.json');
  const indent = between.includes('\n') ? between.slice(between.lastIndexOf('\n') + 1) : null;
  const rest = start === null ? '' : ',';
  return { at, text: `${flowText(additions, indent, isJson)}${rest}`, hasComments: indent !== null && !isJson };
}

/** Names a property before the others of the list. */
function listEdit({ text }: File, list: YAMLSeq, { value }: Addition): Edit | null {
  const at = list.range?.[0] ?? -1;
  const names = String(value);
  if (list.flow !== true) {
    const indent = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
    return indent.trim() === '' ? { at, text: `- ${names}\n${indent}`, hasComments: true } : null;
  }
  return {
    at: at + 1,
    text: `${JSON.stringify(value).slice(1, -1)}${list.items.length > 0 ? ', ' : ''}`,
    hasComments: true,
  };
}

function startOf(pair: Pair | undefined): number | null {
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? null) : null;
}
