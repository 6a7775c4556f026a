// The shared timeline: a row for what happens, a column a pane, so that one sees who received a message and who did not.
import { element } from './element.ts';

export interface Happening {
  /** Column of the pane. */
  readonly pane: number;
  readonly kind: 'out' | 'in' | 'state' | 'report';
  readonly title: string;
  /** The frame, or what else there is to know. */
  readonly detail?: string;
  /** Id of a rule. */
  readonly rule?: string | undefined;
  /** A heartbeat: shown, and in the background. */
  readonly isBeat?: boolean;
}

export interface Timeline {
  readonly root: HTMLElement;
  /** Names the columns anew. */
  name(panes: readonly string[]): void;
  add(happening: Happening): void;
  clear(): void;
}

/** What was received by several panes within this time is one row. */
const TOGETHER_MS = 1000;
/** Beyond, the oldest rows go. */
const MOST_ROWS = 500;
const ARROWS = { out: '→', in: '←', state: '•', report: '!' } as const;

export function createTimeline(): Timeline {
  const head = element('tr');
  const body = element('tbody');
  const table = element('table', { id: 'timeline' }, element('thead', {}, head), body);
  const root = element('div', { className: 'log', tabIndex: 0 }, table);
  root.setAttribute('role', 'log');
  root.setAttribute('aria-label', 'Timeline');
  const begin = performance.now();
  let columns = 0;
  /** Received messages that may reach further panes. */
  let open: { readonly text: string; readonly at: number; readonly row: HTMLTableRowElement }[] = [];

  function rowFor({ kind, pane, detail }: Happening, now: number): HTMLTableRowElement {
    open = open.filter(({ at }) => now - at < TOGETHER_MS);
    const same = open.find(({ text, row }) => text === detail && row.cells[pane + 1]?.childElementCount === 0);
    if (kind === 'in' && same) return same.row;
    const row = element('tr', {}, element('td', { textContent: ((now - begin) / 1000).toFixed(2) }));
    for (let i = 0; i < columns; i++) row.append(element('td'));
    body.prepend(row);
    if (body.rows.length > MOST_ROWS) body.rows[MOST_ROWS]?.remove();
    if (kind === 'in' && detail !== undefined) open.push({ text: detail, at: now, row });
    return row;
  }

  return {
    root,
    name(panes) {
      columns = panes.length;
      head.replaceChildren(...['s', ...panes].map((name) => element('th', { scope: 'col', textContent: name })));
      for (const row of body.rows) while (row.cells.length <= columns) row.append(element('td'));
    },
    add(happening) {
      const row = rowFor(happening, performance.now());
      row.cells[happening.pane + 1]?.append(entry(happening));
    },
    clear() {
      body.replaceChildren();
      open = [];
    },
  };
}

function entry({ kind, title, detail, rule, isBeat }: Happening): HTMLElement {
  const name = `${ARROWS[kind]} ${title}`;
  const parts: Node[] =
    detail === undefined
      ? [element('span', { textContent: name })]
      : [
          element(
            'details',
            {},
            element('summary', { textContent: name }),
            element('pre', { textContent: spread(detail) }),
          ),
        ];
  if (rule !== undefined) {
    const link = element('a', { href: `/docs#${rule}`, target: '_blank', rel: 'noopener', textContent: rule });
    parts.push(link);
  }
  return element('div', { className: `${kind}${isBeat === true ? ' beat' : ''}` }, ...parts);
}

/** JSON over several lines; other text as it is. */
function spread(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
