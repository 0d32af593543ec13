// Tests of the server's reasons for refusing a form field, shown in the reader's language. Each known reason must occur in the server's
// source code.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { LANGUAGES, setLanguage, tProblem } from '../src/locales/index.ts'
import { fieldOf, reasonOf } from '../src/locales/reasons.ts'
import '../src/apps/console/screens/team/strings.ts'
import '../src/locales/team.ts'

const ROOT = resolve(import.meta.dirname, '../..')
afterEach(() => setLanguage('en'))

/**
 * For each reason: the server's source file, its words around the numbers, the complete sentence, the key of its translation, and its
 * number.
 */
const SAID = [
  ['core/src/body.rs', ['must not be empty'], 'must not be empty', 'why.empty', 0],
  ['core/src/body.rs', ['is too long'], 'is too long', 'why.long', 0],
  ['core/src/body.rs', ['must not have more than {} bytes'], 'must not have more than 9007199254740991 bytes', 'why.long', 0],
  ['core/src/body.rs', ['must not contain control characters'], 'must not contain control characters', 'why.characters', 0],
  ['core/src/protocol/strict/mod.rs', ['is missing'], 'is missing', 'why.empty', 0],
  ['core/src/protocol/strict/mod.rs', ['must not be null'], 'must not be null', 'why.empty', 0],
  ['gateway/src/http/api/ticket_list.rs', ['must be one line of at most {} characters'], 'must be one line of at most 200 characters', 'why.one_line', 200],
  ['gateway/src/http/api/ticket_list.rs', ['needs a ticket number, or a word of at least {} characters ('], 'needs a ticket number, or a word of at least 3 characters (2 in Chinese, Japanese or Korean)', 'why.word', 3],
  ['gateway/src/http/api/replies.rs', ['must have 1 to {} characters out of a-z'], 'must have 1 to 40 characters out of a-z, 0-9, _ and -', 'why.shortcut', 40],
  ['gateway/src/http/api/replies.rs', ['must be one line of 1 to {} characters'], 'must be one line of 1 to 100 characters', 'why.one_line', 100],
  ['gateway/src/http/api/people.rs', ['must have 1 to {} characters'], 'must have 1 to 320 characters', 'why.at_most', 320],
  ['gateway/src/http/api/settings.rs', ['must be text of at most {} characters'], 'must be text of at most 500 characters', 'why.at_most', 500],
  ['gateway/src/http/api/settings.rs', ['must not contain control characters other than'], 'must not contain control characters other than line breaks', 'why.characters', 0],
  ['gateway/src/http/api/tickets.rs', ['must have at most {} characters'], 'must have at most 1000 characters', 'why.at_most', 1000],
  ['gateway/src/http/api/tickets.rs', ['this person cannot be assigned'], 'this person cannot be assigned: they are not staff, are blocked, or are the customer', 'why.assignee', 0],
] as const

test.each(SAID)('%s: %j', (file, words, said, key, n) => {
  const source = readFileSync(join(ROOT, file), 'utf8')
  for (const part of words) expect(source, 'the server says it in other words: change src/locales/reasons.ts with it').toContain(part)
  expect(reasonOf(said)).toEqual({ key, n })
})

test.each(LANGUAGES.filter((language) => language !== 'en'))('no refusal shows the server’s own words: %s', async (language) => {
  await setLanguage(language)
  for (const [, , said] of SAID) {
    for (const field of ['subject', 'search', 'value.days']) {
      const problem = { code: 'invalid_field', title: `${field}: ${said}` }
      expect(fieldOf(problem)?.why, said).not.toMatch(/must|least|most|missing|cannot/)
      expect(tProblem(problem)).not.toContain(said)
      expect(tProblem(problem)).not.toContain('why.')
    }
  }
  expect(tProblem({ code: 'conflict', title: 'the ticket is assigned to another person' })).not.toMatch(/ticket is/)
})
