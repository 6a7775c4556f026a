// The generated client of a channel of the contract, with validation, order and resync on. Its attempts are not counted here, as
// those of the others are not: it would give up after ten.
import { client as createClient, table } from 'measured-channel';

const { pathname, parameters, discriminator, type, answers } = MEASURED_CHANNEL;

export function open(onMessage) {
  const reconnect = { ...table.reconnect };
  delete reconnect.attempts;
  const client = createClient({
    url: `wss://server.test${pathname}`,
    parameters,
    token: () => 'token',
    override: { reconnect },
  });
  client.on(type, onMessage);
  client.connect();
}

const typeOf = (message) => discriminator.reduce((value, member) => value?.[member], message);

export const server = {
  hello: [],
  answer: (text) => (answers[typeOf(JSON.parse(text))] ?? []).map((message) => JSON.stringify(message)),
  frame: (message) => JSON.stringify(message),
};
