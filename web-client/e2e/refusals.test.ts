// Browser tests of messages and changes that the server refuses. The author sees the refusal on every screen of the app, and no refused
// message is lost.

import type { BrowserContext, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openTicket, people, say, TEAM, unique, visit, watch, withBrowser, type People } from './help.ts'
import { cookieOf, HOST, withHost } from './host.ts'

const context = withBrowser()
withHost()
let who: People
beforeAll(async () => { who = await people() })
const row = (number: string, more = '') => id(T.ticketRow, `[data-number="${number}"]${more}`)

/** Replies with an error to each WebSocket frame of one type, as long as `isRefusing` is true. */
async function refusing(place: BrowserContext, type: string, code: string) {
  const state = { isRefusing: true, seen: [] as string[] }
  await place.routeWebSocket(/\/v1\/ws/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((text) => {
      const frame: { type?: string; id?: number } = JSON.parse(String(text))
      state.seen.push(String(text))
      if (state.isRefusing && frame.type === type) socket.send(JSON.stringify({ type: 'error', id: frame.id, code, message: 'not now', fatal: false }))
      else server.send(text)
    })
    server.onMessage((text) => socket.send(text))
  })
  return state
}

test('a message refused after its author moved on is reported in a notification, above the page and on the row, each with a link', async () => {
  const word = unique('gone')
  const [one, two] = [await openTicket(who.customer, { subject: word }), await openTicket(who.customer, { subject: word })]
  const place = await context()
  const state = await refusing(place, 'send', 'ticket_closed')
  state.isRefusing = false
  const { page } = await visit(place, TEAM, `/admin/support/${one.number}?search=${word}`, who.agent)
  await message(page, 'Something happened.').waitFor()
  await place.setOffline(true)
  await page.evaluate(() => dispatchEvent(new Event('offline')))
  await say(page, 'an answer that nobody gets')
  await page.locator(row(one.number)).locator(id(T.rowUnsent, '[data-state="waiting"]')).waitFor()
  await page.locator(row(two.number)).click()
  await page.locator(id(T.ticket, `[data-number="${one.number}"]`)).waitFor({ state: 'detached' })
  state.isRefusing = true
  await place.setOffline(false)
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await page.locator(id(T.toast)).filter({ hasText: one.number }).waitFor()
  await page.locator(row(one.number)).locator(id(T.rowUnsent, '[data-state="refused"]')).waitFor()
  const tray = page.locator(id(T.unsent, '[data-refused="1"]')).filter({ hasText: 'an answer that nobody gets' })
  await tray.waitFor()
  await page.reload()
  await page.locator(id(T.page, '[data-live="true"]')).waitFor()
  await tray.locator(id(T.unsentOpen)).click()
  await message(page, 'an answer that nobody gets', 'refused').waitFor()
  expect(await page.locator(id(T.unsent)).count(), 'the open ticket shows its own').toBe(0)
  state.isRefusing = false
  await page.locator(id(T.messageRetry)).click()
  await message(page, 'an answer that nobody gets', 'stored').waitFor()
  expect(await page.locator(id(T.rowUnsent)).count()).toBe(0)
})

test('a customer is told of such a refusal too', async () => {
  const [one, two] = [await openTicket(who.customer), await openTicket(who.customer)]
  const place = await context()
  const state = await refusing(place, 'send', 'ticket_closed')
  const { page } = await visit(place, CUSTOMERS, `/support/${one.number}`, who.customer)
  await say(page, 'lost words')
  await message(page, 'lost words', 'refused').waitFor()
  await page.locator(row(two.number)).click()
  await page.locator(id(T.unsent)).filter({ hasText: one.number }).locator(id(T.unsentOpen)).click()
  await page.locator(id(T.ticket, `[data-number="${one.number}"]`)).waitFor()
  await page.locator(id(T.messageDiscard)).click()
  await page.locator(row(two.number)).click()
  await page.locator(id(T.ticket, `[data-number="${two.number}"]`)).waitFor()
  expect(await page.locator(id(T.unsent)).count()).toBe(0)
  expect(state.isRefusing).toBe(true)
})

