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
