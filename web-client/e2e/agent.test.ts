// An agent learns that a ticket came, who waits for an answer and for how long, and who of the team has answered.

import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openTicket, people, rest, say, TEAM, unique, visit, withBrowser, type Made, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })
const row = (number: string, more = '') => id(T.ticketRow, `[data-number="${number}"]${more}`)

test('the console opens with those who wait, the longest first; an answer takes one out of it, a customer’s message brings it back', async () => {
  const tickets: Made[] = []
  for (let n = 0; n < 3; n++) tickets.push(await openTicket(who.customer, { subject: unique('wait') }))
  const [first, second] = tickets
  if (first === undefined || second === undefined) throw new Error('three were opened')
  const { page } = await visit(await context(), TEAM, '/admin/support', who.agent)
  await page.locator(id(T.view, '[data-view="needs_answer"][aria-pressed="true"]')).waitFor()
  const order = async () => (await page.locator(id(T.ticketRow)).evaluateAll((all) => all.map((one) => one.getAttribute('data-number')))).filter((number) => tickets.some((one) => one.number === number))
  await eventually('the longest wait first', async () => JSON.stringify(await order()) === JSON.stringify(tickets.map((one) => one.number)))
  await page.locator(row(first.number)).locator(id(T.rowLast, '[data-side="customer"]')).waitFor()
  await page.locator(row(first.number)).locator(id(T.rowWait)).waitFor()
  const answer = unique('answer')
  await rest(who.colleague, 'POST', `/tickets/${first.id}/messages`, { body: answer }, TEAM)
  await page.mouse.move(900, 400)
  await page.locator(row(first.number)).waitFor({ state: 'detached' })
  await page.locator(id(T.view, '[data-view="all"]')).click()
  await page.locator(row(first.number)).locator(id(T.rowLast, '[data-side="staff"]')).filter({ hasText: answer }).waitFor()
  expect(await page.locator(row(first.number)).locator(id(T.rowWait)).count()).toBe(0)
  await page.locator(id(T.view, '[data-view="needs_answer"]')).click()
  await page.mouse.move(900, 400)
  await rest(who.customer, 'POST', `/tickets/${first.id}/messages`, { body: 'But still' })
  await page.locator(row(first.number)).filter({ hasText: 'But still' }).waitFor()
})

test('a new unassigned ticket and an urgent one are told while another is on screen, and count in the title until they are opened', async () => {
  const open = await openTicket(who.customer)
  const { page } = await visit(await context(), TEAM, `/admin/support/${open.number}`, who.agent)
  await message(page, 'Something happened.').waitFor()
  await page.bringToFront()
  const count = async () => Number(/^\((\d+)\)/.exec(await page.title())?.[1] ?? 0)
  const before = await count()
  const fresh = await openTicket(who.other)
  await page.locator(id(T.toast)).filter({ hasText: fresh.number }).waitFor()
  expect(await count()).toBe(before + 1)
  await rest(who.colleague, 'PATCH', `/tickets/${open.id}`, { assigned_to: 'me' }, TEAM)
  const pressing = await openTicket(who.other, { priority: 'urgent' })
  await page.locator(id(T.toast)).filter({ hasText: pressing.number }).locator(id(T.toastAction)).click()
  await page.locator(id(T.ticket, `[data-number="${pressing.number}"]`)).waitFor()
  await eventually('one of them was opened', async () => (await count()) === before + 1)
  await page.locator(id(T.looks)).click()
  await page.locator(id(T.habitsAlert, '[data-alert="unassigned"]')).uncheck()
  await page.keyboard.press('Escape')
  const silent = await openTicket(who.other)
  await page.locator(id(T.view, '[data-view="all"]')).click()
  await page.locator(row(silent.number)).waitFor()
  expect(await count()).toBe(before + 1)
})

test('what a colleague wrote stands on the team’s side, with their name', async () => {
  const ticket = await openTicket(who.customer)
  const agent = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)).page
  const colleague = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.colleague)).page
  const text = unique('from a colleague')
  await say(colleague, text)
  const one = message(agent, text)
  await one.and(agent.locator('[data-mine="false"][data-side="ours"]')).waitFor()
  expect(await one.innerText()).toContain(who.colleague.name)
  const [theirs, ours, thread] = await Promise.all([message(agent, 'Something happened.').boundingBox(), one.boundingBox(), agent.locator(id(T.thread)).boundingBox()])
  expect((theirs?.x ?? 0) - (thread?.x ?? 0)).toBeLessThan(80)
  expect((thread?.x ?? 0) + (thread?.width ?? 0) - (ours?.x ?? 0) - (ours?.width ?? 0)).toBeLessThan(80)
})

test('an admin lets answers assign: the first to reply to an unassigned ticket gets it', async () => {
  const ticket = await openTicket(who.customer)
  const admin = (await visit(await context(), TEAM, '/admin/support', who.admin)).page
  await admin.locator(id(T.looks)).click()
  await admin.locator(id(T.replyAssigns)).check()
  await eventually('stored', async () => (await rest(who.admin, 'GET', '/settings', undefined, TEAM))['reply_assigns'] === true)
  const agent = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)).page
  await say(agent, 'Mine now')
  await eventually('assigned', async () => JSON.stringify(await rest(who.agent, 'GET', `/tickets/${ticket.id}`, undefined, TEAM)).includes(who.agent.id))
  await rest(who.admin, 'PUT', '/settings/reply_assigns', { value: null }, TEAM)
  const customer = (await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)).page
  await message(customer, 'Mine now').waitFor()
})
