// What a command that repeats a run is made of: defaults that need not be named, and arguments as a shell reads them.

/** Of `--contract` of the test commands. */
export const defaultDocument = 'asyncapi.yaml';
/** Of `--time-scale` of `wirepact test client`. */
export const defaultTimeScale = 0.05;

/** For a POSIX shell: as it is where nothing in it means anything to one. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
