import { isWritten, writtenLine } from './written.ts'

const CHARS_MAX = 80

/** Derives a subject from a text: its first line, cut at a word. Never splits a grapheme. Pure. */
export function derivedSubject(text: string): string {
  const line = writtenLine(text.split(/\r\n?|\n/).find(isWritten) ?? '')
  if ([...line].length <= CHARS_MAX) return line
  let cut = ''
  for (const sign of signsOf(line)) {
    if ([...cut, ...sign].length >= CHARS_MAX) break
    cut += sign
  }
  const word = cut.lastIndexOf(' ')
  // In a script without spaces, or in one very long word, cut at the limit.
  return `${word > CHARS_MAX / 2 ? cut.slice(0, word) : cut}…`
}

function signsOf(line: string): readonly string[] {
  return 'Segmenter' in Intl ? [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(line)].map(({ segment }) => segment) : [...line]
}
