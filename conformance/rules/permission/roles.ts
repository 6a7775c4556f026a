// Rules about messages that need a role: who has it is the server's knowledge, whatever the message says.
import type { ClientMessage, Requirement } from '../../../scripts/model.ts';
import type { Kit } from '../../kit.ts';
import { lowest, type Rule } from '../../rule.ts';
import { addressed, expectTaken, longCaseMs, needsFor, openScene, type Scene, tell } from '../validation/scene.ts';
import { sendRefused } from './outside.ts';
import { answered, coded, type Judgement, judgeNoEffect, withoutEffect } from './refusals.ts';

type RoleRow = Requirement & { readonly condition: 'role' };

function roleOf(message: ClientMessage): RoleRow | null {
  return message.requires.find((one): one is RoleRow => one.condition === 'role') ?? null;
}

/** Both in the room: the one with the role, and one without it who sends next. The control is the first one's message. */
async function withoutRole(kit: Kit, message: ClientMessage): Promise<Scene> {
  const scene = await openScene(kit, message);
  const told = await tell(kit, scene, kit.message(message.key, addressed(kit, message.key, scene)));
  expectTaken(scene, told, `${message.type} from a user with the role`, message.level);
  return { sender: scene.witness, witness: scene.sender, user: kit.users[1]! };
}

function role(
  id: Rule['id'],
  sentence: string,
  judgement: Judgement,
  run: (kit: Kit, message: ClientMessage, row: RoleRow) => Promise<void>,
): Rule {
  return {
    id,
    level: 'MUST',
    role: 'server',
    sentence,
    cases: (_contract, channel) =>
      channel.clientMessages.flatMap((message) => {
        const row = roleOf(message);
        if (row === null || !judgement.applies(channel, row.error)) return [];
        return [
          {
            channel: channel.name,
            message: message.type,
            level: judgement.level(channel, { level: lowest(row.level, message.level), error: row.error }),
            source: row.source,
            needs: needsFor(message),
            timeoutMs: longCaseMs,
            run: (kit) => run(kit, message, row),
          },
        ];
      }),
  };
}

function refusing(judgement: Judgement): (kit: Kit, message: ClientMessage, row: RoleRow) => Promise<void> {
  return async (kit, message, row) => {
    const scene = await withoutRole(kit, message);
    const refusal = await sendRefused(kit, scene, kit.message(message.key, addressed(kit, message.key, scene)));
    judgement.judge(kit, refusal, `${message.type} from a user without the role ${row.role}`, row);
  };
}

/** What a careless server may believe: the role by its usual names, and the id of the one who has it. */
function claims(name: string, holder: string): Readonly<Record<string, unknown>> {
  const capital = name.charAt(0).toUpperCase() + name.slice(1);
  return {
    [`is_${name}`]: true,
    [`is${capital}`]: true,
    [name]: true,
    role: name,
    roles: [name],
    user_id: numeric(holder),
  };
}

function numeric(id: string): string | number {
  return /^\d{1,15}$/.test(id) ? Number(id) : id;
}

/** The claims at the root, in the payload, and in objects that stand for the sender. Never over what the schema names. */
function claimed(
  kit: Kit,
  message: ClientMessage,
  row: RoleRow,
  scene: Scene,
): readonly Readonly<Record<string, unknown>>[] {
  const all = claims(row.role, kit.withRole(row.role).id);
  const { payload } = kit.channel.envelope;
  const roots = payload === null ? [''] : ['', payload];
  const text = JSON.stringify(message.schema);
  const own = (at: string, value: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !text.includes(`"${key}":`))
        .map(([key, one]) => [`${at}/${key}`, one]),
    );
  const nested = { player: all, user: all, sender: all };
  const { with: address } = addressed(kit, message.key, scene);
  return roots.flatMap((at) => [own(at, all), own(at, nested)]).map((one) => ({ ...address, ...one }));
}

export const roleRules: readonly Rule[] = [
  role(
    'permission/role-allowed',
    'A message that needs a role is taken from a user who has it.',
    { ...withoutEffect, level: (_channel, row) => row.level },
    async (kit, message) => {
      await withoutRole(kit, message);
    },
  ),
  role(
    'permission/role-required',
    'A message that needs a role is answered with an error where the user does not have it.',
    answered,
    refusing(answered),
  ),
  role(
    'permission/role-code',
    'The error that answers a message without the role has the code that the contract names.',
    coded,
    refusing(coded),
  ),
  role(
    'permission/role-no-effect',
    'A message that needs a role has no effect where the user does not have it.',
    withoutEffect,
    refusing(withoutEffect),
  ),
  role(
    'permission/role-not-from-client',
    "Who has a role is the server's knowledge: no field of a message makes a user one who has it.",
    withoutEffect,
    async (kit, message, row) => {
      const scene = await withoutRole(kit, message);
      for (const claim of claimed(kit, message, row, scene)) {
        const sent = kit.message(message.key, { with: claim });
        const refusal = await sendRefused(kit, scene, sent);
        judgeNoEffect(kit, refusal, `${message.type} that claims the role ${row.role} (${sent.text})`, row);
      }
    },
  ),
];
