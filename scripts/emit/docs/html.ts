// Builds HTML: every value in a template is escaped, unless it is HTML that was built here.
// In text, quotes stand as they are: escaped they would be a twentieth of the page.

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Content = string | number | Html | undefined | null | false | readonly Content[];

export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  let template = '';
  const texts = parts.map((part, i) => {
    template += part;
    const isInTag = template.lastIndexOf('<') > template.lastIndexOf('>');
    return part + render(values[i], isInTag ? escapeHtml : escapeText);
  });
  return new Html(texts.join(''));
}

function render(value: Content, quote = escapeText): string {
  if (value === undefined || value === null || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return quote(String(value));
  return value.map((item) => render(item, quote)).join('');
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function escapeHtml(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

export interface TableOptions {
  /** The first column is code. @default false */
  readonly isCode?: boolean;
  /** Anchor of a row. @default none */
  readonly idOf?: (row: number) => string;
}

/** A table; nothing where it has no rows. Rows whose cells are all empty in a column lose that column.
 * Closing tags that HTML lets one leave out are left out: they would be a tenth of the page. */
export function table(
  head: readonly string[],
  rows: readonly (readonly Content[])[],
  { isCode = false, idOf }: TableOptions = {},
): Html | undefined {
  if (rows.length === 0) return undefined;
  const kept = head.map((_, i) => rows.some((row) => render(row[i]) !== ''));
  const pick = <T>(cells: readonly T[]): T[] => cells.filter((_, i) => kept[i] === true);
  const filled = (row: readonly Content[]): readonly Content[] => {
    const cells = pick(row);
    while (cells.length > 0 && render(cells.at(-1)) === '') cells.pop();
    return cells;
  };
  const open = isCode ? html`<table class=k>` : html`<table>`;
  const begin = (row: number): Html => (idOf === undefined ? html`<tr>` : html`<tr id="${idOf(row)}">`);
  return html`<div class=t>${open}<thead><tr>${pick(head).map((cell) => html`<th>${cell}`)}<tbody>${rows.map((row, i) => html`${begin(i)}${filled(row).map((cell) => html`<td>${cell}`)}\n`)}</table></div>`;
}

/** A list of names and what they are; rows without content are left out. */
export function facts(rows: readonly (readonly [name: string, content: Content])[]): Html | undefined {
  const kept = rows.filter(([, content]) => render(content) !== '');
  if (kept.length === 0) return undefined;
  return html`<dl>${kept.map(([name, content]) => html`<dt>${name}<dd>${content}\n`)}</dl>`;
}

export function code(text: string): Html {
  return html`<code>${text}</code>`;
}

/** Items with a comma between them. */
export function list(items: readonly Content[]): Content {
  return items.flatMap((item, i) => (i === 0 ? [item] : [', ', item]));
}
