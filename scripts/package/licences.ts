// The licences of what the bundles contain, in one text: each package with its own words.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Bundled {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly author: string | null;
  readonly texts: readonly string[];
}

/** `inputs`: paths of bundled files from the root. Throws for a package that says no licence. */
export function licencesOf(root: string, inputs: Iterable<string>): string {
  const folders = new Set<string>();
  for (const input of inputs) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input.replaceAll('\\', '/'))?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  const packages = [...folders].map((folder) => readPackage(join(root, folder)));
  packages.sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
  const sections = packages.map(({ name, version, licence, author, texts }) => {
    const head = `${name} ${version} (${licence})${author === null ? '' : `, by ${author}`}`;
    return [head, '-'.repeat(head.length), ...texts, ''].join('\n');
  });
  return [
    'The bundles of the command and of the suite contain parts of these packages.',
    '',
    ...new Set(sections),
  ].join('\n');
}

function readPackage(folder: string): Bundled {
  const { name, version, license, licenses, author } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string | { readonly type: string };
    readonly licenses?: readonly { readonly type: string }[];
    readonly author?: string | { readonly name: string };
  };
  const licence = (typeof license === 'object' ? license.type : license) ?? licenses?.[0]?.type;
  if (licence === undefined) throw new Error(`${name} says no licence: it cannot be bundled.`);
  const files = existsSync(folder)
    ? readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    : [];
  return {
    name,
    version,
    licence,
    author: (typeof author === 'object' ? author.name : author) ?? null,
    texts: files.sort().map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim()),
  };
}
