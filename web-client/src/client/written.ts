import { hasVisible } from '../protocol/visible.ts'

/**
 * Normalizes a text as the server requires. Removes control characters, such as page breaks and terminal colours in pasted text, because
 * the server would refuse them.
 */
export function written(text: string): string {
  return text.replace(/\r\n?|[\v\f\u0085]/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '')
}

/** Normalizes a text for a single-line field. */
export function writtenLine(text: string): string {
  return written(text).replace(/\s+/g, ' ').trim()
}

/** Whether the text has any visible character after normalization. */
export function isWritten(text: string): boolean {
  return hasVisible(written(text))
}
