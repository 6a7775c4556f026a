// Loads the package that an engine stands on: nobody installs one whose engine they do not use.

const isMissing = (error: unknown, name: string): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') &&
  error.message.includes(name);

/** What `load` imports. Rejects with a sentence that says what to install. */
export const loadPackage = async <T>(engine: string, name: string, load: () => Promise<T>): Promise<T> => {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error, name)) throw error;
    throw new Error(`The ${engine} engine needs the package ${name}. Install it: npm install ${name}`, {
      cause: error,
    });
  }
};
