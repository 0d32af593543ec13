const encoder = new TextEncoder()

/** Length of a text in UTF-8 bytes, which is what the server limits. */
export function bytesOf(text: string): number {
  return encoder.encode(text).length
}
