// The team's words for what a list has little room for.

import { t, tWord } from './index.ts'

/** A status that is told apart from the others by its beginning. */
export function inFewWords(status: string): string {
  return status === 'waiting_on_customer' || status === 'waiting_on_admin' ? t(`row.${status}`) : tWord('status', status)
}
