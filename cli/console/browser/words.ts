// What the console says of a client: its state, and what it reports.
import type { Report, Snapshot } from '../../../runtime/client/index.ts';

export interface StateWords {
  /** For the timeline: without what changes by itself. */
  readonly title: string;
  /** For the pane. */
  readonly state: string;
  readonly isOpen: boolean;
}

/** @param waiting types of the messages that are given to the client and not settled */
export function stateWords(snapshot: Snapshot | undefined, waiting: readonly string[] = []): StateWords {
  const { name = 'idle', ready = false, attempt: made = 0, retryAt, reason } = snapshot ?? {};
  const left = retryAt === undefined ? '' : `${Math.max(0, (retryAt - Date.now()) / 1000).toFixed(1)} s`;
  const attempt = retryAt !== undefined ? `, attempt ${made + 1} in ${left}` : made > 0 ? `, attempt ${made}` : '';
  const title = `${name}${ready ? ', ready' : ''}${attempt}`;
  return {
    title: reason === undefined ? title : `${title} (${reason})`,
    state: waiting.length > 0 ? `${title}, ${waiting.length} waiting: ${waiting.join(', ')}` : title,
    isOpen: name !== 'closed' && name !== 'idle',
  };
}

export function reportWords(report: Report): { readonly title: string; readonly detail?: string } {
  switch (report.kind) {
    case 'gap':
      return { title: `gap: ${report.from} to ${report.to} are lost` };
    case 'dropped':
      return { title: `${report.type} was dropped: ${report.code}`, detail: JSON.stringify(report.message) };
    case 'token':
    case 'handler':
      return { title: `${report.kind} failed`, detail: String(report.error) };
    case 'unread':
      return { title: 'messages were not read' };
    case 'invalid':
      return { title: `invalid frame: ${report.type}`, detail: JSON.stringify(report.issues) };
    default:
      return { title: `${report.kind} frame`, detail: String(report.data) };
  }
}