test('a list whose watch is refused does not count as live, and does once the watch works', async () => {
  const place = await context()
  const state = await refusing(place, 'inbox', 'forbidden')
  const page = await place.newPage()
  await page.goto(`${TEAM}/admin/support?view=all`)
  await page.locator(`[data-testid="${T.signInPerson}"][data-person="${who.agent.name}"]`).click()
  await page.locator(id(T.connection, '[data-state="not_live"]')).waitFor()
  expect(await page.locator(id(T.page)).getAttribute('data-live')).toBe('false')
  state.isRefusing = false
  await page.locator(id(T.connectionRetry)).click()
  await page.locator(id(T.page, '[data-live="true"]')).waitFor()
  expect(await page.locator(id(T.connection)).count()).toBe(0)
  const ticket = await openTicket(who.customer)
  await page.locator(row(ticket.number)).waitFor()
})

test('a select never shows a refused value, and the refusal can be dismissed', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  const { page } = await visit(place, TEAM, `/admin/support/${ticket.number}`, who.agent)
  await page.setViewportSize({ width: 1440, height: 900 })
  await message(page, 'Something happened.').waitFor()
  let isRefusing = true
  await page.route(/\/v1\/tickets\//, async (route) => {
    if (route.request().method() !== 'PATCH' || !isRefusing) return route.continue()
    await route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ code: 'conflict', title: 'no', status: 409 }) })
  })
  for (const [testid, value, holds] of [[T.setStatus, 'in_progress', 'open'], [T.setPriority, 'urgent', 'medium'], [T.setCategory, 'billing', 'general'], [T.assignTo, who.agent.id, 'nobody']] as const) {
    for (let twice = 0; twice < 2; twice++) {
      await page.locator(id(testid)).selectOption(value)
      await page.locator(id(T.problem)).waitFor()
      await eventually(`${testid} shows what holds`, async () => (await page.locator(id(testid)).inputValue()) === holds, 8_000)
    }
  }
  await page.locator(id(T.problemDismiss)).click()
  expect(await page.locator(id(T.problem)).count()).toBe(0)
  await page.locator(id(T.setPriority)).selectOption('high')
  await page.locator(id(T.problem)).waitFor()
  isRefusing = false
  await page.locator(id(T.problem)).getByRole('button').first().click()
  await page.locator(id(T.ticketPriority, '[data-value="high"]')).waitFor()
  // The live event may arrive before the response to the `PATCH` request, so wait until the error is gone.
  await eventually('what succeeded is no fault any more', async () => (await page.locator(id(T.problem)).count()) === 0)
})

test('a refused message that is edited again overwrites no draft, and the composer has the focus', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  const state = await refusing(place, 'send', 'invalid_body')
  const { page } = await visit(place, TEAM, `/admin/support/${ticket.number}`, who.agent)
  await message(page, 'Something happened.').waitFor()
  const input = page.locator(id(T.composerInput))
  await page.locator(id(T.composerNote)).click()
  await say(page, 'a note that is refused')
  await message(page, 'a note that is refused', 'refused').waitFor()
  await input.fill('a note that was begun')
  await page.locator(id(T.composerReply)).click()
  await input.fill('an answer that was begun')
  await page.locator(id(T.messageRewrite)).click()
  await page.locator(id(T.composer, '[data-mode="note"]')).waitFor()
  expect(await input.inputValue()).toBe('a note that was begun\n\na note that is refused')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(T.composerInput)
  await page.locator(id(T.composerReply)).click()
  expect(await input.inputValue()).toBe('an answer that was begun')
  state.isRefusing = false
})

