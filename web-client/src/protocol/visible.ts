// Which characters of a text are visible, and which of them change the direction of the text around them. Pure functions.

/** Characters that show nothing: white space, control characters, and characters that fonts draw as blank, such as joiners and fillers. */
const BLANK = '\\p{White_Space}\\p{Default_Ignorable_Code_Point}\\p{Cc}\\u2800\\uFFF9-\\uFFFB\\u{1D159}'
const VISIBLE = new RegExp(`[^${BLANK}]`, 'u')

export function hasVisible(text: string): boolean {
  return VISIBLE.test(text)
}

/** Removes Unicode direction controls from a name, subject or code, because they could reorder the text next to it. */
export function inOwnOrder(text: string): string {
  return text.replace(/[\u202A-\u202E\u2066-\u2069]/g, '')
}
