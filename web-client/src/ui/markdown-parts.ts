// Splits a message into parts to parse one by one, because the parser takes quadratic time and a message may be anything. Pure.

export interface Part {
  readonly text: string
  /** Too long for the parser: shown as written. */
  readonly isPlain: boolean
}

/** The parser takes a few milliseconds at most for a part of this length, in characters. */
export const PART_CHARS_MAX = 2_048

/** The start of fenced code by the parser's rules: after backticks, the rest of the line has no further backtick. */
const FENCE = /^ {0,3}(`{3,}(?=[^`\n]*(?:\n|$))|~{3,})/

/** A short text is one part. A longer one is cut after blank lines, else after any line, but never inside fenced code. */
export function partsOf(text: string): readonly Part[] {
  if (text.length <= PART_CHARS_MAX) return [{ text, isPlain: false }]
  const parts: Part[] = []
  let lines: string[] = []
  let length = 0
  let fence: string | null = null
  const cut = () => {
    const part = lines.join('\n')
    if (part.trim() !== '') parts.push({ text: part, isPlain: length > PART_CHARS_MAX && !FENCE.test(part) })
    lines = []
    length = 0
  }
  for (const line of text.split('\n')) {
    const mark = FENCE.exec(line)?.[1] ?? null
    if (fence === null && mark !== null) {
      // Fenced code is a part of its own, of any length: the parser reads it in one step.
      cut()
      fence = mark
    } else if (fence === null && length > 0 && (length + line.length > PART_CHARS_MAX || (line === '' && length > PART_CHARS_MAX / 2))) cut()
    lines.push(line)
    length += line.length + 1
    if (fence !== null && lines.length > 1 && mark !== null && mark.startsWith(fence) && line.trim() === mark) {
      fence = null
      cut()
    }
  }
  cut()
  return parts
}
