// Tests of which tickets belong to a list, and of how events change a ticket's fields.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { withEvent } from '../src/client/optimistic.ts'
import { matches, NO_FILTERS } from '../src/client/filters.ts'
import { decodeStaffPage } from '../src/protocol/decode-team.ts'
import type { StaffView } from '../src/protocol/model.ts'
import { messageEvent } from './help/sample.ts'

const samples: unknown = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../core/golden/rest.StaffTicketPage.json'), 'utf8'))
const found = (Array.isArray(samples) ? samples : [samples]).flatMap((sample) => decodeStaffPage(sample)?.items ?? [])[0]
if (found === undefined) throw new Error('no sample ticket')
const ticket: StaffView = { ...found, archived_at: null, status: 'in_progress', priority: 'high', category: 'billing', assigned_to: { id: 'me', name: 'Grace' }, subject: 'Invoice 07', customer_email: 'ada@example.com', seq: 10 }

describe('a pushed ticket belongs to the list', () => {
  test.each([
    [{ status: 'active' }, true], [{ status: 'in_progress' }, true], [{ status: 'closed' }, false],
    [{ category: 'billing' }, true], [{ category: 'general' }, false],
    [{ priority: 'high' }, true], [{ priority: 'low' }, false],
    [{ assigned_to: 'me' }, true], [{ assigned_to: 'nobody' }, false], [{ assigned_to: 'somebody' }, false],
    // Only the server can decide which tickets a search finds, so the client keeps every ticket.
    [{ search: 'printer' }, true],
  ])('under %o: %s', (filters, belongs) => {
    expect(matches(ticket, { ...NO_FILTERS, ...filters }, 'me')).toBe(belongs)
  })
  test('only when it is not archived', () => {
    expect(matches({ ...ticket, archived_at: 'now' }, NO_FILTERS, 'me')).toBe(false)
  })
})

describe('an event moves the facts', () => {
  test.each([
    ['status_changed', 'waiting_on_customer', { status: 'waiting_on_customer' }],
    ['resolved', null, { status: 'resolved' }],
    ['reopened', 'in_progress', { status: 'in_progress' }],
    ['reopened', null, { status: 'open' }],
    ['priority_changed', 'urgent', { priority: 'urgent' }],
    ['category_changed', 'nonsense', { category: 'billing' }],
  ] as const)('%s to %s', (kind, new_value, facts) => {
    expect(withEvent(ticket, messageEvent(11, { kind, new_value, message: null }))).toMatchObject({ ...facts, seq: 11 })
  })
  test('never backwards', () => {
    expect(withEvent(ticket, messageEvent(10, { kind: 'closed', message: null }))).toBe(ticket)
  })
})
