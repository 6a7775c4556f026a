// Authentication: whom a token lets in, whom nothing lets in, and how they are told.
import type { ServerRule } from '../index.ts';
import { expiryAnswer, expiryEnds } from './expiry.ts';
import { identityFromToken } from './identity.ts';
import {
  otherParametersIgnored,
  repeatedParameterRefused,
  similarParameterRefused,
  survivesOddQueries,
} from './query-string.ts';
import { answerRules, refusedRules } from './refusals.ts';
import { refusalSilent, tokenNotEchoed, tokenNotLogged } from './silence.ts';
import { missingClaimRefused, tokenRules } from './tokens.ts';

export const authRules: readonly ServerRule[] = [
  ...refusedRules,
  ...answerRules,
  refusalSilent,
  survivesOddQueries,
  similarParameterRefused,
  otherParametersIgnored,
  repeatedParameterRefused,
  ...tokenRules,
  missingClaimRefused,
  identityFromToken,
  expiryEnds,
  expiryAnswer,
  tokenNotEchoed,
  tokenNotLogged,
];
