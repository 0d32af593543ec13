// Browser tests of editing and removing messages in place, in each of the three apps. Only the team sees earlier versions of a message. No
// one sees the text of a removed message.

import type { Frame, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openTicket, openWidget, people, rest, say, TEAM, texts, unique, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

// These tests wait for a message's `data-id`, which it has once its event has arrived. It has `data-seq` as soon as it is acked, when it
// cannot be edited yet.

const tools = async (page: Page | Frame, text: string) => {
  const one = message(page, text)
  await one.hover()
  await one.locator(id(T.messageTools)).click()
  return one
}
const form = (page: Page | Frame) => page.locator(id(T.messageForm))

test('a customer edits a message and keeps a draft; the team sees the edit and the earlier version, the customer only the edit', async () => {
  const ticket = await openTicket(who.customer)
  const [first, second] = [unique('tulip'), unique('rose')]
  const customer = (await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)).page
  const agent = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)).page
  await say(customer, first)
  await message(agent, first).waitFor()
  await message(customer, first).and(customer.locator('[data-id]')).waitFor()
  await customer.locator(id(T.composerInput)).fill('half a sentence')
  await (await tools(customer, first)).locator(id(T.messageEdit)).click()
  await customer.locator(id(T.messageText)).fill(second)
  await customer.locator(id(T.messageSave)).click()
  await message(customer, second).locator(id(T.messageEdited)).waitFor()
  expect(await customer.locator(id(T.composerInput)).inputValue()).toBe('half a sentence')
  expect(await message(customer, second).locator('button' + id(T.messageEdited)).count(), 'a customer is not told what it said').toBe(0)
  await message(agent, second).locator(id(T.messageEdited)).click()
  expect(await message(agent, second).locator(id(T.messageVersion)).innerText()).toContain(first)
  expect(await agent.locator(id(T.messageTools)).count(), 'what others wrote is not an agent’s to change').toBe(0)
})

test('by keyboard: the arrow in an empty composer edits the last message, Escape keeps the text, Ctrl+Enter saves', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  const [text, better] = [unique('answer'), unique('better')]
  await say(page, text)
  await message(page, text).and(page.locator('[data-id]')).waitFor()
  await page.locator(id(T.composerInput)).press('ArrowUp')
  await eventually('the text has the focus', () => page.evaluate((testid) => document.activeElement?.getAttribute('data-testid') === testid, T.messageText))
  await page.locator(id(T.messageText)).fill(better)
  await page.keyboard.press('Escape')
  await form(page).waitFor({ state: 'detached' })
  await page.reload()
  await message(page, text).locator(id(T.messageEdit)).click()
  expect(await page.locator(id(T.messageText)).inputValue(), 'kept over the reload').toBe(better)
  await page.keyboard.press('Control+Enter')
  await message(page, better).locator(id(T.messageEdited)).waitFor()
  await eventually('the focus is back at the message', () => page.evaluate((testid) => document.activeElement?.getAttribute('data-testid') === testid, T.messageTools))
})

test('a refused edit gives the reason and keeps the text; so does an edit without a connection', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  const { page } = await visit(place, CUSTOMERS, `/support/${ticket.number}`, who.customer)
  const text = unique('mine')
  await say(page, text)
  await message(page, text).and(page.locator('[data-id]')).waitFor()
  await (await tools(page, text)).locator(id(T.messageEdit)).click()
  await page.locator(id(T.messageText)).fill('what I meant')
  await place.setOffline(true)
  await page.locator(id(T.messageSave)).click()
  await form(page).locator(id(T.problem, '[data-code="unreachable"]')).waitFor()
  await place.setOffline(false)
  await rest(who.agent, 'PATCH', `/tickets/${ticket.id}`, { status: 'closed' }, TEAM)
  await page.locator(id(T.ticketReopen)).waitFor()
  await page.locator(id(T.messageSave)).click()
  await form(page).locator(id(T.problem, '[data-code="ticket_closed"]')).waitFor()
  expect(await page.locator(id(T.messageText)).inputValue()).toBe('what I meant')
  await page.locator(id(T.ticketReopen)).click()
  await page.locator(id(T.composer)).waitFor()
  await page.locator(id(T.messageSave)).click()
  await message(page, 'what I meant').waitFor()
})

test('an admin removes any text: no one can see it or its versions any more, and an edit in progress ends', async () => {
  const ticket = await openTicket(who.customer)
  const [first, second] = [unique('secret'), unique('secret')]
  const customer = (await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)).page
  const agent = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)).page
  const admin = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.admin)).page
  await say(customer, first)
  await message(customer, first).and(customer.locator('[data-id]')).waitFor()
  await (await tools(customer, first)).locator(id(T.messageEdit)).click()
  await customer.locator(id(T.messageText)).fill(second)
  await customer.locator(id(T.messageSave)).click()
  await message(agent, second).locator(id(T.messageEdited)).click()
  await agent.locator(id(T.messageVersion)).waitFor()
  // The customer also starts an edit without saving it, so the open edit form contains the secret text too.
  await (await tools(customer, second)).locator(id(T.messageEdit)).click()
  await customer.locator(id(T.messageText)).fill(`${second} again`)
  const one = await tools(admin, second)
  expect(await one.locator(id(T.messageEdit)).count(), 'the words of others are not an admin’s').toBe(0)
  await one.locator(id(T.messageRemove)).click()
  await admin.locator(id(T.messageRemoveYes)).click()
  for (const page of [customer, agent, admin]) {
    await message(page, 'This message was deleted.').waitFor()
    for (const text of [first, second]) {
      expect(await page.content()).not.toContain(text)
      expect(await page.evaluate(() => JSON.stringify({ ...localStorage })), 'nor kept on the device').not.toContain(text)
    }
  }
})

test('in the widget, on a phone, by touch: edited and removed', async () => {
  const ticket = await openTicket(who.customer)
  const place = await (await context()).browser()!.newContext({ viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true })
  const { frame } = await openWidget(place, CUSTOMERS, who.customer)
  await frame.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).tap()
  const [text, better] = [unique('typo'), unique('fixed')]
  await say(frame, text)
  await message(frame, text).and(frame.locator('[data-id]')).waitFor()
  const button = message(frame, text).locator(id(T.messageTools))
  expect((await button.boundingBox())?.height ?? 0, 'large enough for a finger').toBeGreaterThanOrEqual(44)
  await button.tap()
  await message(frame, text).locator(id(T.messageEdit)).tap()
  await frame.locator(id(T.messageText)).fill(better)
  await frame.locator(id(T.messageSave)).tap()
  await message(frame, better).locator(id(T.messageEdited)).waitFor()
  await message(frame, better).locator(id(T.messageTools)).tap()
  await message(frame, better).locator(id(T.messageRemove)).tap()
  await frame.locator(id(T.messageRemoveNo)).tap()
  await expect.poll(() => texts(frame)).toContain(better)
  await message(frame, better).locator(id(T.messageTools)).tap()
  await message(frame, better).locator(id(T.messageRemove)).tap()
  await frame.locator(id(T.messageRemoveYes)).tap()
  await message(frame, 'This message was deleted.').waitFor()
  await place.close()
})
