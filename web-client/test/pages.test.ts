// Tests of lists that are loaded page by page: holding the list still, retries, and a change of the query while a page is loading.

import { describe, expect, test, vi } from 'vitest'
import { NO_FILTERS } from '../src/client/filters.ts'
import { createHeldList } from '../src/client/held-list.ts'
import { createInbox } from '../src/client/inbox.ts'
import { createPagedTickets } from '../src/client/paged-tickets.ts'
import { createSortedList } from '../src/client/sorted-list.ts'
import type { Page, StaffView } from '../src/protocol/model.ts'
import type { TicketQuery } from '../src/rest/client.ts'
import type { Result } from '../src/rest/request.ts'
import { staffTicket } from './help/sample.ts'
import { manualClock, ME, stamp, ticketServer } from './help/ticket-server.ts'

const ticket = (id: string, at: number, more: Partial<StaffView> = {}): StaffView => ({ ...staffTicket, id, status: 'open', archived_at: null, assigned_to: null, seq: 1, read_seq: 0, created_at: stamp(at), last_activity_at: stamp(at), ...more })
const settled = () => new Promise<void>((done) => { setImmediate(done) })

describe('a sorted list orders as the server does', () => {
  test('times with and without a fraction, and equal times by id, in the direction of the order', () => {
    // The server omits the fraction of a second if it is zero. Compared as text, a time without a fraction would be sorted incorrectly.
    const all = [ticket('a', 2_000_000), ticket('b', 2_500_000), ticket('c', 2_500_001), ticket('d', 2_000_000), ticket('e', 1_999_999)]
    const sorted = (sort: 'created' | 'oldest') => {
      const list = createSortedList<StaffView>(sort)
      for (const one of all) list.put(one)
      return list.ids().join('')
    }
    expect(sorted('oldest')).toBe('eadbc')
    expect(sorted('created')).toBe('cbdae')
  })
  test('returns the ids between two places, even if no ticket is there any longer', () => {
    const list = createSortedList<StaffView>('oldest')
    for (const n of [1, 2, 4, 5]) list.put(ticket(String(n), n))
    expect(list.between(null, ticket('3', 3))).toEqual(['1', '2'])
    expect(list.between(ticket('2', 2), ticket('5', 5))).toEqual(['4', '5'])
    expect(list.between(ticket('3', 3), null)).toEqual(['4', '5'])
  })
})

describe('a held list', () => {
  const held = () => {
    const list = createHeldList<StaffView>(createSortedList('last_activity'), false)
    for (const n of [3, 2, 1]) list.put(ticket(String(n), n))
    list.hold(true)
    return list
  }
  test('counts tickets that are shown elsewhere than their real place, until they are back', () => {
    const list = held()
    list.put(ticket('4', 4))
    list.put(ticket('1', 9))
    list.remove('2', ticket('2', 2, { status: 'closed', seq: 2 }))
    expect([list.shown().join(''), list.count()]).toEqual(['321', 3])
    expect(list.look('2')?.status, 'the newest facts, also of one that has left').toBe('closed')
    list.remove('4')
    list.put(ticket('1', 1))
    list.put(ticket('2', 2))
    expect([list.shown().join(''), list.count()]).toEqual(['321', 0])
  })
  test('shows new pages after the last row, each ticket once', () => {
    const list = held()
    for (const n of [0.5, 0.4]) list.put(ticket(String(n), n))
    expect([list.shown().length, list.count()]).toEqual([3, 2])
    list.append(['1', '0.5', '0.4'])
    expect([list.shown(), list.count()]).toEqual([['3', '2', '1', '0.5', '0.4'], 0])
    list.put(ticket('0.5', 8))
    expect(list.count()).toBe(1)
    list.release()
    expect(list.shown()[0]).toBe('0.5')
  })
  test('shows everything while it is empty', () => {
    const list = createHeldList<StaffView>(createSortedList('last_activity'), true)
    list.put(ticket('1', 1))
    expect([list.shown(), list.count()]).toEqual([['1'], 0])
    list.put(ticket('2', 2))
    expect([list.shown(), list.count()]).toEqual([['1'], 1])
  })
})

