// Whether the programs that the examples need are on this machine, and what to install where they are not.
import { spawnSync } from 'node:child_process';

const needs: {
  readonly [example: string]: { readonly modules: readonly string[]; readonly programs: readonly string[] };
} = {
  fastapi: { modules: ['fastapi', 'uvicorn', 'websockets', 'jwt'], programs: [] },
  'django-channels': { modules: ['channels', 'channels_redis', 'daphne', 'jwt'], programs: ['redis-server'] },
  cluster: { modules: [], programs: ['redis-server', 'nginx'] },
};

// nginx lies where only an administrator's PATH looks.
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

const debianPackage: { readonly [name: string]: string } = {
  channels: 'python3-django-channels',
  channels_redis: 'python3-channels-redis',
};

/** Debian's packages that an example lacks here, in one sentence; null where nothing is missing. */
export function missingFor(example: string): string | null {
  const { modules = [], programs = [] } = needs[example] ?? {};
  const lacking = [
    ...modules
      .filter((name) => spawnSync('/usr/bin/python3', ['-c', `import ${name}`]).status !== 0)
      .map((name) => debianPackage[name] ?? `python3-${name}`),
    ...programs.filter((name) => spawnSync(name, ['-v'], { env }).status !== 0),
  ];
  return lacking.length === 0
    ? null
    : `examples/${example} needs ${lacking.join(', ')}: install them to have it tested.`;
}
