// Splits a message into parts that are parsed one by one. The parser's time is quadratic in the length, and a message may contain anything.
// Pure.

export interface Part {
  readonly text: string
  /** True if the part is too long for the parser and must be shown as typed. */
  readonly isPlain: boolean
}

/** For a part of at most this many characters, the parser needs a few milliseconds at most. */
export const PART_CHARS_MAX = 2_048

/** The start of fenced code, as the parser defines it: at least three tildes, or at least three backticks and no backtick after them. */
const FENCE = /^ {0,3}(`{3,}(?=[^`\n]*(?:\n|$))|~{3,})/

/**
 * Splits a text. A short text is one part. A longer text is cut after blank lines if possible, otherwise after any line, but never inside
 * fenced code.
 */
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
      // Fenced code becomes a part of its own, whatever its length, because the parser reads it in a single step.
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
