// A message in parts that the parser can read one by one: its time grows with the square of what it gets, and people send what they like. Pure.

export interface Part {
  readonly text: string
  /** Longer than the parser may have it: shown as written. */
  readonly isPlain: boolean
}

/** A part of this length costs some milliseconds at worst. */
export const PART_CHARS_MAX = 2_048

/** As the parser has it: behind backticks no further one may stand on the line. */
const FENCE = /^ {0,3}(`{3,}(?=[^`\n]*(?:\n|$))|~{3,})/

/** Short texts whole; longer ones cut behind blank lines where there are any, behind other lines where not, and never within fenced code. */
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
      // Code begins a part of its own, which may be of any length: it is read in one go.
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
