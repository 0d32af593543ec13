// When to reconnect. Pure: the randomness is an argument.

export const BACKOFF_MS_FIRST = 400
export const BACKOFF_MS_MAX = 30_000

/**
 * The delay before attempt `attempt` (from 0), in milliseconds. It doubles each time, and half of it is random, so that many clients do not reconnect
 * at the same moment.
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_FIRST * 2 ** Math.min(attempt, 16))
  return Math.round(full / 2 + (full / 2) * random)
}

export type AfterClose = 'come_back' | 'renew_token' | 'stay_away'

/** What a close code asks for. Its range decides; only 4501 can be cured, by a fresh token. */
export function afterClose(code: number): AfterClose {
  if (code === 4501) return 'renew_token'
  return code >= 4500 && code <= 4999 ? 'stay_away' : 'come_back'
}
