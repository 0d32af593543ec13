// Browser tests of how a customer notices a reply: on the launcher, in the ticket list, and from the text that the page shows after
// sending.

import { beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { T } from '../src/testids.ts'
import { cookieOf, HOST, withHost } from './host.ts'
import { CUSTOMERS, eventually, id, message, openTicket, openWidget, people, rest, TEAM, unique, visit, watch, widgetFrame, withBrowser, type Made, type People } from './help.ts'

const context = withBrowser()
withHost()
let who: People

beforeAll(async () => { who = await people() })

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
const answerAndResolve = async (ticket: Made, text: string) => {
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: text })
  await rest(who.agent, 'PATCH', `/tickets/${ticket.id}`, { status: 'resolved' })
}
const unreadAt = async (page: Page) => Number(await page.locator('#unread').innerText())
const unreadOf = async () => Number((await rest(who.customer, 'GET', '/me/unread'))['tickets'])

test('on a phone, the launcher shows the unread number before the widget is opened, and none after reading', async () => {
  const ticket = await openTicket(who.customer, { subject: unique('Order') })
  await answerAndResolve(ticket, 'It is **on its way**.')
  const place = await context(PHONE)
  const page = await place.newPage()
  const seen = watch(page, place)
  const asked: string[] = []
  page.on('request', (request) => { if (request.url().includes('/v1/')) asked.push(new URL(request.url()).pathname) })
  const unread = await unreadOf()
  expect(unread).toBeGreaterThan(0)
  await page.goto(`${CUSTOMERS}/demo?person=${encodeURIComponent(who.customer.name)}`)
  await eventually('the number', async () => (await unreadAt(page)) === unread)
  expect(page.frames().length, 'without a frame').toBe(1)
  expect(asked, 'by one small request').toEqual(['/v1/me/unread'])

  await page.locator('#open').tap()
  const frame = await widgetFrame(page)
  const row = frame.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`))
  await row.waitFor()
  expect(await row.getAttribute('data-unread'), 'resolved, and in sight').toBe('true')
  expect(await row.locator(id(T.ticketSnippet)).innerText()).toContain('It is on its way.')
  await row.tap()
  await message(frame, 'It is on its way.').waitFor()
  await eventually('one less', async () => (await unreadAt(page)) === unread - 1)
  await eventually('stored', async () => (await unreadOf()) === unread - 1)
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no sideways scrolling').toBe(true)
  expect(seen.faults).toEqual([])
})

test('with `unread: false` the widget sends no request before it is opened', async () => {
  const place = await context()
  await place.addCookies([cookieOf(who.customer)])
  const begin = async (more: string) => {
    const [page, asked] = [await place.newPage(), [] as string[]]
    page.on('request', (request) => { if (request.url().includes('/v1/')) asked.push(request.url()) })
    await page.goto(`${HOST}/scripted`)
    await page.evaluate(`Helpline.init({ getToken: async () => (await (await fetch('/token')).json()).token${more} })`)
    return asked
  }
  // The page with `unread: false` is opened first. Once the second page has requested the unread number, the first page has had enough time
  // to request it too.
  const silent = await begin(', unread: false')
  const asking = await begin('')
  await eventually('otherwise it asks, from a page of the platform too', () => Promise.resolve(asking.some((url) => url.endsWith('/v1/me/unread'))))
  expect(silent).toEqual([])
})

test('an answered and resolved ticket stays in the list until it is read, and its row names the last author', async () => {
  const ticket = await openTicket(who.customer, { subject: unique('Refund') })
  const { page, faults } = await visit(await context(), CUSTOMERS, '/support', who.customer)
  const row = page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`))
  await row.waitFor()
  expect(await row.locator(id(T.ticketSnippet)).getAttribute('data-side')).toBe('customer')
  await answerAndResolve(ticket, 'The refund was sent.')
  await page.locator(id(T.ticketRow, `[data-number="${ticket.number}"][data-status="resolved"]`)).waitFor()
  expect(await row.getAttribute('data-unread')).toBe('true')
  expect((await row.locator(id(T.ticketSnippet)).textContent())?.replace(/\s/g, ' ')).toBe(`${who.agent.name.split(' ')[0] ?? ''}: The refund was sent.`)
  await page.reload()
  await row.waitFor()
  expect(await row.getAttribute('data-unread'), 'after a reload too').toBe('true')
  await row.click()
  await message(page, 'The refund was sent.').waitFor()
  const read = page.locator(id(T.ticketRow, `[data-number="${ticket.number}"][data-unread="false"]`))
  await read.waitFor()
  await page.locator(id(T.tabClosed)).click()
  await read.waitFor({ state: 'detached' })
  await eventually('the desk knows', async () => {
    const { read_seq, seq } = await rest(who.customer, 'GET', `/tickets/${ticket.id}`)
    return read_seq === seq
  })
  await page.goto(`${CUSTOMERS}/support`)
  await page.locator(id(T.tabClosed)).click()
  await read.waitFor()
  expect(faults).toEqual([])
})

