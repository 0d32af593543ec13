// Formatters that only lists and statistics use.

import { locale, number } from './index.ts'

/** Joins names into one line, with the separators of the reader's language. */
export function inRow(names: readonly string[]): string {
  return new Intl.ListFormat(locale(), { style: 'short', type: 'unit' }).format(names)
}

/** Formats a number. Numbers from 10,000 on are shortened, so that they fit on a button. */
export function shortNumber(n: number): string {
  return n < 10_000 ? number(n) : number(n, { notation: 'compact', maximumFractionDigits: 0 })
}

const UNITS = [['year', 365 * 86_400], ['month', 30 * 86_400], ['week', 7 * 86_400], ['day', 86_400], ['hour', 3_600], ['minute', 60]] as const

/** Formats how long ago a time was, in the largest unit that fits: "3 weeks ago", "now". */
export function ago(iso: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1_000)
  const [unit, size] = UNITS.find(([, least]) => seconds >= least) ?? ['second', Number.POSITIVE_INFINITY]
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(-Math.floor(seconds / size), unit)
}

/** Formats a duration with its unit. Use `narrow` where there is little space. */
export function inUnit(n: number, unit: 'second' | 'minute' | 'hour' | 'day', unitDisplay: 'narrow' | 'short' | 'long' = 'short'): string {
  return number(n, { style: 'unit', unit, unitDisplay })
}

/** Formats a waiting time in minutes, hours or days, rounded down. */
export function waited(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return inUnit(minutes, 'minute', 'narrow')
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? inUnit(hours, 'hour', 'narrow') : inUnit(Math.floor(hours / 24), 'day', 'narrow')
}
