import { LIMITS } from '../protocol/generated.ts'
import { hasVisible } from '../protocol/visible.ts'
import type { Problem } from '../protocol/model.ts'
import { fieldOf } from '../locales/reasons.ts'
import { written } from './written.ts'

/** In these scripts two characters are a word. */
const SHORT_WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{2}/u
const TICKET_NUMBER = /\btkt[-\s]?\d+/i

/** The text as the server is asked for it; empty while it is too short to be looked for. */
export function searchOf(text: string): string {
  const line = fitting(written(text).replace(/[\n\t]/g, ' ').trim())
  const isLongEnough = /\p{Nd}/u.test(line) || SHORT_WORD.test(line) || line.split(/\s+/).some((word) => [...word].length >= LIMITS.search_word_chars_min)
  return isLongEnough && hasVisible(line) ? line : ''
}

/** Of a longer text, the ticket's number, or as many of its words as the server takes: they are still in what is meant. */
function fitting(line: string): string {
  const all = [...line]
  if (all.length <= LIMITS.search_chars_max) return line
  const number = TICKET_NUMBER.exec(line)?.[0]
  if (number !== undefined) return number
  const cut = all.slice(0, LIMITS.search_chars_max + 1).join('')
  const end = cut.search(/\s+\S*$/)
  return end > 0 ? cut.slice(0, end) : all.slice(0, LIMITS.search_chars_max).join('')
}

/** Written, but too short to be looked for yet. */
export function isTooShort(text: string): boolean {
  return hasVisible(text) && searchOf(text) === ''
}

/** Why the server does not look for it; null: it does. */
export function refusedSearch(problem: Problem | null): string | null {
  const field = problem === null ? null : fieldOf(problem)
  return field?.name === 'search' ? field.why : null
}

/** The ticket's number that was typed or pasted, as tickets bear it; null: there is none. */
export function numberIn(text: string): string | null {
  const plain = text.normalize('NFKC').replace(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
  const digits = (/(?:\btkt[-\s]?|#\s*)0*([1-9]\d{0,9})(?!\d)/i.exec(plain) ?? /^\s*0*([1-9]\d{0,9})\s*$/.exec(plain))?.[1]
  return digits === undefined ? null : `TKT-${digits.padStart(6, '0')}`
}

/** For comparing what is on this page already, by the rule of the server's search: however letters are composed, in either case. */
export function folded(text: string): string {
  const plain = text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '').replaceAll('İ', 'i').toUpperCase().toLowerCase()
  // Greek capitals are written without accents; the dot is what is left of a Turkish capital.
  const bare = plain.normalize('NFD').replace(/\p{Script=Greek}\p{M}+/gu, (letter) => letter.replace(/[\u0300\u0301\u0313\u0314\u0342]/g, ''))
  return bare.replace(/i\u0307/g, 'i').replaceAll('ς', 'σ').normalize('NFKC')
}
