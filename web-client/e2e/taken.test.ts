// Browser test of two agents who take the same ticket at the same moment.

import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, openTicket, people, rest, TEAM, unique, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

test('of two agents who take a ticket at the same moment, the later one is told whose it is, and may take it over', async () => {
  const ticket = await openTicket(who.customer, { subject: unique('taken') })
  const path = `/admin/support/${ticket.number}`
  const { page: late } = await visit(await context(), TEAM, path, who.agent)
  const { page: first } = await visit(await context(), CUSTOMERS, path, who.colleague)
  const shown = (page: typeof late) => page.locator(id(T.assignTo)).inputValue()
  // Both agents saw the ticket unassigned. Hold the second agent's request until the first agent has the ticket.
  let arrive = () => {}
  const underWay = new Promise<void>((resolve) => { arrive = resolve })
  let isHeld = true
  await late.route(`**/v1/tickets/${ticket.id}`, async (route) => {
    if (isHeld && route.request().method() === 'PATCH') await underWay
    await route.continue()
  })
  await late.locator(id(T.assignMe)).click()
  await first.locator(id(T.assignMe)).click()
  await eventually('the first one has it', async () => (await shown(first)) === who.colleague.id)
  isHeld = false
  arrive()
  const told = late.locator(id(T.problem))
  await told.waitFor()
  const name = who.colleague.name.split(' ')[0] ?? ''
  expect(await told.textContent()).toContain(`${name} took it a moment before you.`)
  await eventually('whose it is stands there', async () => (await shown(late)) === who.colleague.id)
  expect((await rest(who.agent, 'GET', `/tickets/${ticket.id}`))['assigned_to']).toMatchObject({ id: who.colleague.id })
  await late.locator(id(T.problemRetry)).click()
  await eventually('taken over', async () => (await shown(late)) === who.agent.id)
  expect(await told.count()).toBe(0)
  await eventually('the first one sees so', async () => (await shown(first)) === who.agent.id)
})

test('in a bulk change, tickets that others took meanwhile are counted', async () => {
  const word = unique('several')
  const [one, two] = [await openTicket(who.customer, { subject: `${word} one` }), await openTicket(who.customer, { subject: `${word} two` })]
  const { page } = await visit(await context(), TEAM, `/admin/support?view=all&search=${word}`, who.agent)
  const row = (number: string) => page.locator(id(T.ticketRow, `[data-number="${number}"]`))
  await row(one.number).waitFor()
  await row(two.number).waitFor()
  await page.route('**/v1/tickets/bulk', async (route) => {
    await rest(who.colleague, 'PATCH', `/tickets/${one.id}`, { assigned_to: 'me' }, CUSTOMERS)
    await route.continue()
  })
  for (const { number } of [one, two]) await page.locator(id(T.select, `[data-number="${number}"]`)).check()
  await page.locator(id(T.bulkTake)).click()
  const result = page.locator(id(T.bulkResult))
  await result.waitFor()
  expect([await result.getAttribute('data-done'), await result.getAttribute('data-taken')]).toEqual(['1', '1'])
  expect(await result.textContent()).toContain('1 taken by others')
  expect((await rest(who.agent, 'GET', `/tickets/${two.id}`))['assigned_to']).toMatchObject({ id: who.agent.id })
})