async function visitWith(script: string): Promise<Page> {
  const place = await context()
  await place.addInitScript(script)
  const ticket = await openTicket(who.customer)
  const { page } = await visit(place, CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await message(page, 'Something happened.').waitFor()
  return page
}

test('a message is sent where the browser refuses locks, and where it refuses storage', async () => {
  const unlocked = await visitWith(`navigator.locks.request = () => Promise.reject(new DOMException('Access to the Locks API is denied in this context.', 'SecurityError'))`)
  await say(unlocked, 'without locks')
  await message(unlocked, 'without locks', 'stored').waitFor()
  const unkept = await visitWith(`Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })`)
  await say(unkept, 'without storage')
  await message(unkept, 'without storage', 'stored').waitFor()
  await unkept.locator(id(T.composerInput)).fill('a draft in memory')
  await unkept.locator(id(T.tabClosed)).click()
  await unkept.context().setOffline(true)
  await unkept.evaluate(() => dispatchEvent(new Event('offline')))
  await unkept.locator(id(T.connection, '[data-state="waiting"]')).filter({ hasText: 'can’t save messages' }).waitFor()
})

test('a page restored from the back-forward cache reconnects at once', async () => {
  const place = await context()
  let connections = 0
  await place.routeWebSocket(/\/v1\/ws/, (socket) => {
    connections++
    socket.connectToServer()
  })
  const ticket = await openTicket(who.customer)
  const { page } = await visit(place, CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await message(page, 'Something happened.').waitFor()
  expect(connections).toBe(1)
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  await eventually('another connection', () => Promise.resolve(connections === 2))
  await page.locator(id(T.page, '[data-live="true"]')).waitFor()
  await say(page, 'after the nap')
  await message(page, 'after the nap', 'stored').waitFor()
})

test('in Safari, the Enter that commits a composition sends nothing', async () => {
  const page = await visitWith('')
  await page.locator(id(T.composerInput)).fill('半')
  await page.locator(id(T.composerInput)).evaluate((input) => input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true })))
  expect(await page.locator(id(T.composerInput)).inputValue()).toBe('半')
  await page.locator(id(T.composerInput)).press('Enter')
  await message(page, '半', 'stored').waitFor()
})

test('a search of two letters is no error', async () => {
  const { page } = await visit(await context(), TEAM, '/admin/support?view=all', who.agent)
  const asked: string[] = []
  page.on('request', (request) => { const search = new URL(request.url()).searchParams.get('search'); if (search !== null) asked.push(search) })
  await page.locator(id(T.search)).fill('ab')
  await page.locator('.search-short').waitFor()
  expect(await page.locator(id(T.problem)).count()).toBe(0)
  // With a third letter the page sends the search request. With two letters the page must not have sent a search request.
  await page.locator(id(T.search)).fill('abc')
  await eventually('the search', async () => asked.length > 0)
  expect(asked.filter((search) => search !== 'abc')).toEqual([])
})

test('another person in the same browser: the first one’s data is gone, and nothing is sent in the wrong name', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  await place.addCookies([cookieOf(who.agent)])
  const sent: string[] = []
  let close = () => {}
  await place.routeWebSocket(/\/v1\/ws/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((text) => { sent.push(String(text)); server.send(text) })
    server.onMessage((text) => socket.send(text))
    close = () => void socket.close({ code: 4501, reason: 'the token is somebody else\'s' })
  })
  const page = await place.newPage()
  watch(page, place)
  await page.goto(`${HOST}/`)
  await page.evaluate(`(async () => {
    const { Helpline } = await import('${CUSTOMERS}/mount.js')
    Helpline.mountConsole(document.getElementById('place'), { getToken: async () => { const answer = await fetch('/token'); return answer.ok ? (await answer.json()).token : null } })
  })()`)
  await page.locator(id(T.page, '[data-live="true"]')).waitFor()
  await page.locator(id(T.view, '[data-view="all"]')).click()
  await page.locator(row(ticket.number)).click()
  await message(page, 'Something happened.').waitFor()
  await page.locator(id(T.composerInput)).fill('written by the first one')
  await place.addCookies([cookieOf(who.colleague)])
  sent.length = 0
  close()
  await page.locator(id(T.whoami, `[data-user="${who.colleague.id}"]`)).waitFor()
  await page.locator(id(T.page, '[data-live="true"]')).waitFor()
  expect(await page.locator(id(T.ticket)).count(), 'where the first one stood is not where the second one is').toBe(0)
  expect(sent.filter((text) => text.includes('"send"'))).toEqual([])
  await page.locator(id(T.view, '[data-view="all"]')).click()
  await page.locator(row(ticket.number)).click()
  await message(page, 'Something happened.').waitFor()
  expect(await page.locator(id(T.composerInput)).inputValue()).toBe('')
  await place.clearCookies()
  close()
  await page.locator(id(T.signedOut)).waitFor()
  expect(await page.locator(id(T.ticketRow)).count()).toBe(0)
  expect(await page.locator(id(T.timeline)).count()).toBe(0)
})
