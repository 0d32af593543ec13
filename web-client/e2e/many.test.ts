// Runs the browser tests' checklist again on a desk to which three hundred tickets were added, and tests the tickets on the last page.

import { beforeAll, describe, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { checklist } from './checklist.ts'
import { CUSTOMERS, drawn, eventually, id, message, openTicket, people, rest, say, TEAM, unique, visit, withBrowser, type Made, type People } from './help.ts'

const TICKETS = 300
const AT_ONCE = 6
const PAGE_TICKETS = 50

const context = withBrowser()
const word = unique('many')
const made: Made[] = []
let who: People
const row = (number: string, more = '') => id(T.ticketRow, `[data-number="${number}"]${more}`)

beforeAll(async () => {
  who = await people()
  while (made.length < TICKETS) made.push(...await Promise.all(Array.from({ length: AT_ONCE }, () => openTicket(who.customer, { subject: `${word} of the client`, priority: 'low' }))))
}, 300_000)
const first = () => made[0] ?? { id: '', number: '' }

describe('with three hundred tickets', () => { checklist(context) })

test('a customer pages back to their first ticket, writes there, and finds it on top of the list', async () => {
  const { page, faults } = await visit(await context(), CUSTOMERS, '/support', who.customer)
  await page.locator(id(T.search)).fill(word)
  await eventually('a page of what was searched', async () => {
    // Check the rows' subjects: until the search result arrives, the page shows the previous list, which has as many rows.
    const subjects = await page.locator(id(T.ticketRow)).locator('.subject').allInnerTexts()
    return subjects.length === PAGE_TICKETS && subjects.every((subject) => subject.includes(word))
  })
  for (let shown = PAGE_TICKETS; shown < TICKETS; shown += PAGE_TICKETS) {
    await page.locator(id(T.listMore)).click()
    await eventually('the next page', async () => (await page.locator(id(T.ticketRow)).count()) === Math.min(TICKETS, shown + PAGE_TICKETS))
  }
  const numbers = await page.locator(id(T.ticketRow)).evaluateAll((rows) => rows.map((one) => one.getAttribute('data-number')))
  expect(new Set(numbers).size, 'each once').toBe(TICKETS)
  // `AT_ONCE` tickets were created at the same time, so any of them may be the oldest.
  const oldest = numbers.at(-1) ?? ''
  expect(made.slice(0, AT_ONCE).map((ticket) => ticket.number)).toContain(oldest)
  await page.locator(row(oldest)).click()
  await message(page, 'Something happened.').waitFor()
  await say(page, 'Is this one still known?')
  await message(page, 'Is this one still known?', 'stored').waitFor()
  await eventually('above the others', async () => (await page.locator(id(T.ticketRow)).first().getAttribute('data-number')) === oldest)
  expect(faults).toEqual([])
})

test('an agent scrolls to the last ticket and answers it, and the pages contain each ticket once', async () => {
  const oldest = made[1] ?? first()
  const { page, faults } = await visit(await context(), TEAM, `/admin/support?view=all&search=${word}&sort=created`, who.agent)
  const list = page.locator('.tickets.virtual')
  const seen = new Set<string>()
  await page.locator(id(T.ticketRow)).first().waitFor()
  await eventually('the end of the list', async () => {
    for (const number of await page.locator(id(T.ticketRow)).evaluateAll((rows) => rows.map((one) => one.getAttribute('data-number') ?? ''))) seen.add(number)
    await list.evaluate((element) => { element.scrollTop += element.clientHeight / 2 })
    // Wait for a render after each scroll. A row that is scrolled past before it is rendered would not be counted.
    await drawn(page)
    return (await page.locator(row(first().number)).count()) === 1 && seen.size === TICKETS
  }, 60_000)
  await page.locator(row(oldest.number)).click()
  await page.locator(id(T.ticket, `[data-number="${oldest.number}"]`)).waitFor()
  await say(page, 'Yes, it is.')
  await message(page, 'Yes, it is.', 'stored').waitFor()
  await page.locator(row(oldest.number, '[data-status="in_progress"]')).waitFor()
  const counted = await rest(who.agent, 'GET', '/tickets/counts', undefined, TEAM)
  await eventually('the count of all', async () => Number(await page.locator(id(T.view, '[data-view="all"]')).getAttribute('data-count')) === counted['all'])
  expect(Number(counted['all'])).toBeGreaterThanOrEqual(TICKETS)
  expect(faults).toEqual([])
})
