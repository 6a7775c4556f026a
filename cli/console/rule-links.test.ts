import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseContract } from '../../scripts/parse/load.ts';
import { ruleLinks } from './rule-links.ts';

test('every message and close code of a channel leads to a rule, and first to who receives it', () => {
  const contract = parseContract(fileURLToPath(new URL('../../scripts/fixtures/kitchen.yaml', import.meta.url)));
  const links = ruleLinks(contract);
  for (const channel of contract.channels) {
    const own = links.get(channel.name) ?? {};
    const { serverMessages, clientMessages, closeCodes } = channel;
    for (const { type } of serverMessages) expect(own[`in:${type}`], type).toMatch(/^[a-z-]+\/[a-z-]+$/);
    for (const { type } of clientMessages) expect(own[`out:${type}`], type).toMatch(/^[a-z-]+\/[a-z-]+$/);
    for (const { code } of closeCodes)
      expect(own[`close:${code}`] ?? own['close:other'], String(code)).toMatch(/^close-codes\//);
  }
  const rooms = contract.channels.flatMap(({ name, serverMessages }) =>
    serverMessages.filter(({ delivery }) => delivery?.to === 'room').map(({ type }) => links.get(name)?.[`in:${type}`]),
  );
  expect(rooms).toContain('delivery/receivers');
});
