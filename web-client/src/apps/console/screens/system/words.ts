// Puts the names and codes of the readiness checks into words. A name or code that this client does not know, because the server is newer,
// is shown as the server sends it.

import type { SystemCheck } from '../../../../protocol/generated.ts'
import en from './locales/en.json'
import { number } from '../../../../locales/index.ts'
import { inUnit } from '../../../../locales/formats.ts'
import { s } from './strings.ts'

type Key = keyof typeof en

const isKey = (key: string): key is Key => Object.hasOwn(en, key)
const plain = (word: string) => word.replaceAll('_', ' ')

export function checkName({ name }: SystemCheck): string {
  const key = `system.check.${name}`
  return isKey(key) ? s(key) : plain(name)
}

/**
 * Says what the check's state means and what to do. If no text exists for the check's code, shows the code (for a failing check) or says
 * what the check is for (for a passing check).
 */
export function checkWords({ name, state, code }: SystemCheck): string {
  const keys = [`system.why.${name}.${code ?? ''}`, `system.why.${code ?? ''}`]
  const found = code === null ? undefined : keys.find(isKey)
  if (found !== undefined && isKey(found)) return s(found)
  if (state !== 'ok' && code !== null) return plain(code)
  const about = `system.about.${name}`
  return isKey(about) ? s(about) : ''
}

/** The name of a consumer, timer, delivery or schedule. A name that this client does not know is shown as the server sends it. */
export function jobName(name: string): string {
  const key = `system.job.${name}`
  return isKey(key) ? s(key) : plain(name)
}

/** The server stops counting here. */
const COUNTED_MAX = 10_000

/** A count of the server, which may have stopped counting. */
export const counted = (n: number): string => (n >= COUNTED_MAX ? s('system.jobs.at_least', { n: COUNTED_MAX }) : number(n))

/** Formats a duration in its largest unit, rounded down: `40 sec`, `3 hr`. */
export function duration(ms: number, display: 'short' | 'long' = 'short'): string {
  const seconds = Math.floor(ms / 1_000)
  if (seconds < 60) return inUnit(seconds, 'second', display)
  if (seconds < 3_600) return inUnit(Math.floor(seconds / 60), 'minute', display)
  return seconds < 48 * 3_600 ? inUnit(Math.floor(seconds / 3_600), 'hour', display) : inUnit(Math.floor(seconds / 86_400), 'day', display)
}

/** How far work lags behind; a dash if nothing waits. */
export const lagWords = (ms: number | null): string => (ms === null ? '–' : duration(ms))
