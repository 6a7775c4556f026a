// The target's own side: an HTTP request or a command with a JSON body (target/hooks.schema.json).
import { spawn } from 'node:child_process';
import { NotTestable } from '../rule.ts';
import type { HookName, Target } from '../target/target.ts';

const patienceMs = 15_000;

/** Resolves with the answer, parsed where it is JSON. A hook that fails is an error of the target file, not of the server. */
export async function callHook(
  target: Target,
  name: HookName,
  body: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const hook = target.hooks[name];
  if (hook === undefined) throw new NotTestable(`The target file has no ${name} hook.`, [`hooks.${name}`]);
  const text = JSON.stringify({ hook: name, ...body });
  if ('http' in hook) {
    const response = await fetch(hook.http, {
      method: hook.method,
      headers: { 'content-type': 'application/json', ...hook.headers },
      body: text,
      signal: AbortSignal.timeout(patienceMs),
    }).catch((error: Error) => {
      const { cause } = error as { readonly cause?: { readonly code?: string } };
      throw new Error(`The ${name} hook does not answer at ${hook.http} (${cause?.code ?? error.message}).`);
    });
    const answer = await response.text();
    // 404 and 501: this side cannot do it for this channel. Anything else that is no success is a broken hook.
    if (response.status === 404 || response.status === 501) {
      throw new NotTestable(`The ${name} hook does not offer this (HTTP ${response.status}): ${answer.slice(0, 200)}`, [
        `hooks.${name}`,
      ]);
    }
    if (!response.ok) throw new Error(`The ${name} hook answered HTTP ${response.status}: ${answer.slice(0, 200)}`);
    return parsed(answer);
  }
  return parsed(await runCommand(name, hook.command, text));
}

function runCommand(name: string, command: readonly string[], input: string): Promise<string> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program as string, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: patienceMs });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`The ${name} hook's command ended with ${code}: ${errors.slice(0, 200)}`));
    });
    child.stdin.end(input);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
