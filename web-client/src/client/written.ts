import { hasVisible } from '../protocol/visible.ts'

/** A text as the server takes it: pasted control characters (a page break, a terminal's colours) would only have it refused. Pure. */
export function written(text: string): string {
  return text.replace(/\r\n?|[\v\f\u0085]/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '')
}

/** The same for what is one line. */
export function writtenLine(text: string): string {
  return written(text).replace(/\s+/g, ' ').trim()
}

/** Whether there is anything to see once it is sent. */
export function isWritten(text: string): boolean {
  return hasVisible(written(text))
}
