import { isWritten, writtenLine } from './written.ts'

const CHARS_MAX = 80

/** A subject for a text without one: its first line, cut at a word; what a reader sees as one sign stays whole. Pure. */
export function derivedSubject(text: string): string {
  const line = writtenLine(text.split(/\r\n?|\n/).find(isWritten) ?? '')
  if ([...line].length <= CHARS_MAX) return line
  let cut = ''
  for (const sign of signsOf(line)) {
    if ([...cut, ...sign].length >= CHARS_MAX) break
    cut += sign
  }
  const word = cut.lastIndexOf(' ')
  // A script without spaces, or one very long word, is cut where it is full.
  return `${word > CHARS_MAX / 2 ? cut.slice(0, word) : cut}…`
}

function signsOf(line: string): readonly string[] {
  return 'Segmenter' in Intl ? [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(line)].map(({ segment }) => segment) : [...line]
}
