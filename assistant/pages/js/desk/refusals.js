// What a refusal of the server means for the person at the desk, by its stable code.

import { known, t } from './words.js';

const SIGN_IN = { sign_in_refused: 'sign.wrong', account_locked: 'sign.locked', session_expired: 'sign.ended', unauthorised: 'sign.ended' };

/** A sentence for an ApiError; the server's own detail where we have no words for its code. */
export function refusalText(error) {
  if (error.status === undefined) return t('error.server');
  if (error.status === 0) return t('error.network');
  if (error.code in SIGN_IN) return t(SIGN_IN[error.code]);
  if (error.status === 429) return t('error.tooMany');
  if (error.status >= 500) return t('error.server');
  return known(`error.${error.code}`, error.message);
}
