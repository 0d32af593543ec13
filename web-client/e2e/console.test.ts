// Browser tests of the staff console's own features, and of what the console hides from people without staff rights.

import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openTicket, people, rest, TEAM, unique, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

test('filters and search narrow the list, are kept in the address, and follow live changes', async () => {
  const word = unique('needle')
  const ticket = await openTicket(who.customer, { subject: `A ${word} in the hay`, category: 'compliance', priority: 'urgent' })
  const { page } = await visit(await context(), TEAM, '/admin/support?view=all', who.agent)
  const row = page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`))
  const rows = page.locator(id(T.ticketRow))

  await page.locator(id(T.filtersToggle)).click()
  await page.locator(id(T.search)).fill(word)
  await eventually('one is found', async () => (await rows.count()) === 1 && (await row.count()) === 1)
  for (const [filter, wrong, right] of [[T.filterStatus, 'resolved', 'active'], [T.filterCategory, 'billing', 'compliance'], [T.filterPriority, 'low', 'urgent'], [T.filterAssignee, 'me', 'nobody']] as const) {
    await page.locator(id(filter)).selectOption(wrong)
    await page.locator(id(T.listEmpty)).waitFor()
    await page.locator(id(filter)).selectOption(right)
    await row.waitFor()
  }
  expect(new URL(page.url()).searchParams.get('priority')).toBe('urgent')
  await page.reload()
  await row.waitFor()
  expect(await rows.count()).toBe(1)
  await rest(who.colleague, 'PATCH', `/tickets/${ticket.id}`, { assigned_to: 'me' }, CUSTOMERS)
  await page.locator(id(T.listEmpty)).waitFor()
  await page.locator(id(T.filterAssignee)).selectOption(who.colleague.id)
  await row.waitFor()
})

test('the list can be sorted, stays sorted live, and the order is kept in the address', async () => {
  const word = unique('sorted')
  const [first, second, third] = [await openTicket(who.customer, { subject: word }), await openTicket(who.customer, { subject: word }), await openTicket(who.customer, { subject: word })]
  await rest(who.customer, 'POST', `/tickets/${first.id}/messages`, { body: 'again' })
  const { page } = await visit(await context(), TEAM, `/admin/support?search=${word}`, who.agent)
  const order = () => page.locator(id(T.ticketRow)).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-number')).join())
  const becomes = async (what: string, ...tickets: readonly { readonly number: string }[]) => {
    const wanted = tickets.map((ticket) => ticket.number).join()
    await eventually(what, async () => (await order()) === wanted)
  }
  await becomes('latest activity first', first, third, second)
  await page.locator(id(T.filtersToggle)).click()
  await page.locator(id(T.sort)).selectOption('oldest')
  await becomes('oldest first', first, second, third)
  await page.locator(id(T.sort)).selectOption('created')
  await becomes('newest first', third, second, first)
  await page.reload()
  await becomes('kept in the address', third, second, first)
  expect(new URL(page.url()).searchParams.get('sort')).toBe('created')
  await page.locator(id(T.filtersToggle)).click()
  await page.locator(id(T.sort)).selectOption('last_activity')
  await page.mouse.move(900, 400)
  await page.locator('body').click({ position: { x: 900, y: 400 } })
  await rest(who.customer, 'POST', `/tickets/${second.id}/messages`, { body: 'me too' })
  await becomes('moved up by what happened', second, first, third)
})

test('the figures change live', async () => {
  const { page } = await visit(await context(), TEAM, '/admin/support?view=all', who.agent)
  const card = id(T.stat, '[data-stat="urgent"]')
  const urgent = async () => Number(await page.locator(card).getAttribute('data-value'))
  // Wait until the card has a value. Before that it shows a dash, and `urgent` would return 0.
  await page.locator(`${card}[data-value]`).waitFor()
  const before = await urgent()
  await openTicket(who.customer, { priority: 'urgent' })
  await eventually('one more', async () => (await urgent()) === before + 1)
})

test('at 1280 by 800 at least ten tickets are visible, each in a row of 56 to 60 px', async () => {
  await Promise.all(Array.from({ length: 20 }, () => openTicket(who.customer)))
  const place = await context({ viewport: { width: 1280, height: 800 } })
  const { page } = await visit(place, TEAM, '/admin/support?view=all', who.agent)
  await eventually('a full list', async () => (await page.locator(id(T.ticketRow)).count()) > 12)
  const seen = await page.locator('.tickets.virtual').evaluate((list) => {
    const frame = list.getBoundingClientRect()
    const rows = [...list.querySelectorAll('li')].map((one) => one.getBoundingClientRect())
    return rows.filter(({ top, bottom }) => top >= frame.top && bottom <= Math.min(frame.bottom, innerHeight)).map(({ height }) => height)
  })
  expect(seen.length).toBeGreaterThanOrEqual(10)
  for (const height of seen) expect(height >= 56 && height <= 60, `${height} px`).toBe(true)
})

test('a figure links to the tickets that it counts', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), TEAM, '/admin/support', who.agent)
  const figure = (name: string) => page.locator(id(T.stat, `[data-stat="${name}"]`))
  const row = page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`))
  await rest(who.agent, 'PATCH', `/tickets/${ticket.id}`, { status: 'waiting_on_customer' }, TEAM)
  await figure('waiting').click()
  await page.locator(`${id(T.ticketRow, `[data-number="${ticket.number}"]`)}[data-status="waiting_on_customer"]`).waitFor()
  expect(new URL(page.url()).searchParams.get('status')).toBe('waiting')
  // Reload, so that the test also checks the list that the server returns, not only the live change.
  await page.reload()
  await page.locator(`${id(T.ticketRow, `[data-number="${ticket.number}"]`)}[data-status="waiting_on_customer"]`).waitFor()
  await figure('open').click()
  await row.waitFor({ state: 'detached' })
  await page.locator(id(T.view, '[data-view="all"]')).click()
  await row.waitFor()
})