/** A list whose requests the test answers. */
function asked() {
  const clock = manualClock()
  const requests: { readonly limit: number; readonly cursor?: string; readonly answer: (result: Result<Page<StaffView>>) => Promise<void> }[] = []
  const list = createPagedTickets<StaffView, ReturnType<typeof createSortedList<StaffView>>>({
    load: (range) => new Promise((resolve) => { requests.push({ ...range, answer: async (result) => { resolve(result); await settled() } }) }),
    judge: () => 'in',
    list: (sort) => createSortedList<StaffView>(sort),
    shown: (rows) => rows.ids(),
    added() {},
    clock,
  })
  const page = (from: number, to: number, next: string | null): Result<Page<StaffView>> => ({ ok: true, value: { items: Array.from({ length: to - from }, (_, n) => ticket(`t${from + n}`, 1_000 - from - n)), next_cursor: next } })
  const refused = (code: 'unreachable' | 'invalid_field' | 'rate_limited', retry_after_ms: number | null = null): Result<Page<StaffView>> => ({ ok: false, problem: { status: 0, code, title: '', retry_after_ms, head: null } })
  list.begin('last_activity', [], 0, false)
  clock.pass(0)
  return { list, clock, requests, page, refused }
}

describe('pages', () => {
  test('are loaded one by one, as far as rows are in view, even if one of them adds none', async () => {
    const { list, requests, page } = asked()
    list.want(60)
    await requests[0]?.answer(page(0, 50, 'a'))
    expect(requests[1]?.cursor).toBe('a')
    // While the second page is loading, all its tickets move up into the first page.
    list.heard(Array.from({ length: 50 }, (_, n) => ticket(`t${50 + n}`, 5_000 + n, { seq: 2 })))
    await requests[1]?.answer(page(50, 100, 'b'))
    expect(list.order.value.length).toBe(100)
    expect(requests.length, 'a hundred rows are more than sixty').toBe(2)
    list.want(130)
    await requests[2]?.answer({ ok: true, value: { items: [], next_cursor: 'c' } })
    await requests[3]?.answer(page(100, 120, null))
    expect([requests.length, list.order.value.length, list.more.value]).toEqual([4, 120, false])
  })
  test('failed ones are retried by hand, and automatically where that may help', async () => {
    const { list, clock, requests, page, refused } = asked()
    list.want(60)
    await requests[0]?.answer(page(0, 50, 'a'))
    await requests[1]?.answer(refused('unreachable'))
    expect([list.problem.value?.code, list.order.value.length]).toEqual(['unreachable', 50])
    list.want(80)
    expect(requests.length, 'scrolling on asks nothing of a failing server').toBe(2)
    clock.pass(3_000)
    expect(requests[2]?.cursor).toBe('a')
    await requests[2]?.answer(refused('rate_limited', 60_000))
    clock.pass(59_000)
    expect(requests.length, 'not before the server said').toBe(3)
    list.retry()
    await requests[3]?.answer(refused('invalid_field'))
    clock.pass(1e9)
    expect(requests.length, 'asking again would not help').toBe(4)
    // The retry must also work if the reader has scrolled up since the request failed.
    list.want(20)
    list.retry()
    await requests[4]?.answer(page(50, 70, null))
    expect([list.problem.value, list.order.value.length]).toEqual([null, 70])
  })
  test('are all re-read after a time without pushes, in larger parts, and tickets that are gone disappear', async () => {
    const { list, requests, page } = asked()
    list.want(160)
    await requests[0]?.answer(page(0, 50, 'a'))
    await requests[1]?.answer(page(50, 100, 'b'))
    await requests[2]?.answer(page(100, 160, 'c'))
    list.reload()
    expect([requests[3]?.cursor, requests[3]?.limit]).toEqual([undefined, 100])
    await requests[3]?.answer(page(10, 110, 'd'))
    expect(list.order.value.length, 'what is behind the part stays until it is read').toBe(150)
    await requests[4]?.answer(page(120, 200, 'e'))
    expect(list.order.value.length).toBe(180)
    expect([list.order.value[0], list.order.value[100], list.order.value.at(-1)]).toEqual(['t10', 't120', 't199'])
    expect([requests.length, list.more.value]).toEqual([5, true])
  })
  test('of an earlier query are discarded, however late they arrive', async () => {
    const { list, clock, requests, page } = asked()
    list.begin('last_activity', [], 200, false)
    await requests[0]?.answer(page(0, 50, 'a'))
    expect([list.order.value.length, list.loaded.value]).toEqual([0, false])
    clock.pass(200)
    await requests[1]?.answer(page(7, 9, null))
    expect([list.order.value, list.more.value]).toEqual([['t7', 't8'], false])
  })
  test('after a restore replace known rows, although their sequence numbers are lower', async () => {
    const { list, requests, page } = asked()
    await requests[0]?.answer(page(0, 2, null))
    list.heard([ticket('t0', 1_000, { seq: 9, subject: 'before the restore' })])
    list.reload()
    await requests[1]?.answer(page(0, 2, null))
    expect(list.list().get('t0')?.seq).toBe(1)
  })
})

