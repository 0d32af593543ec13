// Browser tests of messages that are written without a connection: they wait, survive a reload, and are sent once. A proxy cuts the
// connection outside of the browser, so the tests run in every browser.

import type { Page } from 'playwright-core'
import { afterEach, beforeAll, expect, test } from 'vitest'
import type { DemoPerson } from '../src/protocol/decode-rest.ts'
import { SIGN_OUT, T } from '../src/testids.ts'
import { eventually, id, message, openTicket, people, rest, say, TEAM, texts, unique, visit, withBrowser, type People } from './help.ts'
import { withProxy } from './proxy.ts'

const context = withBrowser()
const way = withProxy()
let who: People
beforeAll(async () => { who = await people() })
afterEach(() => way.set('open'))

const row = (number: string, more = '') => id(T.ticketRow, `[data-number="${number}"]${more}`)

test('without a connection messages wait; afterwards both sides have every message once, in one order', async () => {
  const ticket = await openTicket(who.customer)
  const { page: customer } = await visit(await context(), way.base, `/support/${ticket.number}`, who.customer)
  const { page: agent } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  await say(customer, 'before')
  await message(agent, 'before').waitFor()

  way.set('shut')
  await customer.locator(id(T.connection, '[data-state="waiting"]')).waitFor()
  for (const text of ['away 1', 'away 2', 'away 3']) await say(customer, text)
  await message(customer, 'away 3', 'waiting').waitFor()
  for (const text of ['meanwhile 1', 'meanwhile 2']) await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: text }, TEAM)
  way.set('open')

  const whole = ['Something happened.', 'before', 'meanwhile 1', 'meanwhile 2', 'away 1', 'away 2', 'away 3']
  for (const page of [customer, agent]) await eventually('everything', async () => JSON.stringify(await texts(page)) === JSON.stringify(whole), 45_000)
  await eventually('the connection is silent again', async () => (await customer.locator(id(T.connection)).count()) === 0)
  await eventually('nothing waits', async () => (await customer.locator(id(T.message, '[data-state="waiting"]')).count()) === 0)
})

test('a reload keeps the draft and the waiting message, which is sent once; another reload shows it stored', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), way.base, `/support/${ticket.number}`, who.customer)
  await message(page, 'Something happened.').waitFor()
  const text = unique('patient')
  way.set('no_sockets')
  await page.locator(id(T.connection, '[data-state="waiting"]')).waitFor()
  await say(page, text)
  await message(page, text, 'waiting').waitFor()
  await page.locator(id(T.composerInput)).fill('begun, and not sent')
  await page.reload()
  await message(page, text, 'waiting').waitFor()
  expect(await page.locator(id(T.composerInput)).inputValue()).toBe('begun, and not sent')
  way.set('open')
  await message(page, text, 'stored').waitFor()
  await page.reload()
  await message(page, text, 'stored').waitFor()
  expect(await message(page, text).count()).toBe(1)
  expect(await page.locator(id(T.composerInput)).inputValue()).toBe('begun, and not sent')
  const history = JSON.stringify(await rest(who.customer, 'GET', `/tickets/${ticket.id}/activity?limit=200`))
  expect(history.split(text).length - 1, 'stored once').toBe(1)
})

test('after an interruption, an answer in another ticket and a new ticket are there', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), way.base, '/support', who.customer)
  await page.locator(row(ticket.number)).waitFor()
  way.set('shut')
  await page.locator(id(T.connection, '[data-state="waiting"]')).waitFor()
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'while you were away' }, TEAM)
  const elsewhere = await openTicket(who.customer)
  way.set('open')
  await page.locator(row(ticket.number, '[data-unread="true"]')).waitFor()
  await page.locator(row(elsewhere.number)).waitFor()
})

test('no note reaches the customer: not in the page, not in a frame, not in a response', async () => {
  const ticket = await openTicket(who.customer)
  const customer = await visit(await context(), way.base, `/support/${ticket.number}`, who.customer)
  const { page: agent } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  const secret = unique('secret')
  await agent.locator(id(T.composerNote)).click()
  await say(agent, secret)
  await message(agent, secret, 'stored').waitFor()
  await agent.locator(id(T.composerReply)).click()
  await say(agent, 'An answer.')
  await message(customer.page, 'An answer.').waitFor()
  await customer.page.reload()
  await message(customer.page, 'An answer.').waitFor()
  expect(customer.received.some((one) => one.includes('An answer.')), 'what arrives is looked at').toBe(true)
  expect(customer.received.join('\n')).not.toContain(secret)
  expect(await customer.page.content()).not.toContain(secret)
})

const enter = async (page: Page, person: DemoPerson) => page.locator(id(T.signInPerson, `[data-person="${person.name}"]`)).click()

