// Browser tests of the console with the keyboard. Keys act on the ticket that has the focus, their effects can be undone, and the focus
// never moves unless the person asks for it.

import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { drawn, eventually, id, message, openTicket, people, rest, TEAM, unique, visit, withBrowser, type Made, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })
const row = (number: string, more = '') => id(T.ticketRow, `[data-number="${number}"]${more}`)
const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('data-number') ?? document.activeElement?.getAttribute('data-testid') ?? '')
const statusOf = async (ticket: Made) => String((await rest(who.agent, 'GET', `/tickets/${ticket.id}`, undefined, TEAM))['status'])

/** Opens the ticket list with `n` new tickets and no others, the newest first. */
async function listed(n: number): Promise<{ readonly page: Page; readonly tickets: readonly Made[] }> {
  const word = unique('row')
  const tickets: Made[] = []
  for (let made = 0; made < n; made++) tickets.unshift(await openTicket(who.customer, { subject: word }))
  const { page } = await visit(await context(), TEAM, `/admin/support?search=${word}`, who.agent)
  for (const ticket of tickets) await page.locator(row(ticket.number)).waitFor()
  return { page, tickets }
}
const at = (tickets: readonly Made[], index: number): Made => tickets[index] ?? { id: '', number: '' }
const goTo = async (page: Page, ticket: Made, key: 'j' | 'k') => {
  await page.keyboard.press(key)
  await eventually(`the focus at ${ticket.number}`, async () => (await focused(page)) === ticket.number)
}

test('keys act on the row that has the focus, not on the open ticket', async () => {
  const { page, tickets } = await listed(3)
  const [first, second] = [at(tickets, 0), at(tickets, 1)]
  await page.locator(row(first.number)).click()
  await page.locator(id(T.ticket, `[data-number="${first.number}"]`)).waitFor()
  await goTo(page, second, 'j')
  await page.keyboard.press('e')
  await page.locator(row(second.number, '[data-status="resolved"]')).waitFor()
  expect(await statusOf(first)).toBe('open')
  await page.locator(id(T.toast)).filter({ hasText: second.number }).waitFor()
  await eventually('the next row has the focus', async () => (await focused(page)) === at(tickets, 2).number)
  await page.keyboard.press('z')
  await page.locator(row(second.number, '[data-status="open"]')).waitFor()
  expect(await statusOf(second)).toBe('open')
  await eventually('back at the row', async () => (await focused(page)) === second.number)
  await page.keyboard.press('r')
  await page.locator(id(T.ticket, `[data-number="${second.number}"]`)).waitFor()
  await eventually('its composer has the focus', async () => (await focused(page)) === T.composerInput)
})

