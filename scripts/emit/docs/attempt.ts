// Shows how to try a channel: its address filled in, ready for a shell and for a browser's console.
import type { Channel, ClientMessage, JsonSchema } from '../../model.ts';
import { type Html, html } from './html.ts';

/** The first that fits a parameter is taken. */
const CANDIDATES = ['lobby', '1', '00000000-0000-4000-8000-000000000000', 'a', '2000-01-01', 'true'];

/** @param origin scheme, host and pathname of the server */
export function attempt(channel: Channel, origin: string): Html {
  const path = channel.address.replace(/\{([^}]+)\}/g, (_whole, name: string) =>
    encodeURIComponent(sample(channel.parameters.find((parameter) => parameter.name === name)?.schema ?? {})),
  );
  const query = channel.query
    .filter(({ required }) => required)
    .map(({ name, schema }) => `${encodeURIComponent(name)}=${encodeURIComponent(sample(schema))}`);
  const token = channel.auth?.parameter ?? null;
  if (token !== null) query.push(`${encodeURIComponent(token)}=`);
  // What a shell or a string would take for more than a letter.
  const url = `${origin}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`.replace(
    /[\s"'$`\\!]/g,
    encodeURIComponent,
  );
  const first = firstMessage(channel)?.examples[0]?.payload;
  const lines = [
    `const socket = new WebSocket('${url}'${token === null ? '' : ' + token'});`,
    'socket.onmessage = ({ data }) => console.log(data);',
    ...(first === undefined ? [] : [`socket.onopen = () => socket.send(JSON.stringify(${JSON.stringify(first)}));`]),
  ];
  return html`<p>In a shell, and in a browser's console:</p><pre>npx wscat -c "${url}${token === null ? '' : '$TOKEN'}"</pre><pre>${lines.join('\n')}</pre>`;
}

/** What one would send first: what joins, or whatever needs no more than a connection. */
function firstMessage({ room, clientMessages, heartbeats }: Channel): ClientMessage | undefined {
  const join = room !== null && !room.joinOnOpen ? room.join?.message : undefined;
  const beats = new Set(heartbeats.flatMap(({ ping, pong }) => [ping, pong]));
  const others = clientMessages.filter(({ key }) => !beats.has(key));
  return clientMessages.find(({ key }) => key === join) ?? others[0] ?? clientMessages[0];
}

function sample(schema: JsonSchema): string {
  const listed = Array.isArray(schema.enum) ? schema.enum.map(String) : [];
  const isNumber = schema.type === 'integer' || schema.type === 'number';
  const fits = (text: string): boolean => {
    if (isNumber && Number.isNaN(Number(text))) return false;
    if (typeof schema.minLength === 'number' && text.length < schema.minLength) return false;
    return typeof schema.pattern !== 'string' || matches(schema.pattern, text);
  };
  const least = typeof schema.minimum === 'number' ? [String(schema.minimum)] : [];
  return listed[0] ?? [...least, ...CANDIDATES].find(fits) ?? 'VALUE';
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return false;
  }
}
