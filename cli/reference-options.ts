// The flags that let a document refer to more than the files beside it.
import type { Command } from 'commander';

export interface ReferenceFlags {
  readonly allowUrls?: boolean;
  readonly allowOutside?: boolean;
}

export function addReferenceOptions(command: Command): Command {
  return command
    .option('--allow-urls', 'read references to http: and https:')
    .option('--allow-outside', "read references to files outside the document's folder");
}
