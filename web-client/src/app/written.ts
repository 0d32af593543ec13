/** A text as the server takes it: pasted control characters (a page break, a terminal's colours) would only have it refused. Pure. */
export function written(text: string): string {
  return text.replace(/\r\n?|[\v\f\u0085]/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '')
}
