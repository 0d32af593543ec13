// Tests that sending a new ticket creates exactly one ticket even if the response is lost, and that two forms of one person share one text.

import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { memoryStorage } from '../src/client/browser.ts'
import { createOnce } from '../src/client/open-once.ts'
import { afterSent, faultsOf, keptTicketDraft, type TicketDraft } from '../src/client/ticket-draft.ts'
import type { KeyValue } from '../src/outbox/store.ts'
import type { Opened } from '../src/protocol/decode-first.ts'
import { LIMITS, type CustomerTicket, type NewTicket, type Status } from '../src/protocol/generated.ts'
import type { Result } from '../src/rest/request.ts'
import { staffTicket } from './help/sample.ts'

const before = Object.getOwnPropertyDescriptor(globalThis, 'localStorage')
let storage: KeyValue = memoryStorage()
const device = () => { storage = memoryStorage() }
beforeEach(() => {
  device()
  Object.defineProperty(globalThis, 'localStorage', { configurable: true, get: () => storage })
})
afterAll(() => {
  if (before === undefined) Reflect.deleteProperty(globalThis, 'localStorage')
  else Object.defineProperty(globalThis, 'localStorage', before)
})

const TICKET: NewTicket = { subject: 'The printer', category: 'general', priority: 'medium', description: 'It burns.' }
const NOON = Date.UTC(2026, 10, 26, 12)

/**
 * A simulated server that stores each ticket by its idempotency key. While `cut` is on, the server stores tickets but its responses are
 * lost.
 */
function server() {
  const opened = new Map<string, { readonly content: string; readonly number: string }>()
  const closed = new Set<string>()
  let isCut = false
  return {
    opened,
    closed,
    cut: (on: boolean) => { isCut = on },
    async createTicket(ticket: NewTicket, key: string): Promise<Result<CustomerTicket>> {
      const content = JSON.stringify(ticket)
      const known = opened.get(key) ?? { content, number: `TKT-${opened.size + 1}` }
      opened.set(key, known)
      const problem = (code: 'unreachable' | 'key_reused') => ({ ok: false as const, problem: { status: 0, code, title: '', retry_after_ms: null, head: null } })
      if (isCut) return problem('unreachable')
      if (known.content !== content) return problem('key_reused')
      const status: Status = closed.has(known.number) ? 'closed' : 'open'
      return { ok: true, value: { ...staffTicket, assignee_name: null, ticket_number: known.number, status } }
    },
  }
}
const numberOf = (result: Result<Opened>) => (result.ok ? result.value.ticket_number : result.problem.code)

describe('a ticket whose answer was lost', () => {
  test.each([
    ['sent again from the same form', () => {}],
    ['sent again on another device with the same text', device],
  ])('is one ticket: %s', async (_, between) => {
    const rest = server()
    rest.cut(true)
    expect(numberOf(await createOnce(rest, 'ada', TICKET, NOON))).toBe('unreachable')
    rest.cut(false)
    between()
    expect(numberOf(await createOnce(rest, 'ada', TICKET, NOON + 600_000))).toBe('TKT-1')
    expect(rest.opened.size).toBe(1)
  })
  test('and is one even days later, from the device that sent it', async () => {
    const rest = server()
    rest.cut(true)
    await createOnce(rest, 'ada', TICKET, NOON)
    rest.cut(false)
    await createOnce(rest, 'ada', TICKET, NOON + 5 * 86_400_000)
    expect(rest.opened.size).toBe(1)
  })
  test('two tabs that send at once open one', async () => {
    const rest = server()
    expect(await Promise.all([createOnce(rest, 'ada', TICKET, NOON), createOnce(rest, 'ada', TICKET, NOON)]).then((all) => all.map(numberOf))).toEqual(['TKT-1', 'TKT-1'])
  })
})

