// When to come back. Pure: the randomness is passed in.

export const BACKOFF_MS_FIRST = 400
export const BACKOFF_MS_MAX = 30_000

/** The wait before attempt `attempt` (from 0): doubling, half of it random, so that a thousand clients do not knock in step. */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_FIRST * 2 ** Math.min(attempt, 16))
  return Math.round(full / 2 + (full / 2) * random)
}

export type AfterClose = 'come_back' | 'renew_token' | 'stay_away'

/** What a close code asks for. Its range decides; 4501 alone may be cured, by a fresh token. */
export function afterClose(code: number): AfterClose {
  if (code === 4501) return 'renew_token'
  return code >= 4500 && code <= 4999 ? 'stay_away' : 'come_back'
}
