// Runs the official AsyncAPI parser in a thread of its own. Plain JavaScript, so that a thread can start it without a loader.
import { parentPort } from 'node:worker_threads';

const loaded = import('@asyncapi/parser').then(
  ({ Parser }) => new Parser(),
  () => null,
);

parentPort?.on('message', async ({ id, path, text }) => {
  try {
    const parser = await loaded;
    if (parser === null) return parentPort?.postMessage({ id, diagnostics: null });
    // What parsing does beyond this is to build objects that nobody here reads.
    const diagnostics = await parser.validate(text, { source: path });
    const plain = diagnostics.map(({ code, severity, message, path: at, range }) => {
      return { code: String(code), severity, message, path: at.map(String), start: range.start };
    });
    parentPort?.postMessage({ id, diagnostics: plain });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
