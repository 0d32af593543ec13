// Tests that a search text reaches the server as typed, and that its results are shown.

import { describe, expect, test } from 'vitest'
import { NO_FILTERS } from '../src/client/filters.ts'
import { createInbox } from '../src/client/inbox.ts'
import { createCustomerTickets, type TicketsClient } from '../src/client/customer-tickets.ts'
import { folded, isTooShort, numberIn, refusedSearch, searchOf } from '../src/client/search.ts'
import { signal } from '@preact/signals'
import type { SessionState } from '../src/connection/session.ts'
import '../src/locales/page.ts'
import { LIMITS } from '../src/protocol/generated.ts'
import type { CustomerView } from '../src/protocol/model.ts'
import { staffTicket } from './help/sample.ts'
import { manualClock, ME } from './help/ticket-server.ts'
import { testPage } from './help/page.ts'

// Search texts in many scripts and notations.

const FORMS = ['72', '7', '#72', '# 72', 'tkt-72', 'TKT72', 'TKT-000072', '[TKT-000072]', 'Re: TKT-000072', 'Re: [#72] The printer', '٧٢', '７２', '退款', '返金', '환불', 'カード', 'café', 'cafe\u0301', 'ΣΊΣΥΦΟΣ', 'istanbul', 'İşç', 'a b cde', '100%', 'ada@example.com']
const settled = () => new Promise<void>((done) => { setImmediate(done) })

describe.each(FORMS)('%j', (typed) => {
  test('is sent by the console as typed, and the whole answer is shown', async () => {
    const clock = manualClock()
    const asked: (string | undefined)[] = []
    const inbox = createInbox({ identity: { id: ME }, session: { inbox: () => () => {} } }, {
      async allTickets(query) {
        asked.push(query.search)
        return { ok: true, value: { items: [{ ...staffTicket, archived_at: null, subject: 'something else', customer_email: null }], next_cursor: null } }
      },
    }, NO_FILTERS, clock)
    inbox.filter({ search: ` ${typed} ` })
    clock.pass(1_000)
    await settled()
    expect(asked.at(-1)).toBe(typed)
    expect(inbox.order.value).toEqual([staffTicket.id])
  })
  test('and by the customer', async () => {
    const clock = manualClock()
    const asked: (string | undefined)[] = []
    const found: CustomerView = { ...staffTicket, side: 'customer', archived_at: null, status: 'open', subject: 'something else', assignee_name: null }
    const client: TicketsClient = {
      rest: {
        ticket: async () => ({ ok: true, value: found }),
        ownUnread: async () => ({ ok: true, value: { tickets: 0, messages: 0 } }),
        async ownTickets(query) {
          asked.push(query.search)
          return { ok: true, value: { items: [found], next_cursor: null } }
        },
      },
      session: { subscribe: () => ({ again() {}, dispose() {} }) },
      connection: signal<SessionState>({ kind: 'off' }),
    }
    const tickets = createCustomerTickets(client, () => {}, clock, testPage().page)
    tickets.find(typed)
    clock.pass(1_000)
    await settled()
    expect(asked.at(-1)).toBe(typed)
    expect(tickets.shown.value.map((one) => one.id)).toEqual([found.id])
    tickets.dispose()
  })
})

describe('a search', () => {
  test('of a letter or two waits for more, and says so', () => {
    for (const text of ['a', 'ab', 'a b', 'é', '#', '\u200b', '  ']) expect(searchOf(text), text).toBe('')
    expect(isTooShort('ab')).toBe(true)
    expect(isTooShort(' ')).toBe(false)
  })
  test('of a pasted line is one line without control characters, no longer than the server accepts', () => {
    expect(searchOf('a\tbcd\u0000\u001be')).toBe('a bcde')
    const subject = `Re: ${'printer on fire '.repeat(12)}`
    expect(searchOf(subject).length).toBeLessThanOrEqual(LIMITS.search_chars_max)
    expect(subject.startsWith(`${searchOf(subject)} `)).toBe(true)
    expect(searchOf(`${subject}[TKT-000072]`)).toBe('TKT-000072')
    expect([...searchOf('🎉'.repeat(300))].length).toBe(LIMITS.search_chars_max)
  })
  test('that the server refuses says why at its field', () => {
    const problem = { status: 422, code: 'invalid_field' as const, title: 'search: needs a word of at least 3 characters', retry_after_ms: null, head: null }
    expect(refusedSearch(problem)).toBe('This value isn’t allowed.')
    expect(refusedSearch({ ...problem, title: 'search: needs a ticket number, or a word of at least 3 characters (2 of Korean)' })).toBe('Enter a ticket number or a word of at least 3 letters.')
    expect(refusedSearch({ ...problem, title: 'cursor: is not one' })).toBeNull()
    expect(refusedSearch(null)).toBeNull()
  })
})

test('a ticket number is found in any form', () => {
  for (const text of ['72', '#72', '# 72', 'tkt-72', 'TKT72', 'TKT-000072', '[TKT-000072]', 'Re: TKT-000072 printer', 'Re: [#72] printer', '٧٢', '７２', '＃７２', 'tkt 72']) expect(numberIn(text), text).toBe('TKT-000072')
  for (const text of ['', 'printer 7', 'a72', '0', 'TKT-', '#', '12345678901234']) expect(numberIn(text), text).toBeNull()
})

test('letters match however they are composed', () => {
  for (const [a, b] of [['café', 'cafe\u0301'], ['ΣΊΣΥΦΟΣ', 'σίσυφος'], ['ΛΌΓΟΣ', 'λόγος'], ['İstanbul', 'istanbul'], ['I\u0307stanbul', 'ISTANBUL'], ['ıslak', 'ISLAK'], ['Straße', 'STRASSE'], ['한글', '한글'.normalize('NFD')], ['Ж', 'ж'], ['οδός', 'ΟΔΟΣ'], ['ＰＡＹ', 'pay'], ['pay\u00ADment', 'Payment'], ['ᾧ', 'ΩΙ']] as const) expect(folded(a), `${a} ${b}`).toBe(folded(b))
})
