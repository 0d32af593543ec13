import { LIMITS } from '../protocol/generated.ts'
import { hasVisible } from '../protocol/visible.ts'
import type { Problem } from '../protocol/model.ts'
import { fieldOf } from '../locales/reasons.ts'
import { written } from './written.ts'

/** Matches two characters of a script in which a word of two characters is long enough to search for. */
const SHORT_WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{2}/u
const TICKET_NUMBER = /\btkt[-\s]?\d+/i

/** Normalizes a search text for the server. Returns an empty string if the text is too short to search for. */
export function searchOf(text: string): string {
  const line = fitting(written(text).replace(/[\n\t]/g, ' ').trim())
  const isLongEnough = /\p{Nd}/u.test(line) || SHORT_WORD.test(line) || line.split(/\s+/).some((word) => [...word].length >= LIMITS.search_word_chars_min)
  return isLongEnough && hasVisible(line) ? line : ''
}

/** Shortens a search text that exceeds the server's limit. Keeps the ticket number if there is one, otherwise as many words as fit. */
function fitting(line: string): string {
  const all = [...line]
  if (all.length <= LIMITS.search_chars_max) return line
  const number = TICKET_NUMBER.exec(line)?.[0]
  if (number !== undefined) return number
  const cut = all.slice(0, LIMITS.search_chars_max + 1).join('')
  const end = cut.search(/\s+\S*$/)
  return end > 0 ? cut.slice(0, end) : all.slice(0, LIMITS.search_chars_max).join('')
}

/** Whether a search text was entered but is too short to search for. */
export function isTooShort(text: string): boolean {
  return hasVisible(text) && searchOf(text) === ''
}

/** Returns why the server refused the search text. Null if the problem is not about the search text. */
export function refusedSearch(problem: Problem | null): string | null {
  const field = problem === null ? null : fieldOf(problem)
  return field?.name === 'search' ? field.why : null
}

/** Finds a ticket number in a typed or pasted text, and returns it in its standard form. Null if there is none. */
export function numberIn(text: string): string | null {
  const plain = text.normalize('NFKC').replace(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
  const digits = (/(?:\btkt[-\s]?|#\s*)0*([1-9]\d{0,9})(?!\d)/i.exec(plain) ?? /^\s*0*([1-9]\d{0,9})\s*$/.exec(plain))?.[1]
  return digits === undefined ? null : `TKT-${digits.padStart(6, '0')}`
}

/**
 * Normalizes a text for comparison, by the same rule as the server's search. Ignores case, and the difference between composed and
 * decomposed letters.
 */
export function folded(text: string): string {
  const plain = text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '').replaceAll('İ', 'i').toUpperCase().toLowerCase()
  // Remove accents from Greek letters, because Greek capitals have none. Also remove the combining dot that lower-casing `İ` leaves behind.
  const bare = plain.normalize('NFD').replace(/\p{Script=Greek}\p{M}+/gu, (letter) => letter.replace(/[\u0300\u0301\u0313\u0314\u0342]/g, ''))
  return bare.replace(/i\u0307/g, 'i').replaceAll('ς', 'σ').normalize('NFKC')
}