test('keys pressed quickly act on the row that they lead to, even before the focus has followed', async () => {
  const { page, tickets } = await listed(4)
  await page.locator(row(at(tickets, 0).number)).click()
  await page.locator(id(T.ticket, `[data-number="${at(tickets, 0).number}"]`)).waitFor()
  // Dispatch all key events in one task, so that the page does not render between two of them.
  await page.evaluate(() => {
    for (const [key, code] of [['j', 'KeyJ'], ['j', 'KeyJ'], ['j', 'KeyJ'], ['e', 'KeyE']]) (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', { key: key ?? '', code: code ?? '', bubbles: true, composed: true, cancelable: true }))
  })
  await page.locator(row(at(tickets, 3).number, '[data-status="resolved"]')).waitFor()
  for (const ticket of tickets.slice(0, 3)) expect(await statusOf(ticket)).toBe('open')
})

test('e resolves the open ticket and opens the next one; Undo restores a status that resolved cannot go back to directly', async () => {
  const { page, tickets } = await listed(2)
  const [first, second] = [at(tickets, 0), at(tickets, 1)]
  await rest(who.agent, 'PATCH', `/tickets/${first.id}`, { status: 'waiting_on_customer' }, TEAM)
  await page.locator(row(first.number, '[data-status="waiting_on_customer"]')).click()
  await page.locator(id(T.timeline)).click()
  await page.keyboard.press('e')
  await page.locator(id(T.ticket, `[data-number="${second.number}"]`)).waitFor()
  expect(await statusOf(first)).toBe('resolved')
  await page.locator(id(T.toastAction)).click()
  await page.locator(id(T.ticket, `[data-number="${first.number}"][data-status="waiting_on_customer"]`)).waitFor()
  expect(await statusOf(first)).toBe('waiting_on_customer')
})

test('after r the composer takes the focus once: tickets opened later do not take it', async () => {
  const { page, tickets } = await listed(2)
  const [first, second] = [at(tickets, 0), at(tickets, 1)]
  await page.locator(row(first.number)).click()
  await message(page, 'Something happened.').waitFor()
  await page.keyboard.press('r')
  await eventually('the composer has the focus', async () => (await focused(page)) === T.composerInput)
  await page.keyboard.press('Escape')
  await page.locator(row(second.number)).click()
  await page.locator(id(T.ticket, `[data-number="${second.number}"]`)).waitFor()
  await message(page, 'Something happened.').waitFor()
  // Opening a ticket can move the focus in the next frame, so wait for that frame.
  await drawn(page)
  expect(await focused(page)).not.toBe(T.composerInput)
  await page.keyboard.press('j')
  expect(await page.locator(id(T.composerInput)).inputValue()).toBe('')
})

test('selection: keys, a range, and a bar that moves no row and can be reached by keyboard', async () => {
  const { page, tickets } = await listed(4)
  const box = (index: number) => page.locator(id(T.select, `[data-number="${at(tickets, index).number}"]`))
  const before = await page.locator(row(at(tickets, 1).number)).boundingBox()
  await box(0).check()
  await page.locator(id(T.bulk)).waitFor()
  expect(await page.locator(row(at(tickets, 1).number)).boundingBox(), 'no row has moved').toEqual(before)
  await box(1).check()
  await box(3).click({ modifiers: ['Shift'] })
  await page.locator(id(T.bulk)).filter({ hasText: '4' }).waitFor()
  expect(await box(2).isChecked(), 'the range').toBe(true)
  await page.keyboard.press('a')
  await page.locator(id(T.toast)).filter({ hasText: '4 tickets changed' }).waitFor()
  for (const ticket of tickets) await eventually('mine', async () => JSON.stringify(await rest(who.agent, 'GET', `/tickets/${ticket.id}`, undefined, TEAM)).includes(who.agent.id))
  await page.locator(row(at(tickets, 0).number)).focus()
  await page.keyboard.press('x')
  await page.keyboard.press('j')
  await page.keyboard.press('Shift+X')
  await page.locator(id(T.bulk)).filter({ hasText: '2' }).waitFor()
  await page.keyboard.press('Escape')
  expect(await page.locator(id(T.bulkClear)).count(), 'Escape clears the selection').toBe(0)
  await page.keyboard.press('x')
  const order = await page.evaluate(() => {
    const [list, bar] = [document.querySelector('.tickets.virtual'), document.querySelector('.bulk')]
    return list !== null && bar !== null ? list.compareDocumentPosition(bar) & Node.DOCUMENT_POSITION_FOLLOWING : 0
  })
  expect(order, 'forward from the list').not.toBe(0)
  await page.keyboard.press('Control+k')
  await page.locator(id(T.paletteInput)).fill('selected urgent')
  await page.keyboard.press('Enter')
  await page.locator(row(at(tickets, 1).number, '[data-priority="urgent"]')).waitFor()
  await page.locator(id(T.view, '[data-view="mine"]')).click()
  await page.locator(id(T.bulkClear)).waitFor({ state: 'detached' })
})

test('a dialog gives the focus back, but a palette command may move it', async () => {
  const { page, tickets } = await listed(1)
  await page.locator(row(at(tickets, 0).number)).focus()
  await page.keyboard.press('?')
  await page.locator(id(T.keys)).waitFor()
  await page.keyboard.press('Escape')
  await page.locator(id(T.keys)).waitFor({ state: 'detached' })
  await eventually('the row has the focus again', async () => (await focused(page)) === at(tickets, 0).number)
  await page.keyboard.press('Control+k')
  await page.locator(id(T.paletteInput)).fill('search')
  await page.keyboard.press('Enter')
  await eventually('the search has the focus', async () => (await focused(page)) === T.search)
})

test('on non-Latin keyboards, shortcuts go by the position of the key', async () => {
  const { page, tickets } = await listed(1)
  await page.evaluate(() => dispatchEvent(new KeyboardEvent('keydown', { key: 'ت', code: 'KeyJ', bubbles: true })))
  await eventually('the first row', async () => (await focused(page)) === at(tickets, 0).number)
})

test('back and forward change the list together with the address', async () => {
  const { page, tickets } = await listed(2)
  await page.locator(row(at(tickets, 0).number)).click()
  await page.locator(id(T.ticket, `[data-number="${at(tickets, 0).number}"]`)).waitFor()
  await page.locator(id(T.filterClear)).click()
  await page.locator(id(T.view, '[data-view="closed"]')).click()
  await page.locator(id(T.view, '[data-view="closed"][aria-pressed="true"]')).waitFor()
  await page.goBack()
  await page.locator(id(T.view, '[data-view="needs_answer"][aria-pressed="true"]')).waitFor()
  await page.locator(row(at(tickets, 1).number)).waitFor()
  expect(await page.locator(id(T.search)).inputValue()).not.toBe('')
  await page.goForward()
  await page.locator(id(T.view, '[data-view="closed"][aria-pressed="true"]')).waitFor()
})
