// Browser tests of how calls to the widget affect the host page: its focus, its listeners, and the events that it gets.

import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, openTicket, openWidget, people, rest, TEAM, widgetFrame, withBrowser, type People } from './help.ts'
import { newcomerToken } from './newcomer.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

const focused = (page: Page) => page.evaluate(() => document.activeElement?.id ?? document.activeElement?.tagName ?? '')
/** The unread numbers that the page has received so far, in order. */
const unreads = async (page: Page) => { const told: unknown = await page.evaluate('window.unreads'); return Array.isArray(told) ? told.map(Number) : [] }

test('the unread number is reported once it is known: never a 0 before, and a 0 for a person without tickets and for no one', async () => {
  const ticket = await openTicket(who.customer)
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'an answer' }, TEAM)
  const page = await (await context()).newPage()
  await page.goto(`${CUSTOMERS}/demo?person=`)
  await page.locator(`#person option[value="${who.customer.name}"]`).waitFor({ state: 'attached' })
  const asked = `async () => (await (await fetch('/dev/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(JSON.stringify({ user: who.customer.name }))} })).json()).token`
  await page.evaluate(`Helpline.shutdown(); window.unreads = []; Helpline.onUnread((n) => window.unreads.push(n)); Helpline.init({ unread: false, getToken: ${asked} }); Helpline.open()`)
  await (await widgetFrame(page)).locator(id(T.ticketRow)).first().waitFor()
  await eventually('told', async () => (await unreads(page)).length > 0)
  expect(Math.min(...await unreads(page))).toBeGreaterThan(0)
  for (const next of [JSON.stringify(await newcomerToken()), 'null']) {
    const before = (await unreads(page)).length
    await page.evaluate(`Helpline.identify({ getToken: () => ${next} })`)
    await eventually('told again', async () => (await unreads(page)).length > before)
    expect((await unreads(page)).slice(before)).toEqual([0])
  }
})

test('when closed, the widget returns the focus to its launcher only if it had it', async () => {
  const { page, frame } = await openWidget(await context(), CUSTOMERS, who.customer)
  await frame.locator(id(T.askText)).focus()
  await frame.locator(id(T.askText)).press('Escape')
  await eventually('on the launcher, in the closed root', async () => (await focused(page)) === '')
  expect(await page.evaluate(() => document.activeElement?.parentElement?.tagName)).toBe('HTML')
  await page.keyboard.press('Enter')
  await eventually('open again', async () => (await frame.frameElement()).isVisible())
  await page.locator('#ticket').focus()
  await page.evaluate('Helpline.close()')
  await eventually('folded', async () => !(await (await frame.frameElement()).isVisible()))
  expect(await focused(page)).toBe('ticket')
})

/** Returns the source code of a `getToken` function. The function runs the code in `before` first, for example to wait or to throw. */
const given = (person: { readonly name: string }, before: string) => `async () => { ${before}; return (await (await fetch('/dev/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(JSON.stringify({ user: person.name }))} })).json()).token }`

test('identifying the same person again keeps their iframe and the focus in it', async () => {
  const { page, frame } = await openWidget(await context(), CUSTOMERS, who.customer)
  await frame.locator(id(T.page, '[data-live="true"]')).waitFor()
  await frame.locator(id(T.askText)).click()
  await page.keyboard.type('half a ')
  const identified = page.evaluate('Helpline.identify()')
  await page.keyboard.type('sentence', { delay: 30 })
  await identified
  expect(frame.isDetached()).toBe(false)
  expect(await frame.locator(id(T.askText)).inputValue()).toBe('half a sentence')
})

test('while the host is slow or fails to identify the person, nothing is lost or shown; another person finds none of it', async () => {
  const ticket = await openTicket(who.customer)
  const { page, frame } = await openWidget(await context(), CUSTOMERS, who.customer)
  await page.evaluate(`Helpline.open('${ticket.number}')`)
  const composer = frame.locator(id(T.composerInput))
  await composer.fill('not sent yet')
  const kept = () => frame.evaluate(() => JSON.stringify(Object.entries(localStorage)))
  await eventually('kept', async () => (await kept()).includes('not sent yet'))
  for (const before of ['await new Promise((done) => setTimeout(done, 2_000))', 'if ((window.asked = (window.asked ?? 0) + 1) < 3) throw new Error("of the page")']) {
    await page.evaluate(`Helpline.identify({ getToken: ${given(who.customer, before)} })`)
    expect(await composer.count(), 'hidden').toBe(0)
    expect(await kept()).toContain('not sent yet')
    await eventually('theirs again', async () => await composer.count() === 1 && await composer.inputValue() === 'not sent yet')
  }
  await page.evaluate(`Helpline.identify({ getToken: ${given(who.other, 'await new Promise((done) => setTimeout(done, 2_000))')} })`)
  await eventually('forgotten', async () => !(await kept()).includes('not sent yet'))
})

test('a ticket opened right after `identify` is open for that person; a listener that throws breaks neither call', async () => {
  const ticket = await openTicket(who.customer)
  const { page, frame } = await openWidget(await context(), CUSTOMERS, who.customer)
  const faults: string[] = []
  page.on('pageerror', (fault) => faults.push(fault.message))
  await frame.locator(id(T.page, '[data-live="true"]')).waitFor()
  await page.evaluate(`Helpline.close(); for (const event of ['open', 'unread']) Helpline.on(event, () => { throw new Error('of the page') }); Helpline.identify(); Helpline.open('${ticket.number}')`)
  await frame.locator(id(T.ticket, `[data-number="${ticket.number}"]`)).waitFor()
  expect(new Set(faults), 'reported').toEqual(new Set(['of the page']))
})
