// Path parameters and query of the address that the client under test is given, from the target's fixtures and the leased room.
import type { Channel } from '../../scripts/model.ts';
import { sampleOf } from '../harness/samples.ts';
import type { Schemas } from '../harness/schemas.ts';
import type { Target } from '../target/target.ts';

export interface ClientAddress {
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly query: Readonly<Record<string, string>>;
}

/** Values typed as the contract's schemas type them. */
export function clientAddress(
  { target, schemas }: { readonly target: Target; readonly schemas: Schemas },
  channel: Channel,
  room: string | null,
): ClientAddress {
  const fixtures = target.channels[channel.name];
  const parameters: Record<string, string | number> = {};
  for (const { name, schema } of channel.parameters) {
    const text = (name === channel.room?.parameter ? room : null) ?? fixtures?.parameters[name];
    if (text === undefined) parameters[name] = sampleOf(schema, schemas) as string | number;
    else parameters[name] = schemas.accepts(schema, text) ? text : Number(text);
  }
  const query: Record<string, string> = { ...fixtures?.query };
  for (const { name, required, schema } of channel.query) {
    if (required && query[name] === undefined) query[name] = String(sampleOf(schema, schemas));
  }
  return { parameters, query };
}