describe('the same words written again on purpose are another ticket', () => {
  test('after the first was opened from here, and on the next day', async () => {
    const rest = server()
    for (const at of [NOON, NOON + 1_000, NOON + 2_000, NOON + 86_400_000]) await createOnce(rest, 'ada', TICKET, at)
    expect(rest.opened.size).toBe(4)
  })
  test('on another device when the first ticket has ended', async () => {
    const rest = server()
    await createOnce(rest, 'ada', TICKET, NOON)
    rest.closed.add('TKT-1')
    device()
    expect(numberOf(await createOnce(rest, 'ada', TICKET, NOON))).toBe('TKT-2')
  })
  test('from another person, and with any other word', async () => {
    const rest = server()
    await createOnce(rest, 'ada', TICKET, NOON)
    device()
    await createOnce(rest, 'carl', TICKET, NOON)
    await createOnce(rest, 'ada', { ...TICKET, priority: 'high' }, NOON)
    await createOnce(rest, 'ada', { ...TICKET, description: 'It burns!' }, NOON)
    expect(rest.opened.size).toBe(4)
  })
  test('the keys of many texts differ, and are valid for the server', async () => {
    const rest = server()
    for (let n = 0; n < 2_000; n++) await createOnce(rest, 'ada', { ...TICKET, description: `It burns ${n}` }, NOON)
    expect(rest.opened.size).toBe(2_000)
    for (const key of rest.opened.keys()) expect(key).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('two forms of one person', () => {
  const text = (subject: string, description = ''): TicketDraft => ({ subject, description, category: 'general', priority: 'medium' })
  test('a text from the other form is stored already: it is not written again', () => {
    const [a, b] = [keptTicketDraft('ada'), keptTicketDraft('ada')]
    a.write({ ...a.first, subject: 'The printer' })
    const there = b.meet(b.first)
    expect(there.subject).toBe('The printer')
    expect(b.isKept(there)).toBe(true)
    a.write({ ...a.first, subject: 'The printer burns' })
    const both = b.meet({ ...there, description: 'It burns.' })
    expect(both).toMatchObject({ subject: 'The printer burns', description: 'It burns.' })
    expect(b.isKept(both)).toBe(false)
  })

  test('a text sent in one form is not offered again in the other', () => {
    const [a, b] = [keptTicketDraft('ada'), keptTicketDraft('ada')]
    a.write(text('s', 'd'))
    const shown = b.meet(b.first)
    expect(shown).toMatchObject({ subject: 's', description: 'd' })
    a.write(text('', ''))
    expect(b.meet(shown)).toMatchObject({ subject: '', description: '' })
  })
  test('neither form erases the other’s text', () => {
    const [a, b] = [keptTicketDraft('ada'), keptTicketDraft('ada')]
    a.write(text('s', 'from a'))
    const met = b.meet(text('', 'from b'))
    expect(met.subject).toBe('s')
    expect(met.description).toContain('from a')
    expect(met.description).toContain('from b')
  })
  test('text written during a send is not lost', () => {
    const sent = text('s', 'd')
    expect(afterSent(sent, text('s', 'd'))).toEqual(text(''))
    expect(afterSent(text('s', 'd, and more'), sent)).toEqual(text('s', 'd, and more'))
    const [a, b] = [keptTicketDraft('ada'), keptTicketDraft('ada')]
    a.write(sent)
    b.write(text('s', 'd, and more'))
    expect(afterSent(a.meet(sent), sent).description).toBe('d, and more')
  })
  test('nothing happens without a change of the storage', () => {
    const a = keptTicketDraft('ada')
    const draft = text('s')
    a.write(draft)
    expect(a.meet(draft)).toBe(draft)
  })
})

describe('a fault names its field', () => {
  test.each([
    [{ subject: '\u200b', description: 'd' }, 'missing', undefined],
    [{ subject: 's', description: '\u2060\u0000' }, undefined, 'missing'],
    [{ subject: 'x'.repeat(LIMITS.subject_chars_max + 3), description: 'd' }, 'long', undefined],
    [{ subject: '🎉'.repeat(LIMITS.subject_chars_max), description: 'd' }, undefined, undefined],
    [{ subject: ' a\tb ', description: 'é'.repeat(LIMITS.body_bytes_max / 2 + 1) }, undefined, 'long'],
  ])('%#', (part, subject, description) => {
    const faults = faultsOf({ category: 'general', priority: 'low', ...part })
    expect([faults.subject?.kind, faults.description?.kind]).toEqual([subject, description])
  })
})