test('signing out with unsent messages: kept ones are sent only after their author says so, and no one else sees them', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), way.base, `/support/${ticket.number}`, who.customer)
  await message(page, 'Something happened.').waitFor()
  way.set('shut')
  await page.locator(id(T.connection, '[data-state="waiting"]')).waitFor()
  const [first, second] = [unique('first'), unique('second')]
  for (const text of [first, second]) await say(page, text)
  await message(page, second, 'waiting').waitFor()
  await page.locator(id(T.signOut)).click()
  await page.locator(id(SIGN_OUT.ask)).filter({ hasText: '2 messages' }).waitFor()
  // The sign-in page needs the list of demo people, so let REST requests through. WebSockets stay blocked, so the waiting messages are not
  // sent.
  way.set('no_sockets')
  await page.locator(id(SIGN_OUT.keep)).click()
  way.set('open')
  await enter(page, who.other)
  await page.locator(id(T.page, '[data-live="true"]')).waitFor()
  expect(await page.locator(id(T.unsent)).count()).toBe(0)
  await page.locator(id(T.signOut)).click()

  await enter(page, who.customer)
  await page.locator(id(T.unsent, '[data-paused="2"]')).waitFor()
  await page.locator(id(T.page, '[data-live="true"]')).waitFor()
  await page.locator(id(T.unsentOne)).filter({ hasText: second }).locator(id(T.unsentDiscard)).click()
  await page.locator(id(T.unsentOne)).filter({ hasText: first }).locator(id(T.unsentOpen)).click()
  await message(page, first, 'paused').locator(id(T.messageRetry)).click()
  await message(page, first, 'stored').waitFor()
  // The page may show the message just sent before it has loaded the ticket's older messages.
  await message(page, 'Something happened.').waitFor()
  await expect.poll(() => texts(page)).toEqual(['Something happened.', first])
})

test('signing out with unsent messages: they are sent first, or discarded', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), way.base, `/support/${ticket.number}`, who.customer)
  await message(page, 'Something happened.').waitFor()
  way.set('no_sockets')
  await page.locator(id(T.connection, '[data-state="waiting"]')).waitFor()
  const [sent, discarded] = [unique('sent'), unique('discarded')]
  await say(page, sent)
  await page.locator(id(T.signOut)).click()
  await page.locator(id(SIGN_OUT.send)).click()
  way.set('open')
  // The desk signs the person out only after the server has stored the message.
  await page.locator(id(T.signIn)).waitFor({ timeout: 45_000 })
  const history = async () => JSON.stringify(await rest(who.customer, 'GET', `/tickets/${ticket.id}/activity?limit=200`))
  expect(await history()).toContain(sent)

  await enter(page, who.customer)
  await page.locator(row(ticket.number)).click()
  await message(page, sent).waitFor()
  way.set('no_sockets')
  await page.locator(id(T.connection, '[data-state="waiting"]')).waitFor()
  await say(page, discarded)
  await page.locator(id(T.signOut)).click()
  await page.locator(id(SIGN_OUT.discard)).click()
  way.set('open')
  await enter(page, who.customer)
  await page.locator(row(ticket.number)).click()
  await message(page, sent).waitFor()
  await page.locator(id(T.page, '[data-live="true"]')).waitFor()
  expect(await message(page, discarded).count()).toBe(0)
  expect(await history()).not.toContain(discarded)
})

test('where nothing can be stored, no text says that it is kept', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  await place.addInitScript(() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') } })
  const page = await place.newPage()
  await page.goto(`${way.base}/support`)
  await enter(page, who.customer)
  await page.locator(id(T.toast)).filter({ hasText: 'can’t keep you signed in' }).waitFor()
  await page.locator(id(T.newTicket)).click()
  await page.locator(id(T.newSubject)).fill('Printer')
  await page.locator(id(T.newForm)).filter({ hasText: 'can’t save this draft' }).waitFor()
  await page.locator(id(T.newSubject)).fill('')
  await page.keyboard.press('Escape')
  await page.locator(row(ticket.number)).click()
  await message(page, 'Something happened.').waitFor()
  way.set('no_sockets')
  await page.locator(id(T.connection, '[data-state="waiting"]')).filter({ hasText: 'Keep this page open' }).waitFor()
  const text = unique('unkept')
  await say(page, text)
  await message(page, text, 'waiting').waitFor()
  await page.locator(id(T.signOut)).click()
  await page.locator(id(SIGN_OUT.ask)).filter({ hasText: 'lost' }).waitFor()
  expect(await page.locator(id(SIGN_OUT.keep)).count()).toBe(0)
  await page.keyboard.press('Escape')
  way.set('open')
  await message(page, text, 'stored').waitFor()
})
