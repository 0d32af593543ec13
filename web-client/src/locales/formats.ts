// What only lists and figures need of a language's ways to write.

import { locale, number } from './index.ts'

/** Names in a row. */
export function inRow(names: readonly string[]): string {
  return new Intl.ListFormat(locale(), { style: 'short', type: 'unit' }).format(names)
}

/** As short as a button needs. */
export function shortNumber(n: number): string {
  return n < 10_000 ? number(n) : number(n, { notation: 'compact', maximumFractionDigits: 0 })
}

const UNITS = [['year', 365 * 86_400], ['month', 30 * 86_400], ['week', 7 * 86_400], ['day', 86_400], ['hour', 3_600], ['minute', 60]] as const

/** How long ago, in the largest unit that it fills: "3 weeks ago", "now". */
export function ago(iso: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1_000)
  const [unit, size] = UNITS.find(([, least]) => seconds >= least) ?? ['second', Number.POSITIVE_INFINITY]
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(-Math.floor(seconds / size), unit)
}

/** How long something took, in one unit: `narrow` where there is hardly any room. */
export function inUnit(n: number, unit: 'second' | 'minute' | 'hour' | 'day', unitDisplay: 'narrow' | 'short' | 'long' = 'short'): string {
  return number(n, { style: 'unit', unit, unitDisplay })
}

/** A wait in the unit that says most, never more than was waited. */
export function waited(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return inUnit(minutes, 'minute', 'narrow')
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? inUnit(hours, 'hour', 'narrow') : inUnit(Math.floor(hours / 24), 'day', 'narrow')
}
