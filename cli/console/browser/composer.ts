// Where a message is chosen, edited and judged while one types.
import type { ConsoleMessage } from '../contract-data.ts';
import { choice, element, labelled } from './element.ts';

export type Issues = readonly { readonly pointer: string; readonly message: string }[];

export interface ComposerOptions {
  readonly messages: readonly ConsoleMessage[];
  readonly button: string;
  /** The example as it is to be edited. */
  prepare(message: ConsoleMessage): unknown;
  judge(type: string, value: unknown): Issues;
  /** Called also with what breaks its schema: one wants to see the answer. */
  submit(type: string, value: unknown): void;
}

export interface Composer {
  readonly root: HTMLElement;
  /** Shows the example of the chosen message anew. */
  reset(): void;
}

export function createComposer({ messages, button, prepare, judge, submit }: ComposerOptions): Composer {
  const select = choice(messages.map(({ type }) => ({ value: type, text: type })));
  const summary = element('p', { className: 'summary' });
  const text = element('textarea', { rows: 7, spellcheck: false });
  const issues = element('ul', { className: 'issues' });
  issues.setAttribute('aria-live', 'polite');
  const send = element('button', { type: 'submit' });
  const root = element(
    'form',
    { className: 'composer' },
    labelled('Message', select),
    summary,
    labelled('Content', text),
    issues,
    send,
  );

  function read(): { readonly value: unknown } | null {
    try {
      return { value: JSON.parse(text.value) };
    } catch {
      return null;
    }
  }

  function check(): void {
    const given = read();
    const found = given === null ? [{ pointer: '', message: 'is not JSON' }] : judge(select.value, given.value);
    const lines = found.map(({ pointer, message }) => `${pointer === '' ? 'The message' : pointer}: ${message}`);
    issues.replaceChildren(...lines.map((line) => element('li', { textContent: line })));
    text.setAttribute('aria-invalid', String(found.length > 0));
    send.textContent = found.length > 0 ? `${button} all the same` : button;
    send.disabled = given === null;
  }

  function reset(): void {
    const message = messages.find(({ type }) => type === select.value);
    if (message === undefined) return;
    summary.textContent = message.summary.replaceAll('`', '');
    text.value = JSON.stringify(prepare(message), null, 2);
    check();
  }

  select.onchange = reset;
  text.oninput = check;
  root.onsubmit = (event) => {
    event.preventDefault();
    const given = read();
    if (given !== null) submit(select.value, given.value);
  };
  return { root, reset };
}
