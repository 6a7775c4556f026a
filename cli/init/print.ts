// Prints keys as they are written into a document: short values in one line, comments above what is to be decided.
import { Document, isScalar, visit } from 'yaml';
import type { Addition } from './additions.ts';

/** Before every sentence that says what a person decides. */
export const decideMark = 'Decide:';

/** Longer values get lines of their own. */
const shortLength = 110;

function printed(additions: readonly Addition[], isFlow: boolean): string {
  const document = new Document(Object.fromEntries(additions.map(({ key, value }) => [key, value])));
  visit(document, {
    Collection: (_, node) => {
      const isRoot = node === document.contents;
      if (!isRoot) node.flow = isFlow || JSON.stringify(node.toJSON()).length <= shortLength;
    },
    Pair: (_, { key }) => {
      const decide = additions.find((addition) => isScalar(key) && addition.key === key.value)?.decide;
      if (decide !== undefined && isScalar(key)) key.commentBefore = ` ${decideMark} ${decide}`;
    },
  });
  // Lists without the space that maps have behind their braces; no value has brackets of its own.
  return document.toString({ lineWidth: 0 }).replaceAll('[ ', '[').replaceAll(' ]', ']').trimEnd();
}

/** Lines with that indentation, the last with its end. */
export function blockText(additions: readonly Addition[], indent: string, isWindows: boolean): string {
  const end = isWindows ? '\r\n' : '\n';
  const lines = printed(additions, false).split('\n');
  return lines.map((line) => `${indent}${line}${end}`).join('');
}

/** Pairs for a flow map, with commas between them; each on its own line where there is an indentation. */
export function flowText(additions: readonly Addition[], indent: string | null, isJson: boolean): string {
  const pairs = additions.map((addition) => {
    if (isJson) return `${JSON.stringify(addition.key)}: ${JSON.stringify(addition.value)}`;
    const { decide: _, ...bare } = addition;
    return printed([indent === null ? bare : addition], true)
      .split('\n')
      .join(`\n${indent}`);
  });
  return indent === null ? ` ${pairs.join(', ')}` : `\n${indent}${pairs.join(`,\n${indent}`)}`;
}
