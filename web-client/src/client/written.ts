import { hasVisible } from '../protocol/visible.ts'

/**
 * Normalizes a text as the server accepts it: removes control characters of pasted text (a page break, terminal colours), for which the server would
 * refuse it. Pure.
 */
export function written(text: string): string {
  return text.replace(/\r\n?|[\v\f\u0085]/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '')
}

/** Normalizes a text for a field with one line. */
export function writtenLine(text: string): string {
  return written(text).replace(/\s+/g, ' ').trim()
}

/** Whether the normalized text has anything visible. */
export function isWritten(text: string): boolean {
  return hasVisible(written(text))
}