describe("the console's list", () => {
  const start = (filters = NO_FILTERS) => {
    const clock = manualClock()
    const server = ticketServer(() => 0.4)
    const queries: TicketQuery[] = []
    const answers: ((result: Result<Page<StaffView>>) => void)[] = []
    const inbox = createInbox(server.client, { allTickets: (query) => { queries.push(query); return new Promise((resolve) => { answers.push(resolve) }) } }, filters, clock)
    server.connect()
    server.watch()
    const answer = async (result: readonly StaffView[] | 'refused') => {
      answers.shift()?.(result === 'refused' ? { ok: false, problem: { status: 422, code: 'invalid_field', title: '', retry_after_ms: null, head: null } } : { ok: true, value: { items: result, next_cursor: null } })
      await settled()
    }
    return { inbox, clock, queries, answer }
  }
  test('shows what a search found, regardless of the subject, and drops the previous rows if the search is refused', async () => {
    const { inbox, clock, queries, answer } = start()
    await answer([ticket('a', 2, { subject: 'anything' }), ticket('b', 1)])
    inbox.filter({ search: 'tkt-40' })
    expect(inbox.order.value, 'until the answer is there').toEqual(['a', 'b'])
    clock.pass(200)
    expect(queries.at(-1)?.search).toBe('tkt-40')
    await answer([ticket('a', 2, { subject: 'anything' })])
    expect(inbox.order.value).toEqual(['a'])
    inbox.take(ticket('a', 3, { subject: 'anything else', seq: 2 }))
    expect(inbox.order.value, 'and after a change').toEqual(['a'])
    inbox.filter({ search: 'ab' })
    clock.pass(200)
    await answer('refused')
    expect([inbox.order.value, inbox.problem.value?.code]).toEqual([[], 'invalid_field'])
  })
  test('keeps a row that the server lists under a filter, even if this client would decide otherwise', async () => {
    const { inbox, answer } = start({ ...NO_FILTERS, view: 'unassigned' })
    const left = ticket('a', 1, { assigned_to: { id: 'left-the-team', name: 'Alan' } })
    await answer([left])
    inbox.take({ ...left, seq: 2, last_activity_at: stamp(5) })
    expect(inbox.order.value).toEqual(['a'])
    inbox.take({ ...left, seq: 3, assigned_to: { id: ME, name: 'Grace' } })
    expect(inbox.order.value).toEqual([])
  })
  test('shows all known matches of another filter at once, held or not', async () => {
    const { inbox, answer } = start()
    await answer([ticket('a', 3, { priority: 'urgent' }), ticket('b', 2, { priority: 'low' }), ticket('c', 1, { priority: 'urgent' })])
    inbox.hold(true)
    inbox.filter({ view: 'urgent' })
    expect(inbox.order.value).toEqual(['a', 'c'])
    expect(inbox.loaded.value).toBe(false)
  })
  test('counts the open ticket as read, even if a page brings it', async () => {
    vi.stubGlobal('document', { visibilityState: 'visible' })
    const { inbox, answer } = start()
    inbox.setOpen('a')
    await answer([ticket('a', 1, { seq: 7, read_seq: 2 }), ticket('b', 1, { seq: 7, read_seq: 2 })])
    expect(['a', 'b'].map((id) => inbox.ticket(id)?.read_seq)).toEqual([7, 2])
    vi.unstubAllGlobals()
  })
})
