// How a text is shown that has no visible characters, or characters that reverse it. Pure functions.

const CODES_SHOWN = 8

/** Returns the code points of a text without visible characters, so that the reader sees that a text was sent. */
export function codesOf(text: string): string {
  const all = [...text]
  const codes = all.slice(0, CODES_SHOWN).map((one) => `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
  return [...codes, ...(all.length > CODES_SHOWN ? ['…'] : [])].join(' ')
}

/** Removes the Unicode characters that display text in reverse order. Keeps the characters that embed text of the other direction. */
export function inOrder(text: string): string {
  return text.replace(/[\u202D\u202E]/g, '')
}
