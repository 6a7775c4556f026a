// The server's own side: publishes a message as the back end's code would.
import type { ConsoleChannel, ConsoleUser } from '../contract-data.ts';
import type { ChannelValidators } from './channel.ts';
import { createComposer } from './composer.ts';
import { element, labelled } from './element.ts';

export interface PublisherOptions {
  readonly channel: ConsoleChannel;
  readonly users: readonly ConsoleUser[];
  readonly validators: ChannelValidators;
}

/** Null where everything that the server sends is an answer. */
export function createPublisher({ channel, users, validators }: PublisherOptions): HTMLElement | null {
  if (channel.server.length === 0) return null;
  const sample = channel.parameters.find(({ name }) => name === channel.room)?.value ?? '';
  const room = element('input', { value: sample });
  const receivers = element('input', {
    value: users
      .slice(0, 1)
      .map(({ id }) => id)
      .join(' '),
  });
  const result = element('output');
  const composer = createComposer({
    messages: channel.server,
    button: 'Publish',
    prepare: ({ example }) => example,
    judge: (type, value) => validators.server[type]?.(value).issues ?? [],
    submit: async (type, message) => {
      const to = channel.server.find((one) => one.type === type)?.to;
      const body = {
        channel: channel.name,
        message,
        ...(to === 'room' && channel.room !== null && { room: room.value }),
        ...(to === 'users' && { users: receivers.value.split(/[\s,]+/).filter((id) => id !== '') }),
      };
      const response = await fetch('/control/publish', { method: 'POST', body: JSON.stringify(body) });
      const { error = 'published' } = (await response.json()) as { readonly error?: string };
      result.value = error;
    },
  });
  const hasRooms = channel.room !== null && channel.server.some(({ to }) => to === 'room');
  const hasUsers = channel.server.some(({ to }) => to === 'users');
  const fields = element(
    'div',
    { className: 'fields' },
    ...(hasRooms ? [labelled('Room', room)] : []),
    ...(hasUsers ? [labelled('Users, by id', receivers)] : []),
  );
  const root = element(
    'section',
    { className: 'pane' },
    element('h2', { textContent: 'Server' }),
    fields,
    composer.root,
    result,
  );
  root.setAttribute('aria-label', 'Server');
  composer.reset();
  return root;
}
