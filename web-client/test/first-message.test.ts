// Tests of a conversation's first message: its subject, how it is stored, and what happens when it is sent.

import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { memoryStorage } from '../src/client/browser.ts'
import { derivedSubject } from '../src/client/derived-subject.ts'
import { createFirstMessage } from '../src/client/first-message.ts'
import { isOthersPlace, keptPlace } from '../src/client/kept-place.ts'
import { firstTicketOf } from '../src/client/open-once.ts'
import { sendFirst } from '../src/client/send-first.ts'
import type { TicketDraft } from '../src/client/ticket-draft.ts'
import { tProblem } from '../src/locales/index.ts'

const before = ['localStorage', 'sessionStorage', 'addEventListener', 'removeEventListener', 'navigator'].map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const)
const heard = new Map<string, () => void>()
const device = { onLine: true }
beforeEach(() => {
  heard.clear()
  device.onLine = true
  for (const [name, value] of [['localStorage', memoryStorage()], ['sessionStorage', memoryStorage()], ['addEventListener', (type: string, call: () => void) => heard.set(type, call)], ['removeEventListener', (type: string) => heard.delete(type)], ['navigator', device]] as const) Object.defineProperty(globalThis, name, { configurable: true, value })
})
afterAll(() => {
  for (const [name, was] of before) {
    if (was === undefined) Reflect.deleteProperty(globalThis, name)
    else Object.defineProperty(globalThis, name, was)
  }
})

const opened = async () => ({ ok: true as const, value: { ticket_number: 'TKT-000007', status: 'open' as const } })

test('a subject is the first line, cut at a word, never inside a grapheme', () => {
  expect(derivedSubject('\n \nThe invoice is wrong.\nCan you change it?')).toBe('The invoice is wrong.')
  const long = derivedSubject('The printer on the second floor prints every page twice and then says that it has no paper left')
  expect(long).toBe('The printer on the second floor prints every page twice and then says that it…')
  for (const sign of ['👩‍👩‍👧‍👦', '退', 'é']) {
    const cut = derivedSubject(sign.repeat(100))
    expect([...cut].length).toBeLessThanOrEqual(80)
    expect(cut.replace('…', '').replaceAll(sign, '')).toBe('')
  }
})

test('missing fields are filled in for a desk that cannot derive them, and left out for one that can', async () => {
  const draft: TicketDraft = { subject: '', category: 'general', priority: 'medium', description: 'It burns.' }
  expect(await firstTicketOf(draft, false)).toEqual({ subject: 'It burns.', category: 'general', priority: 'medium', description: 'It burns.' })
  expect(await firstTicketOf(draft, true)).toEqual({ description: 'It burns.' })
  expect(await firstTicketOf({ ...draft, category: 'billing' }, true)).toEqual({ description: 'It burns.', category: 'billing' })
})

test('a text is kept across pages until it is a ticket; a text from the host is added after it, once', async () => {
  const first = createFirstMessage('ada', opened)
  first.write('Mine.')
  first.offer('Theirs.')
  first.offer('Theirs.')
  first.dispose()
  const again = createFirstMessage('ada', opened)
  expect(again.draft.value.description).toBe('Mine.\n\nTheirs.')
  expect(createFirstMessage('bob', opened).draft.value.description).toBe('')
  expect(await again.send()).toBe('TKT-000007')
  expect(again.state.value).toEqual({ kind: 'sent', text: 'Mine.\n\nTheirs.', number: 'TKT-000007' })
  expect(createFirstMessage('ada', opened).draft.value.description).toBe('')
})

test('a text that cannot be sent stays, with the reason, and is not sent twice at once', async () => {
  let answer = (): Promise<null> => Promise.reject(new Error('no network'))
  let sent = 0
  const first = createFirstMessage('ada', () => { sent++; return answer() })
  expect(await first.send(), 'nothing is written').toBeNull()
  first.write('Hello')
  const both = [first.send(), first.send()]
  expect(await Promise.all(both)).toEqual([null, null])
  expect(sent).toBe(1)
  expect(first.state.value).toMatchObject({ kind: 'writing', problem: { code: 'unreachable' } })
  expect(first.draft.value.description).toBe('Hello')
  heard.get('online')?.()
  expect(first.state.value, 'it can be tried again').toEqual({ kind: 'writing', problem: null })
  device.onLine = false
  heard.get('offline')?.()
  expect(first.isOffline.value).toBe(true)
  answer = () => Promise.resolve(null)
  first.write(' \n ')
  expect(first.isSendable()).toBe(false)
})

test('a kept place belongs to one person: those of others are forgotten', () => {
  keptPlace('ada').keep({ rest: 'TKT-000001', top: 40 })
  expect(keptPlace('ada').now()).toEqual({ rest: 'TKT-000001', tab: 'active', top: 40 })
  expect([isOthersPlace('ada'), isOthersPlace('bob'), isOthersPlace(null)]).toEqual([false, true, true])
  expect(keptPlace('bob').now().rest).toBe('')
  expect(keptPlace('ada').now().rest).toBe('')
})

test('the reason for refusing a field is a sentence, which is loaded with the refusal', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ features: [] })))
  const problem = { status: 422, code: 'invalid_field' as const, title: 'description: is too long', retry_after_ms: null, head: null }
  expect(tProblem(problem), 'before').not.toContain('too long')
  const result = await sendFirst({ createTicket: () => Promise.resolve({ ok: false, problem }) }, 'u1', { subject: '', category: 'general', priority: 'medium', description: 'It burns.' })
  vi.unstubAllGlobals()
  expect(result).toEqual({ ok: false, problem })
  expect(tProblem(problem)).toBe('What happened?: This is too long.')
})
