// Builds HTML: every value in a template is escaped, unless it is HTML that was built here.

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Content = string | number | Html | undefined | null | false | readonly Content[];

export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(parts.map((part, i) => part + render(values[i])).join(''));
}

function render(value: Content): string {
  if (value === undefined || value === null || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value.map(render).join('');
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A table; nothing where it has no rows. Rows whose cells are all empty in a column lose that column.
 * Closing tags that HTML lets one leave out are left out: they would be a tenth of the page. */
export function table(head: readonly string[], rows: readonly (readonly Content[])[]): Html | undefined {
  if (rows.length === 0) return undefined;
  const kept = head.map((_, i) => rows.some((row) => render(row[i]) !== ''));
  const pick = <T>(cells: readonly T[]): T[] => cells.filter((_, i) => kept[i] === true);
  return html`<div class="scroll"><table><thead><tr>${pick(head).map((cell) => html`<th>${cell}`)}</thead>
<tbody>${rows.map((row) => html`<tr>${pick(row).map((cell) => html`<td>${cell}`)}\n`)}</table></div>`;
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
