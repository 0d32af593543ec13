import { isWritten, writtenLine } from './written.ts'

const CHARS_MAX = 80

/**
 * Derives a ticket's subject from a message: the first line, shortened at a word boundary if it is too long. Never splits a grapheme. Pure function.
 */
export function derivedSubject(text: string): string {
  const line = writtenLine(text.split(/\r\n?|\n/).find(isWritten) ?? '')
  if ([...line].length <= CHARS_MAX) return line
  let cut = ''
  for (const sign of signsOf(line)) {
    if ([...cut, ...sign].length >= CHARS_MAX) break
    cut += sign
  }
  const word = cut.lastIndexOf(' ')
  // If the second half of the shortened text contains no space, cut at the limit. This happens in scripts without spaces and in very long words.
  return `${word > CHARS_MAX / 2 ? cut.slice(0, word) : cut}…`
}

function signsOf(line: string): readonly string[] {
  return 'Segmenter' in Intl ? [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(line)].map(({ segment }) => segment) : [...line]
}
