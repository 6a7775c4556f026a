// Entry of the `wirepact` command.
import { consoleIo } from './io.ts';
import { run } from './program.ts';

// A reader that went away (`wirepact rules | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), consoleIo());
