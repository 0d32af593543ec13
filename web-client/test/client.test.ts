// Tests of logic that the apps use, without a browser: sorted lists, the rendered part of a long list, saved replies, filters and search.

import { describe, expect, test } from 'vitest'
import { filtersOf, NO_FILTERS, queryOf, restQuery } from '../src/client/filters.ts'
import { filled, inserted, offered, slashed } from '../src/client/saved-replies.ts'
import { isTooShort, searchOf } from '../src/client/search.ts'
import { createSortedList, SORTS } from '../src/client/sorted-list.ts'
import type { StaffView } from '../src/protocol/model.ts'
import { windowOf } from '../src/ui/virtual.ts'
import { seeded } from './help/random.ts'
import { staffTicket } from './help/sample.ts'

const ticket = (n: number, at: number): StaffView => ({ ...staffTicket, id: `t${n}`, last_activity_at: new Date(at).toISOString(), created_at: new Date(n * 1_000).toISOString(), waiting_since: at % 3 === 0 ? null : new Date(at).toISOString() })

describe('a sorted list', () => {
  test.each(SORTS)('sorted by %s stays in order through any changes', (sort) => {
    for (let seed = 1; seed <= 20; seed++) {
      const roll = seeded(seed)
      const list = createSortedList<StaffView>(sort)
      const held = new Map<string, StaffView>()
      for (let step = 0; step < 300; step++) {
        const one = ticket(Math.floor(roll() * 60), Math.floor(roll() * 1_000_000))
        if (roll() < 0.2) { list.remove(one.id); held.delete(one.id) } else { list.put(one); held.set(one.id, one) }
      }
      const key = (id: string) => { const one = held.get(id); if (sort === 'waiting') return one?.waiting_since ?? '9999'; return sort === 'last_activity' ? one?.last_activity_at ?? '' : one?.created_at ?? '' }
      const keys = list.ids().map(key)
      expect(new Set(list.ids())).toEqual(new Set(held.keys()))
      expect(keys).toEqual(sort === 'oldest' || sort === 'waiting' ? keys.toSorted() : keys.toSorted().toReversed())
    }
  })
  test('returns the same list until something changes', () => {
    const list = createSortedList<StaffView>('created')
    list.put(ticket(1, 1))
    const before = list.ids()
    expect(list.ids()).toBe(before)
    list.put(ticket(2, 2))
    expect(before.length).toBe(1)
    expect(list.ids().length).toBe(2)
  })
})

describe('a window', () => {
  test('covers the visible rows, and its paddings stand for the rest', () => {
    const roll = seeded(7)
    const tops = [0]
    for (let n = 0; n < 5_000; n++) tops.push((tops.at(-1) ?? 0) + 20 + Math.floor(roll() * 200))
    const whole = tops.at(-1) ?? 0
    for (let n = 0; n < 200; n++) {
      const top = roll() * whole
      const { from, to, before_px, after_px } = windowOf(tops, top, top + 800)
      expect(tops[from] ?? 0).toBeLessThanOrEqual(top)
      expect(tops[to] ?? 0).toBeGreaterThanOrEqual(Math.min(top + 800, whole))
      expect(before_px + ((tops[to] ?? 0) - (tops[from] ?? 0)) + after_px).toBe(whole)
      expect(to - from).toBeLessThan(200)
    }
  })
})

describe('saved replies', () => {
  const reply = (shortcut: string, title: string) => ({ id: shortcut, shortcut, title, body: 'Dear {{customer_name}} of {{ ticket_number }}: {{nobody_knows}}', updated_at: '' })
  test('begin where a word begins with a slash', () => {
    expect(['/he', 'Hello /he', 'a/b', 'http://x', '/', 'x\n/y', '/he llo'].map(slashed)).toEqual(['he', 'he', null, null, '', 'y', null])
  })
  test('are offered by shortcut first, then by title', () => {
    expect(offered([reply('zoo', 'A greeting'), reply('greet', 'Hi')], 'gre').map((one) => one.shortcut)).toEqual(['greet', 'zoo'])
  })
  test('replace the slash word, with variables filled, unknown ones left visible, and dollar signs left alone', () => {
    const filledBody = filled(reply('a', 'b').body, { ...staffTicket, customer_name: 'Ada $1', ticket_number: 'TKT-000001' }, 'Grace')
    expect(inserted('Well, /he', filledBody)).toBe('Well, Dear Ada $1 of TKT-000001: {{nobody_knows}}')
  })
})

describe('views and filters', () => {
  test('survive the address bar', () => {
    const filters = { ...NO_FILTERS, view: 'urgent' as const, status: 'open', search: 'a b', sort: 'oldest' as const }
    expect(filtersOf(queryOf(filters))).toEqual(filters)
    expect(queryOf(NO_FILTERS).toString()).toBe('')
    expect(filtersOf(new URLSearchParams('view=nonsense&sort=nonsense'))).toEqual(NO_FILTERS)
  })
  test.each([
    ['mine', { tab: 'active', assigned_to: 'me' }], ['unassigned', { tab: 'active', assigned_to: 'nobody' }], ['all', { tab: 'active' }],
    ['urgent', { tab: 'active', priority: 'urgent' }], ['resolved', { status: ['resolved'] }], ['closed', { status: ['closed'] }],
  ] as const)('%s asks the server for %o', (view, query) => {
    expect(restQuery({ ...NO_FILTERS, view })).toEqual(query)
  })
})

describe('a search', () => {
  test('is not sent to the server before it has a word that is long enough', () => {
    expect(['', 'a', 'ab', 'ab cd', 'abc', 'ab cde', ' 打印 ', '打印机', 'tkt-3', '🎉🎉'].map(searchOf)).toEqual(['', '', '', '', 'abc', 'ab cde', '打印', '打印机', 'tkt-3', ''])
    expect(restQuery({ ...NO_FILTERS, search: 'ab' })).toEqual({ tab: 'active', needs_answer: true, sort: 'waiting' })
    expect(restQuery({ ...NO_FILTERS, search: 'abc' })).toEqual({ search: 'abc' })
    expect([isTooShort('ab'), isTooShort(' '), isTooShort('abc')]).toEqual([true, false, false])
  })
})
