// Browser tests of answering many tickets in a row: send and resolve in one step, undo, the Enter key, opening the next ticket, and marking
// a ticket as unread.

import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { A } from '../src/apps/console/screens/appearance/testids.ts'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openScreen, openTicket, people, rest, say, TEAM, texts, unique, visit, withBrowser, type Made, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })
const row = (number: string, more = '') => id(T.ticketRow, `[data-number="${number}"]${more}`)
const statusOf = async (ticket: Made) => String((await rest(who.agent, 'GET', `/tickets/${ticket.id}`, undefined, TEAM))['status'])
const at = (tickets: readonly Made[], index: number): Made => tickets[index] ?? { id: '', number: '' }
const opened = (page: Page, ticket: Made, more = '') => page.locator(id(T.ticket, `[data-number="${ticket.number}"]${more}`)).waitFor()
const isRead = async (ticket: Made) => {
  const { seq, read_seq } = await rest(who.agent, 'GET', `/tickets/${ticket.id}`, undefined, TEAM)
  return seq === read_seq
}

/** Creates `n` tickets, shows a list with only these tickets, the newest first, and opens the first one. */
async function client(n: number, habits: object = {}): Promise<{ readonly page: Page; readonly tickets: readonly Made[] }> {
  const word = unique('row')
  const tickets: Made[] = []
  for (let made = 0; made < n; made++) tickets.unshift(await openTicket(who.customer, { subject: word }))
  const place = await context()
  await place.addInitScript(([item, value]) => { if (item !== undefined && value !== undefined && localStorage.getItem(item) === null) localStorage.setItem(item, value) }, [`helpline.habits.${who.agent.id}`, JSON.stringify(habits)])
  const { page } = await visit(place, TEAM, `/admin/support?search=${word}`, who.agent)
  page.removeAllListeners('dialog')
  page.on('dialog', (dialog) => void dialog.accept())
  await page.locator(row(at(tickets, 0).number)).click()
  await opened(page, at(tickets, 0))
  await message(page, 'Something happened.').waitFor()
  return { page, tickets }
}

test('send and resolve with one shortcut: the answer is stored, the ticket resolved, the next one opened', async () => {
  const { page, tickets } = await client(2)
  const text = unique('solved')
  await page.locator(id(T.composerInput)).fill(text)
  await page.locator(id(T.composerInput)).press('Control+Shift+Enter')
  await opened(page, at(tickets, 1))
  await page.locator(row(at(tickets, 0).number, '[data-status="resolved"]')).waitFor()
  const customer = (await visit(await context(), CUSTOMERS, `/support/${at(tickets, 0).number}`, who.customer)).page
  await message(customer, text).waitFor()
  await opened(customer, at(tickets, 0), '[data-status="resolved"]')
})

test('send and resolve, refused because the customer wrote first: nothing is lost and nothing is resolved', async () => {
  const { page, tickets } = await client(2)
  const ticket = at(tickets, 0)
  const text = unique('stale')
  await page.locator(id(T.composerInput)).fill(text)
  await rest(who.customer, 'POST', `/tickets/${ticket.id}/messages`, { body: 'One more thing' })
  await message(page, 'One more thing').waitFor()
  await page.locator(id(T.composerResolve)).click()
  await page.locator(id(T.unsentOpen)).click()
  await message(page, text, 'refused').waitFor()
  expect(await statusOf(ticket)).not.toBe('resolved')
  await message(page, text).locator(id(T.messageInsist)).click()
  await opened(page, ticket, '[data-status="resolved"]')
  await expect.poll(() => texts(page)).toContain(text)
})

test('send and resolve: resolving fails at first, survives a reload, and succeeds later', async () => {
  const { page, tickets } = await client(1)
  const ticket = at(tickets, 0)
  await page.route(`**/v1/tickets/${ticket.id}`, (route) => (route.request().method() === 'PATCH' ? route.abort() : route.continue()))
  const text = unique('kept')
  const tried = page.waitForRequest((request) => request.method() === 'PATCH')
  await page.locator(id(T.composerInput)).fill(text)
  await page.locator(id(T.composerResolve)).click()
  await tried
  expect(await statusOf(ticket)).not.toBe('resolved')
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await page.reload()
  await eventually('resolved', async () => (await statusOf(ticket)) === 'resolved')
  const all = (await rest(who.agent, 'GET', `/tickets/${ticket.id}/activity?after=0&limit=50`, undefined, TEAM))
  expect(JSON.stringify(all).split(text).length - 1, 'sent once').toBe(1)
})

