// Tests of the person who uses the widget. The code that shows tickets is loaded only for people who have tickets, and a failed load is
// retried.

import { afterEach, expect, test } from 'vitest'
import { memoryStorage } from '../src/client/browser.ts'
import { createPerson, type Joining } from '../src/client/person.ts'
import { isUnfolded } from '../src/client/visibility.ts'
import { settled, testPage } from './help/page.ts'
import { manualClock } from './help/ticket-server.ts'

afterEach(() => { isUnfolded.value = true })

async function arrived({ storage = memoryStorage(), tickets = 0, reachable = true } = {}) {
  const desk = { tickets, reachable, fetched: 0, isBroken: false, disposed: 0 }
  const browser = testPage({
    answer: () => (desk.reachable ? { body: { tickets: Array.from({ length: desk.tickets }, () => ({})) } } : null),
  })
  const time = manualClock()
  const joining: Joining[] = []
  const load = async () => {
    desk.fetched++
    if (desk.isBroken) throw new Error('not fetched')
    return { join: (who: Joining) => { joining.push(who); return { dispose: () => { desk.disposed++ } } } }
  }
  const who = { identity: { id: 'ada', name: 'Ada', role: null }, tokens: () => Promise.resolve({ token: 'token', expires_at: null }), left() {} }
  const person = createPerson(who, load, storage, time, browser.page)
  await settled()
  return { person, desk, browser, time, storage, joining }
}

test('a person without tickets is new, and nothing more is loaded', async () => {
  const { person, desk, browser } = await arrived()
  expect([person.stand.value, desk.fetched]).toEqual(['new', 0])
  expect(browser.requests).toHaveLength(1)
})

test('a person with tickets is joined, and on the next page without asking the desk', async () => {
  const { person, storage, joining } = await arrived({ tickets: 1 })
  expect([person.stand.value, joining.length]).toEqual(['joined', 1])
  const next = await arrived({ storage, reachable: false })
  expect([next.person.stand.value, next.browser.requests]).toEqual(['joined', []])
})

test('a message that waits to be sent is reason enough to join', async () => {
  const storage = memoryStorage()
  storage.setItem('helpline.outbox.carl.1', '{}')
  expect((await arrived({ storage })).person.stand.value).toBe('new')
  storage.setItem('helpline.outbox.ada.1', '{}')
  expect((await arrived({ storage })).person.stand.value).toBe('joined')
})

test('an unreachable desk is reported in place of the tickets', async () => {
  expect((await arrived({ reachable: false })).person.stand.value).toBe('joined')
})

test('for a new person, tickets are checked every minute while visible, and when the widget is opened', async () => {
  const { person, desk, browser, time } = await arrived()
  browser.document.visibilityState = 'hidden'
  time.pass(60_000)
  await settled()
  expect(browser.requests).toHaveLength(1)
  browser.document.visibilityState = 'visible'
  time.pass(60_000)
  await settled()
  expect(browser.requests).toHaveLength(2)
  isUnfolded.value = false
  desk.tickets = 1
  isUnfolded.value = true
  await settled()
  expect([browser.requests.length, person.stand.value]).toEqual([3, 'joined'])
  time.pass(600_000)
  await settled()
  expect(browser.requests, 'no more').toHaveLength(3)
})

test('a ticket or message from another tab joins this one', async () => {
  for (const [name, value] of [['helpline.text.ada.has-tickets', 'yes'], ['helpline.outbox.ada.1', '{}']] as const) {
    const { person, browser, storage } = await arrived()
    browser.fire('storage')
    await settled()
    expect(person.stand.value).toBe('new')
    storage.setItem(name, value)
    browser.fire('storage')
    await settled()
    expect(person.stand.value, name).toBe('joined')
  }
})

test('a failed load is retried, automatically and on request', async () => {
  const { person, desk, time } = await arrived()
  desk.isBroken = true
  person.opened()
  await settled()
  expect([person.stand.value, desk.fetched]).toEqual(['failed', 1])
  time.pass(3_000)
  await settled()
  expect([person.stand.value, desk.fetched]).toEqual(['failed', 2])
  desk.isBroken = false
  person.join()
  await settled()
  expect([person.stand.value, desk.fetched]).toEqual(['joined', 3])
  time.pass(3_000)
  await settled()
  expect(desk.fetched, 'once').toBe(3)
})

test('once disposed, it sends no request, handles no event and has no timer', async () => {
  const { person, desk, browser, time } = await arrived({ tickets: 1 })
  person.dispose()
  expect([desk.disposed, browser.listening(), time.next()]).toEqual([1, 0, null])
})