test('assigning a ticket or changing its priority or category does not mark it as unread, live or after a reload', async () => {
  const sorted = await openTicket(who.customer, { subject: unique('Sorted') })
  const answered = await openTicket(who.customer, { subject: unique('Answered') })
  const { page, faults } = await visit(await context(), CUSTOMERS, '/support', who.customer)
  const row = ({ number }: Made, more = '') => page.locator(id(T.ticketRow, `[data-number="${number}"]${more}`))
  await row(sorted, '[data-unread="false"]').waitFor()
  for (const patch of [{ assigned_to: 'me' }, { priority: 'urgent' }, { category: 'billing' }]) await rest(who.agent, 'PATCH', `/tickets/${sorted.id}`, patch, TEAM)
  // After the three changes, reply in a second ticket. Once the second ticket is marked as unread, the page has also received the three
  // changes.
  await rest(who.agent, 'POST', `/tickets/${answered.id}/messages`, { body: 'Done.' }, TEAM)
  await row(answered, '[data-unread="true"]').waitFor()
  expect(await row(sorted).getAttribute('data-unread')).toBe('false')
  await page.reload()
  await row(answered, '[data-unread="true"]').waitFor()
  expect(await row(sorted).getAttribute('data-unread')).toBe('false')
  expect(faults).toEqual([])
})

test('a search finds words of an answer in all tickets, whichever tab is shown', async () => {
  const word = unique('cable')
  const ticket = await openTicket(who.customer)
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: `Change the ${word}.` })
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: `note ${word}-note`, internal: true })
  await rest(who.customer, 'PATCH', `/tickets/${ticket.id}`, { status: 'closed' })
  const { page } = await visit(await context(), CUSTOMERS, '/support', who.customer)
  await page.locator(id(T.search)).fill(word)
  await page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).waitFor()
  await page.locator(id(T.search)).fill(`${word}-note`)
  await page.locator(id(T.listEmpty)).waitFor()
})

test('after sending, the customer is told what to expect', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), CUSTOMERS, '/support', who.customer)
  await page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await page.locator(id(T.expect)).filter({ hasText: 'You don’t need to wait here.' }).waitFor()
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'Which model is it?' })
  await rest(who.agent, 'PATCH', `/tickets/${ticket.id}`, { status: 'waiting_on_customer' })
  await page.locator(id(T.ticketStatus)).filter({ hasText: 'Waiting for you' }).waitFor()
  await eventually('nothing is waited for any more', async () => (await page.locator(id(T.expect)).count()) === 0)
})

test('a row of the widget marks an unread answer with a single sign, and cuts the last message at its end', async () => {
  const ticket = await openTicket(who.customer)
  const text = 'We have looked into it with our colleagues of the other house, and have found what it was'
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: text }, TEAM)
  const read = await openTicket(who.customer)
  const row = (number: string) => id(T.ticketRow, `[data-number="${number}"]`)
  const { frame } = await openWidget(await context(), CUSTOMERS, who.customer)
  const looks = (number: string) => frame.locator(row(number)).evaluate((one) => {
    const subject = one.querySelector('.subject')
    return [getComputedStyle(one).backgroundColor, subject === null ? '' : getComputedStyle(subject).fontWeight]
  })
  await frame.locator(`${row(ticket.number)}[data-unread="true"] .unread-dot`).filter({ hasText: 'New messages' }).waitFor()
  await frame.locator(`${row(read.number)}[data-unread="false"]`).waitFor()
  expect(await looks(ticket.number)).toEqual(await looks(read.number))

  for (const language of ['en', 'ar']) {
    const { page } = await visit(await context(), CUSTOMERS, `/support?lang=${language}`, who.customer)
    const seen = await page.locator(row(ticket.number)).locator(id(T.ticketSnippet)).evaluate((snippet) => {
      const last = snippet.querySelector('bdi:last-child')
      const begin = document.createRange()
      begin.setStart(last?.firstChild ?? snippet, 0)
      begin.setEnd(last?.firstChild ?? snippet, 2)
      const [frame, first] = [snippet.getBoundingClientRect(), begin.getBoundingClientRect()]
      return { begins: begin.toString(), isIn: first.left >= frame.left - 0.5 && first.right <= frame.right + 0.5 && first.width > 0, isCut: last !== null && last.scrollWidth > last.clientWidth }
    })
    expect(seen, language).toEqual({ begins: 'We', isIn: true, isCut: true })
  }
})
