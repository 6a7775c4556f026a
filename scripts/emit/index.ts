// The emitters, in the order in which their files are listed.
import type { Contract } from '../model.ts';
import { emitChannelIndex } from './channel-index.ts';
import { emitClient } from './client.ts';
import { emitCloseCodes } from './close-codes.ts';
import { emitDocs } from './docs.ts';
import { emitIndexFile } from './index-file.ts';
import { emitModelJson } from './model-json.ts';
import { emitServer } from './server.ts';
import { emitTypes } from './types.ts';
import { emitValidators } from './validators.ts';

/** Turns a contract into texts by path, relative to the output folder. Pure; awaited where it loads a printer. */
export type Emitter = (contract: Contract) => Map<string, string> | Promise<Map<string, string>>;

export const emitters: readonly Emitter[] = [
  emitModelJson,
  emitIndexFile,
  emitTypes,
  emitValidators,
  emitCloseCodes,
  emitChannelIndex,
  emitDocs,
  emitServer,
  emitClient,
];
