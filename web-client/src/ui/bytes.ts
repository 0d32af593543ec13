const encoder = new TextEncoder()

/** Returns the length of a text in UTF-8 bytes, the unit of the server's limits. */
export function bytesOf(text: string): number {
  return encoder.encode(text).length
}
