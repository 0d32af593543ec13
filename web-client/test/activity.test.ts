// Tests of a ticket's events as sentences: other people are named, and the reader is "you".

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LANGUAGES, setLanguage, t, type Language } from '../src/locales/index.ts'
import '../src/locales/page.ts'
import '../src/locales/team.ts'
import '../src/locales/ticket.ts'
import { KINDS } from '../src/protocol/generated.ts'
import type { HistoryEvent, Person } from '../src/protocol/model.ts'
import type { Reader } from '../src/timeline/view.ts'
import { inWords } from '../src/ui/format.ts'
import { messageEvent } from './help/sample.ts'

const GRACE: Person = { id: 'grace', type: 'admin', name: 'Grace' }
const CARL: Person = { id: 'carl', type: 'customer', name: 'Carl' }
const SIDES: readonly (readonly [string, Person, Reader, other: Reader])[] = [
  ['one of the team', GRACE, { side: 'staff', id: 'grace' }, { side: 'staff', id: 'ada' }],
  ['a customer', CARL, { side: 'customer' }, { side: 'staff', id: 'ada' }],
]
/** The kinds of events that have an actor. */
const DONE = KINDS.filter((kind) => kind !== 'unreadable' && kind !== 'attachment_checked' && kind !== 'internal_attachment_checked')
const PRIORITY = { old_value: 'low', new_value: 'high' }

/** One event of each kind. Some kinds occur in several variants. */
function eventsBy(actor: Person): readonly HistoryEvent[] {
  const more: readonly Partial<HistoryEvent>[] = [
    ...DONE.map((kind) => ({ kind, ...PRIORITY })),
    { kind: 'assigned', new_value: actor.id },
    { kind: 'assigned', new_value: '01990000-0000-7000-8000-00000000000f' },
    { kind: 'status_changed', old_value: 'open', new_value: 'resolved' },
    { kind: 'status_changed', old_value: null, new_value: 'open' },
  ]
  return more.map((one, at) => messageEvent(at + 1, { actor, message: null, ...one }))
}
const words = (event: HistoryEvent, reader: Reader) => inWords(event, reader, () => null)

/** How a sentence about the reader begins in each language. In Arabic the verb form contains the person. */
const BEGINNING: Readonly<Record<Language, RegExp>> = { en: /^You \p{L}/u, de: /^Sie haben /, fr: /^Vous avez /, ar: /^\p{L}+ّ?\p{L}*تَ /u }

describe.each(LANGUAGES)('%s', (language) => {
  beforeEach(() => setLanguage(language))
  afterEach(() => setLanguage('en'))

  test.each(SIDES)('%s is addressed in sentences about their own actions', (_who, actor, reader, other) => {
    for (const event of eventsBy(actor)) {
      const [mine, theirs] = [words(event, reader), words(event, other)]
      expect(mine, event.kind).toMatch(BEGINNING[language])
      expect(mine).not.toContain(actor.name)
      expect(mine, 'all places are filled').not.toMatch(/[{}]/)
      expect(theirs, event.kind).toContain(actor.name)
      expect(theirs).not.toContain(t('app.you'))
    }
  })

  test('a checked file is named by its name; no one is said to have done it', () => {
    const [event] = [messageEvent(1)]
    const message = event.message === null ? null : { ...event.message, attachments: [{ id: 'f1', name: 'invoice.pdf', content_type: 'application/pdf', size_bytes: 9, state: 'clean' as const, width: null, height: null, preview: false }] }
    for (const kind of ['attachment_checked', 'internal_attachment_checked'] as const) {
      const said = words({ ...event, kind, message, actor: GRACE, old_value: 'f1', new_value: 'clean' }, { side: 'staff', id: 'ada' })
      expect(said).toContain('invoice.pdf')
      expect(said).not.toContain('Grace')
    }
  })

  test('an event without an actor names no one', () => {
    expect(words(messageEvent(1, { kind: 'unreadable', actor: GRACE }), { side: 'staff', id: 'grace' })).toBe(t('activity.unknown'))
  })
})
