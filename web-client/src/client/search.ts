import { LIMITS } from '../protocol/generated.ts'
import { hasVisible } from '../protocol/visible.ts'
import type { Problem } from '../protocol/model.ts'
import { fieldOf } from '../locales/reasons.ts'
import { written } from './written.ts'

/** In these scripts, two characters can be a word. */
const SHORT_WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{2}/u
const TICKET_NUMBER = /\btkt[-\s]?\d+/i

/** Normalizes a search text for the server; empty if it is too short to search for. */
export function searchOf(text: string): string {
  const line = fitting(written(text).replace(/[\n\t]/g, ' ').trim())
  const isLongEnough = /\p{Nd}/u.test(line) || SHORT_WORD.test(line) || line.split(/\s+/).some((word) => [...word].length >= LIMITS.search_word_chars_min)
  return isLongEnough && hasVisible(line) ? line : ''
}

/** Shortens a text that is too long, to its ticket number or to as many words as the server takes: the wanted ticket contains those, too. */
function fitting(line: string): string {
  const all = [...line]
  if (all.length <= LIMITS.search_chars_max) return line
  const number = TICKET_NUMBER.exec(line)?.[0]
  if (number !== undefined) return number
  const cut = all.slice(0, LIMITS.search_chars_max + 1).join('')
  const end = cut.search(/\s+\S*$/)
  return end > 0 ? cut.slice(0, end) : all.slice(0, LIMITS.search_chars_max).join('')
}

/** Whether there is a text, but one too short to search for. */
export function isTooShort(text: string): boolean {
  return hasVisible(text) && searchOf(text) === ''
}

/** Why the server refuses the search text; null if it does not. */
export function refusedSearch(problem: Problem | null): string | null {
  const field = problem === null ? null : fieldOf(problem)
  return field?.name === 'search' ? field.why : null
}

/** The ticket number in a typed or pasted text, in its standard form; null if there is none. */
export function numberIn(text: string): string | null {
  const plain = text.normalize('NFKC').replace(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
  const digits = (/(?:\btkt[-\s]?|#\s*)0*([1-9]\d{0,9})(?!\d)/i.exec(plain) ?? /^\s*0*([1-9]\d{0,9})\s*$/.exec(plain))?.[1]
  return digits === undefined ? null : `TKT-${digits.padStart(6, '0')}`
}

/** Folds a text for comparison on this page, by the rule of the server's search: ignores case and how letters are composed. */
export function folded(text: string): string {
  const plain = text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '').replaceAll('İ', 'i').toUpperCase().toLowerCase()
  // Greek capitals have no accents. The dot is what lower-casing leaves of a Turkish capital I.
  const bare = plain.normalize('NFD').replace(/\p{Script=Greek}\p{M}+/gu, (letter) => letter.replace(/[\u0300\u0301\u0313\u0314\u0342]/g, ''))
  return bare.replace(/i\u0307/g, 'i').replaceAll('ς', 'σ').normalize('NFKC')
}
