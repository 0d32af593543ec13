// Tests of names, subjects and texts that contain nothing visible, or characters that would reorder other text.

import { describe, expect, test } from 'vitest'
import { decodeAgents } from '../src/protocol/decode-team.ts'
import { decodeTicket } from '../src/protocol/decode-rest.ts'
import { decodeStaffEvent, decodeStaffPerson } from '../src/protocol/decoders/ticket.ts'
import { codesOf } from '../src/protocol/shown-text.ts'
import { hasVisible } from '../src/protocol/visible.ts'
import { t } from '../src/locales/index.ts'
import '../src/locales/ticket.ts'
import { Body } from '../src/ui/body.tsx'
import { renderMarkdown } from '../src/ui/markdown.tsx'
import { inWords } from '../src/ui/format.ts'
import { messageEvent, staffTicket } from './help/sample.ts'
import { shownOf } from './help/shown.ts'

const INVISIBLE = ['\u200b', '\u2060', '\u2800', '\u3164', '\u00ad', '\u202e \u2066', '\ufeff', ' \n\t', '\u00a0\u3000', '\u115f\u1160\uffa0', '\u034f', '\u180e', '\ufe0f', '\u{e0041}', '\u0000\u0085', '\u{1d159}', '\u061c\u200f', '']

describe('what is visible', () => {
  test.each(INVISIBLE)('nothing of %j', (text) => expect(hasVisible(text)).toBe(false))
  test.each(['a', '.', '\u0301', '1\ufe0f\u20e3', '\u{1f469}\u200d\u{1f4bb}', '\ud83d', '\ue000', '\ufffd', '\ufffc', '\u{1fae9}', '\u0600', '٠', '\u200ba'])('something of %j', (text) => expect(hasVisible(text)).toBe(true))
})

describe('a message that shows nothing', () => {
  test.each(INVISIBLE.filter((text) => text !== ''))('%j is shown by the names of its characters', (text) => {
    expect(shownOf(Body({ text })).text).toContain('U+')
  })
  test('a long one by the first of them', () => {
    expect(codesOf('\u200b'.repeat(500))).toBe(`${'U+200B '.repeat(8)}…`)
    expect(codesOf('\u{e0041}')).toBe('U+E0041')
  })
})

describe('a text is read in the order of writing', () => {
  test('plain, marked up, and in code', () => {
    expect(shownOf(Body({ text: 'Invoice \u202efdp.exe' })).text).not.toContain('\u202e')
    for (const text of ['*a* \u202eb', '> \u202eb', '```\n\u2066b\u202e\n```', '`\u202ab`', '# \u202eb', '- \u202db', '\\\u202eb']) expect(shownOf(renderMarkdown(text)).text).not.toMatch(text.startsWith('`') ? /[\u202a-\u202e\u2066-\u2069]/ : /[\u202d\u202e]/)
  })
  test('characters that belong to a script stay: marks, joiners, embedded text of the other direction', () => {
    for (const text of ['שלום \u200f(1)', 'می\u200cخواهم', '\u2067שלום\u2069 a', '\u202bשלום\u202c a']) expect(shownOf(Body({ text })).text).toBe(`\n${text}\n`)
  })
})

const ticket = (more: object) => decodeTicket({ ...staffTicket, ...more })

describe('a name or subject', () => {
  test('reorders nothing', () => {
    expect(ticket({ subject: 'Invoice \u202efdp.exe' })?.subject).toBe('Invoice fdp.exe')
    expect(ticket({ customer_name: 'Carl \u202eevil\u2069' })).toMatchObject({ customer_name: 'Carl evil' })
    expect(decodeStaffPerson({ id: 'x', type: 'customer', name: '\u2067Carl\u202c' })?.name).toBe('Carl')
    const event = decodeStaffEvent({ ...messageEvent(1), kind: 'assigned', new_value: 'Eve \u202eevil', message: null })
    expect(event === undefined ? '' : inWords(event, { side: 'staff', id: 'me' }, () => null)).toBe('Grace assigned the ticket to Eve evil')
  })
  test('that shows nothing counts as none, and a subject is shown by its characters', () => {
    for (const text of INVISIBLE) {
      expect(ticket({ customer_name: text })).toMatchObject({ customer_name: null })
      expect(decodeStaffPerson({ id: 'x', type: 'customer', name: text })?.name).toBeNull()
      expect(decodeAgents([{ user_id: 'x', role: 'admin', name: text }])?.[0]?.name).toBeNull()
      expect(hasVisible(ticket({ subject: text })?.subject ?? '')).toBe(text !== '')
    }
  })
  test('in the other direction leaves the sentence around it in order', () => {
    expect(t('activity.assigned', { who: 'Grace', new: 'שרה' })).toBe('Grace assigned the ticket to \u2068שרה\u2069')
    expect(t('activity.took', { who: 'Grace' })).toBe('Grace took the ticket')
  })
})
