// Computes how long to wait before reconnecting. Pure functions: the random number is an argument.

export const BACKOFF_MS_FIRST = 400
export const BACKOFF_MS_MAX = 30_000

/**
 * Returns the delay before attempt number `attempt` (from 0), in milliseconds. The delay doubles with each attempt up to a maximum. Half of
 * it is random, so that many clients do not reconnect at the same moment.
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_FIRST * 2 ** Math.min(attempt, 16))
  return Math.round(full / 2 + (full / 2) * random)
}

export type AfterClose = 'come_back' | 'renew_token' | 'stay_away'

/**
 * Returns what to do after the server closed the connection with this code. The code's range decides, except for 4501
 * (`not_authenticated`): the client then reconnects with a fresh token.
 */
export function afterClose(code: number): AfterClose {
  if (code === 4501) return 'renew_token'
  return code >= 4500 && code <= 4999 ? 'stay_away' : 'come_back'
}
