// Every small change that can be made to a source file: TypeScript is turned into JavaScript, and each place of its syntax tree
// offers what can be done to it.
import { createHash } from 'node:crypto';
import { type AnyNode, parse } from 'acorn';
import { transformSync } from 'esbuild';

export interface Mutant {
  /** `file#hash`: the same as long as the changed place is. */
  readonly key: string;
  /** From the root of the checkout. */
  readonly file: string;
  /** Of the JavaScript. */
  readonly line: number;
  readonly operator: string;
  /** `before → after`, on one line. */
  readonly change: string;
  /** The whole changed file, JavaScript. */
  readonly code: string;
}

interface Edit {
  readonly operator: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const flips: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '&&': '||',
  '||': '&&',
  '??': '&&',
};

/** From here on a number is a duration or a size, of which one more is nothing that anybody could see. */
const measure = 100;

function* editsOf(node: AnyNode, source: string): Generator<Edit> {
  const { start, end } = node;
  const text = source.slice(start, end);
  const edit = (operator: string, replacement: string, from = start, to = end): Edit => ({
    operator,
    start: from,
    end: to,
    text: replacement,
  });
  if (node.type === 'BinaryExpression' || node.type === 'LogicalExpression') {
    const flipped = flips[node.operator];
    const [left, right] = [
      source.slice(node.left.start, node.left.end),
      source.slice(node.right.start, node.right.end),
    ];
    const isText = node.operator === '+' && /['"`]/.test(left[0] + right[0]!);
    if (flipped !== undefined && !isText) yield edit(`flip ${node.operator}`, `(${left}) ${flipped} (${right})`);
  }
  if (node.type === 'IfStatement' || node.type === 'ConditionalExpression' || node.type === 'WhileStatement') {
    const { test } = node;
    yield edit('negate condition', `!(${source.slice(test.start, test.end)})`, test.start, test.end);
  }
  if (
    node.type === 'ExpressionStatement' &&
    ['CallExpression', 'AwaitExpression', 'AssignmentExpression'].includes(node.expression.type)
  ) {
    if (!text.startsWith('super')) yield edit('drop statement', ';');
  }
  if (node.type === 'ReturnStatement' && node.argument != null && !/^return (void 0|undefined);?$/.test(text)) {
    yield edit('return nothing', 'return;');
  }
  if (node.type === 'Literal') {
    if (typeof node.value === 'number') {
      const isMeasure = node.value >= measure;
      yield edit(isMeasure ? 'double' : 'one more', `(${isMeasure ? node.value * 2 : node.value + 1})`);
    }
    if (typeof node.value === 'boolean') yield edit('other truth', String(!node.value));
  }
  if (node.type === 'BlockStatement' && node.body.length > 1) {
    yield edit('empty block', '{}');
  }
}

function* nodesOf(node: AnyNode): Generator<AnyNode> {
  // Names of modules and of what is imported change nothing but whether it starts.
  if (/^(Import|ExportAll)/.test(node.type)) return;
  yield node;
  for (const value of Object.values(node) as unknown[]) {
    for (const inner of Array.isArray(value) ? value : [value]) {
      if (typeof inner === 'object' && inner !== null && 'type' in inner) yield* nodesOf(inner as AnyNode);
    }
  }
}

const brief = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 70 ? `${line.slice(0, 67)}...` : line;
};

/** In the order of the file. @param file from the root of the checkout */
export function mutantsOf(file: string, typescript: string): readonly Mutant[] {
  const source = transformSync(typescript, { loader: 'ts', format: 'esm', target: 'node20' }).code;
  const tree = parse(source, { ecmaVersion: 'latest', sourceType: 'module', locations: true });
  const known = new Map<string, number>();
  return [...nodesOf(tree as AnyNode)].flatMap((node) =>
    [...editsOf(node, source)].map(({ operator, start, end, text }) => {
      const before = source.slice(start, end);
      const lineStart = source.lastIndexOf('\n', start) + 1;
      const around = source.slice(lineStart, start);
      const hash = createHash('sha256').update(`${operator}\n${around}\n${before}\n${text}`).digest('hex').slice(0, 12);
      const count = (known.get(hash) ?? 0) + 1;
      known.set(hash, count);
      return {
        key: `${file}#${hash}${count === 1 ? '' : `-${count}`}`,
        file,
        line: source.slice(0, start).split('\n').length,
        operator,
        change: `${brief(before)} → ${brief(text)}`,
        code: source.slice(0, start) + text + source.slice(end),
      };
    }),
  );
}
