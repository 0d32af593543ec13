// Which characters of a text are visible, and in which direction the text is displayed. Pure functions.

/** Characters that show nothing: white space, control characters, and characters that fonts draw as blank, such as joiners and fillers. */
const BLANK = '\\p{White_Space}\\p{Default_Ignorable_Code_Point}\\p{Cc}\\u2800\\uFFF9-\\uFFFB\\u{1D159}'
const VISIBLE = new RegExp(`[^${BLANK}]`, 'u')
const CODES_SHOWN = 8

export function hasVisible(text: string): boolean {
  return VISIBLE.test(text)
}

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

/** Removes Unicode direction controls from a name, subject or code, because they could reorder the text next to it. */
export function inOwnOrder(text: string): string {
  return text.replace(/[\u202A-\u202E\u2066-\u2069]/g, '')
}