test('an answer begun before another person wrote is not sent without asking', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  await message(page, 'Something happened.').waitFor()
  await page.locator(id(T.composerInput)).fill('My answer')
  await rest(who.colleague, 'POST', `/tickets/${ticket.id}/messages`, { body: 'I was faster' }, CUSTOMERS)
  await page.locator(id(T.composerStale)).waitFor()
  await page.locator(id(T.composerInput)).press('Enter')
  await message(page, 'My answer', 'refused').waitFor()
  const before = await rest(who.agent, 'GET', `/tickets/${ticket.id}/activity?limit=200`, undefined, TEAM)
  expect(JSON.stringify(before)).not.toContain('My answer')
  await page.locator(id(T.messageInsist)).click()
  await message(page, 'My answer', 'stored').waitFor()
  expect(await message(page, 'My answer').count()).toBe(1)
})

test('colleagues see each other on a ticket and typing a note', async () => {
  const ticket = await openTicket(who.customer)
  const one = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)).page
  const two = (await visit(await context(), CUSTOMERS, `/admin/support/${ticket.number}`, who.colleague)).page
  await one.locator(id(T.viewers)).filter({ hasText: who.colleague.name }).waitFor()
  await two.locator(id(T.viewers)).filter({ hasText: who.agent.name }).waitFor()
  await two.locator(id(T.composerNote)).click()
  await two.locator(id(T.composerInput)).pressSequentially('hm')
  await one.locator(id(T.typing)).filter({ hasText: 'note' }).waitFor()
})

test('the console shows a customer only the way home', async () => {
  const ticket = await openTicket(who.other)
  const { page } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.customer)
  await page.waitForURL(`${TEAM}/support`)
  await page.locator(id(T.whoami)).filter({ hasText: who.customer.name }).waitFor()
  expect(await page.locator(id(T.stats)).count() + await page.locator(id(T.ticket)).count()).toBe(0)
})

test("another person's ticket and a missing one look the same", async () => {
  const ticket = await openTicket(who.other)
  const { page } = await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  const foreign = await page.locator(id(T.ticketMissing)).innerText()
  await page.goto(`${CUSTOMERS}/support/TKT-999999999`)
  expect(await page.locator(id(T.ticketMissing)).innerText()).toBe(foreign)
})

test('an invalid shortcut is explained at its field', async () => {
  const { page } = await visit(await context(), TEAM, '/admin/support/settings/saved-replies', who.admin)
  await page.locator(id(T.replyNew)).click()
  const field = page.locator(id(T.replyShortcut))
  await field.fill('Not so!')
  const told = () => field.evaluate((one) => document.getElementById(one.getAttribute('aria-describedby') ?? '')?.textContent ?? '')
  expect(await told()).toBe('Lowercase letters, digits, - and _')
  await field.fill('so')
  expect(await told()).toBe('')
})
