// What of a text can be seen, and in which order it is read. Pure.

/** White space, control characters and what fonts draw as nothing (blanks of other scripts, joiners, fillers). */
const BLANK = '\\p{White_Space}\\p{Default_Ignorable_Code_Point}\\p{Cc}\\u2800\\uFFF9-\\uFFFB\\u{1D159}'
const VISIBLE = new RegExp(`[^${BLANK}]`, 'u')
const CODES_SHOWN = 8

export function hasVisible(text: string): boolean {
  return VISIBLE.test(text)
}

/** A text that shows nothing, by the names of its characters: it was sent, so it is shown that it was. */
export function codesOf(text: string): string {
  const all = [...text]
  const codes = all.slice(0, CODES_SHOWN).map((one) => `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
  return [...codes, ...(all.length > CODES_SHOWN ? ['…'] : [])].join(' ')
}

/** Without the characters that turn letters round: what is read is in the order of writing. Embedded text of the other direction keeps its own. */
export function inOrder(text: string): string {
  return text.replace(/[\u202D\u202E]/g, '')
}

/** For names, subjects and code, which stand beside other text: no character of theirs reaches beyond its own letters. */
export function inOwnOrder(text: string): string {
  return text.replace(/[\u202A-\u202E\u2066-\u2069]/g, '')
}
