// Translates the server's reasons for refusing a field, because the server sends them in English. Pages load this file at the start. The
// widget loads it when a field is refused.

import en from './en/reasons.json'
import { addStrings, explainFields, isKey, t, type Refused, type StringKey, type Table } from './index.ts'

addStrings('reasons', en, import.meta.glob<Table>(['./*/reasons.json', '!./en/*.json'], { import: 'default' }))

/**
 * Patterns of the server's English texts, with the sentence for each. The third item says whether the text contains a number of characters.
 * The first matching pattern is used.
 */
const REASONS: readonly (readonly [RegExp, StringKey, boolean?])[] = [
  [/^(?:must not be empty|is missing|must not be null)$/, 'why.empty'],
  [/^is too long$|^must not have more than \d+ bytes/, 'why.long'],
  [/(\d+) characters out of a-z/, 'why.shortcut', true],
  [/^needs a ticket number, or a word of at least (\d+) characters/, 'why.word', true],
  [/one line of (?:1 to|at most) (\d+) characters/, 'why.one_line', true],
  [/(?:1 to|at most) (\d+) characters/, 'why.at_most', true],
  [/^must not contain (?:control characters|the character)/, 'why.characters'],
  [/^this person cannot be assigned/, 'why.assignee'],
]

/** Returns the sentence for the server's reason and the number in it. For an unknown reason, returns a general sentence. */
export function reasonOf(why: string): { readonly key: StringKey; readonly n: number } {
  for (const [said, key, isCounted = false] of REASONS) {
    const found = said.exec(why)
    if (found !== null) return { key, n: isCounted ? Number(found[1]) : 0 }
  }
  return { key: 'why.other', n: 0 }
}

/** The label of each field in the forms, by the field's name on the server. */
const FIELD_NAMES: Readonly<Record<string, string>> = {
  subject: 'new.subject',
  description: 'new.description',
  assigned_to: 'ticket.assignee',
  shortcut: 'replies.shortcut',
  title: 'replies.name',
  body: 'replies.body',
  email: 'roles.email',
}

/** Returns the field that a refusal names, and the reason as a sentence. Null if the refusal names no field. */
export function fieldOf({ code, title }: Refused): { readonly name: string; readonly why: string } | null {
  const found = code === 'invalid_field' || code === 'invalid_body' ? /^([\w.[\]]+): (.+)$/s.exec(title ?? '') : null
  if (found === null) return null
  const { key, n } = reasonOf(found[2] ?? '')
  return { name: found[1] ?? '', why: t(key, { n }) }
}

explainFields((refused) => {
  const field = fieldOf(refused)
  if (field === null) return null
  const label = FIELD_NAMES[field.name]
  return label !== undefined && isKey(label) ? t('problem.at_field', { field: t(label), why: field.why }) : `${t('problem.invalid_field')} ${field.why}`
})
