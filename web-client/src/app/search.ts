import { LIMITS } from '../protocol/generated.ts'

/** What of a text the server can look for; empty while no word of it is long enough. */
export function searchOf(text: string): string {
  const words = text.trim()
  return words.split(/\s+/).some((word) => [...word].length >= LIMITS.search_word_chars_min) ? words : ''
}

/** Written, but too short to be looked for yet. */
export function isTooShort(text: string): boolean {
  return text.trim() !== '' && searchOf(text) === ''
}