test('undo: the message is held back, also over a reload; undo returns it to the draft, otherwise it is sent once', async () => {
  const { page, tickets } = await client(1, { undo_s: 10 })
  const ticket = at(tickets, 0)
  const [text, other] = [unique('hasty'), unique('sure')]
  await say(page, text)
  await message(page, text).locator(id(T.messageHeld)).waitFor()
  expect(await message(page, text).locator(id(T.messageHeld)).innerText(), 'a gap before the button').toMatch(/s\s+Undo$/)
  await page.reload()
  await message(page, text).locator(id(T.messageUndo)).click()
  await eventually('back in the draft', async () => (await page.locator(id(T.composerInput)).inputValue()) === text)
  expect(await message(page, text).count()).toBe(0)
  await page.locator(id(T.composerInput)).fill('')
  await say(page, other)
  await page.locator(id(T.composerInput)).press('Control+z')
  await eventually('back by key', async () => (await page.locator(id(T.composerInput)).inputValue()) === other)
  await page.locator(id(T.composerInput)).press('Enter')
  await message(page, other).locator(id(T.messageHeld)).waitFor()
  await message(page, other, 'stored').waitFor()
  const all = JSON.stringify(await rest(who.agent, 'GET', `/tickets/${ticket.id}/activity?after=0&limit=50`, undefined, TEAM))
  expect([all.split(text).length - 1, all.split(other).length - 1]).toEqual([0, 1])
})

test('undo of send and resolve leads back to the ticket, with the text, unresolved', async () => {
  const { page, tickets } = await client(2, { undo_s: 10 })
  const text = unique('no')
  await page.locator(id(T.composerInput)).fill(text)
  await page.locator(id(T.composerResolve)).click()
  await opened(page, at(tickets, 1))
  await page.locator(id(T.toastAction)).click()
  await opened(page, at(tickets, 0))
  await eventually('the text is back', async () => (await page.locator(id(T.composerInput)).inputValue()) === text)
  expect(await statusOf(at(tickets, 0))).toBe('open')
})

test('what Enter does can be chosen in the composer and in the settings, and is stored for the person', async () => {
  await rest(who.admin, 'PUT', `/saved-replies/${crypto.randomUUID()}`, { shortcut: unique('hint'), title: 'Hint', body: 'A hint' }, TEAM)
  const { page } = await client(1)
  const input = page.locator(id(T.composerInput))
  expect(await page.locator(id(T.composer)).innerText()).toMatch(/Saved replies\s*\//)
  await page.locator(id(T.composerEnter)).click()
  const text = unique('line')
  await input.fill(text)
  await input.press('Enter')
  await input.pressSequentially('two')
  expect(await input.inputValue()).toBe(`${text}\ntwo`)
  await page.reload()
  await page.locator(id(T.composerEnter, '[data-value="breaks"]')).waitFor()
  await input.press('Control+Enter')
  await message(page, text).and(page.locator('[data-id]')).waitFor()
  await openScreen(page, 'settings/appearance')
  await page.locator(`${id(A.enter)} input[value="sends"]`).check()
  await page.goBack()
  await page.goBack()
  await page.locator(id(T.composerEnter, '[data-value="sends"]')).waitFor()
})

test('the next ticket by key and button; a ticket marked as unread stays unread until opened, in the title too', async () => {
  const { page, tickets } = await client(3)
  await page.locator(id(T.timeline)).click()
  await page.keyboard.press('Shift+J')
  await opened(page, at(tickets, 1))
  await page.locator(id(T.ticketNext)).click()
  await opened(page, at(tickets, 2))
  await page.keyboard.press('Shift+K')
  await opened(page, at(tickets, 1))
  const before = Number(/^\((\d+)\)/.exec(await page.title())?.[1] ?? 0)
  await page.locator(id(T.timeline)).click()
  await page.keyboard.press('u')
  await page.locator(row(at(tickets, 1).number, '[data-unread="true"]')).waitFor()
  await eventually('counted', async () => (await page.title()).startsWith(`(${before + 1})`))
  await page.locator(row(at(tickets, 1).number, '[data-unread="true"]')).click()
  await opened(page, at(tickets, 1))
  // A ticket that is left before the server has answered keeps its mark, and one that is left before it was shown stays unread.
  await eventually('the mark is gone', async () => !(await page.evaluate(() => JSON.stringify(Object.entries(localStorage).filter(([name]) => name.startsWith('helpline.unread.'))))).includes(at(tickets, 1).id))
  await eventually('read', () => isRead(at(tickets, 1)))
  await page.locator(row(at(tickets, 2).number)).click()
  await opened(page, at(tickets, 2))
  await page.locator(row(at(tickets, 1).number, '[data-unread="false"]')).waitFor()
})
