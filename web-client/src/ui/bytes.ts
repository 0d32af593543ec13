const encoder = new TextEncoder()

/** How long a text is for the server. */
export function bytesOf(text: string): number {
  return encoder.encode(text).length
}
