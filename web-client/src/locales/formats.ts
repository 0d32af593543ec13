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
