// Browser tests with a customer and an agent on two gateway instances. Each sees what the other does without a reload. The customer never
// sees an internal note.

import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, neverReloaded, openTicket, people, rest, say, TEAM, texts, unique, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

test('a customer opens a ticket and an agent on the other instance answers it', async () => {
  const console_ = await visit(await context(), TEAM, '/admin/support?view=all', who.agent)
  const support = await visit(await context(), CUSTOMERS, '/support', who.customer)
  const [agent, customer] = [console_.page, support.page]
  const subject = unique('Printer')

  await customer.locator(id(T.newTicket)).click()
  await customer.locator(id(T.newSubmit)).click()
  expect(await customer.locator(id(T.newForm)).count(), 'an empty form stays').toBe(1)
  const asked = await customer.locator(`${id(T.newForm)} :is(input, textarea, select):not([hidden])`).evaluateAll((fields) => fields.map((field) => [field.getAttribute('data-testid'), field instanceof HTMLSelectElement && document.getElementById(field.getAttribute('aria-describedby') ?? '')?.checkVisibility() === true]))
  expect(asked, 'the question comes first, what need not be chosen last and with a hint').toEqual([[T.newSubject, false], [T.newDescription, false], [T.newCategory, true], [T.newPriority, true]])
  await customer.locator(id(T.newSubject)).fill(subject)
  await customer.locator(id(T.newCategory)).selectOption('technical')
  await customer.locator(id(T.newPriority)).selectOption('high')
  await customer.locator(id(T.newDescription)).fill('It prints <b>nothing</b>.')
  await customer.locator(id(T.newSubmit)).click()
  await customer.locator(id(T.ticket)).waitFor()
  const number = (await customer.locator(id(T.ticketNumber)).innerText()).trim()
  expect(number).toMatch(/^TKT-\d{6,}$/)
  expect(customer.url()).toBe(`${CUSTOMERS}/support/${number}`)
  await customer.locator(id(T.ticketRow, `[data-number="${number}"]`)).waitFor()
  await expect.poll(() => texts(customer)).toEqual(['It prints <b>nothing</b>.'])

  await agent.locator(id(T.ticketRow, `[data-number="${number}"]`)).click()
  await message(agent, 'It prints <b>nothing</b>.').waitFor()

  await agent.locator(id(T.composerInput)).pressSequentially('Ha')
  await customer.locator(id(T.typing)).filter({ hasText: 'typing' }).waitFor()
  await say(agent, 'Have you tried another cable?')
  await message(customer, 'Have you tried another cable?', 'received').waitFor()
  await eventually('typing fades with the message', async () => (await customer.locator(id(T.typing)).innerText()).trim() === '')
  await say(customer, 'Yes.\nIt is a new one.')
  await message(agent, 'It is a new one.', 'received').waitFor()
  await message(customer, 'It is a new one.', 'seen').waitFor()
  await message(agent, 'another cable', 'seen').waitFor()
  await eventually('the answer moved the status', async () => (await customer.locator(id(T.ticketStatus)).getAttribute('data-value')) === 'in_progress')
  expect([...support.faults, ...console_.faults]).toEqual([])
})

test('a note reaches the customer in no frame and in no response', async () => {
  const ticket = await openTicket(who.customer)
  const support = await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  const console_ = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  const canary = unique('canary')

  await console_.page.locator(id(T.composerNote)).click()
  await say(console_.page, `The customer must not know: ${canary}`)
  await message(console_.page, canary, 'stored').waitFor()
  expect(await message(console_.page, canary).getAttribute('data-note')).toBe('true')
  await console_.page.locator(id(T.composerReply)).click()
  await say(console_.page, 'An answer after the note')
  await message(support.page, 'An answer after the note').waitFor()
  await support.page.reload()
  await message(support.page, 'An answer after the note').waitFor()
  const history = await rest(who.customer, 'GET', `/tickets/${ticket.id}/activity?limit=200`)
  const own = await rest(who.customer, 'GET', '/tickets?scope=own')

  expect(support.received.join('\n'), 'the page did receive the answer').toContain('An answer after the note')
  expect(support.received.join('\n')).not.toContain(canary)
  expect(JSON.stringify([history, own])).not.toContain(canary)
  expect(await support.page.content()).not.toContain(canary)
  expect(console_.received.join('\n')).toContain(canary)
})

test('status, assignment, priority and category appear on the other side without a reload', async () => {
  const ticket = await openTicket(who.customer, { priority: 'low' })
  const customer = (await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)).page
  const agent = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)).page
  await customer.locator(id(T.ticket)).waitFor()
  const [sameCustomer, sameAgent] = [await neverReloaded(customer), await neverReloaded(agent)]
  const value = (testid: string) => customer.locator(id(testid)).first().getAttribute('data-value')

  await agent.locator(id(T.assignMe)).click()
  const firstName = who.agent.name.split(' ')[0] ?? ''
  await customer.locator(id(T.ticketAssignee)).filter({ hasText: firstName }).waitFor()
  expect(await customer.locator(id(T.ticketAssignee)).innerText()).not.toContain(who.agent.name.split(' ').at(-1))
  await agent.locator(id(T.setPriority)).selectOption('urgent')
  await eventually('the priority', async () => (await value(T.ticketPriority)) === 'urgent')
  await agent.locator(id(T.setCategory)).selectOption('security')
  await eventually('the category', async () => (await value(T.ticketCategory)) === 'security')
  await agent.locator(id(T.setStatus)).selectOption('waiting_on_customer')
  await eventually('the status', async () => (await value(T.ticketStatus)) === 'waiting_on_customer')
  await customer.locator(id(T.activity, '[data-kind="status_changed"]')).first().waitFor()
  await say(customer, 'Here I am.')
  await eventually('the answer woke the ticket', async () => (await agent.locator(id(T.ticketStatus)).getAttribute('data-value')) === 'waiting_on_admin')
  expect([await sameCustomer(), await sameAgent()]).toEqual([true, true])
})

test('a resolved ticket is rated and a closed one reopened, live on both sides', async () => {
  const ticket = await openTicket(who.customer)
  const customer = (await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)).page
  const agent = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)).page
  await agent.locator(id(T.setStatus)).selectOption('resolved')
  await customer.locator(id(T.ratingStar, '[data-value="4"]')).click()
  await customer.locator(id(T.ratingComment)).fill('Quick and kind')
  await customer.locator(id(T.ratingSubmit)).click()
  await customer.locator(id(T.ratingDone)).waitFor()
  await agent.locator(id(T.ticketRating, '[data-value="4"]')).filter({ hasText: 'Quick and kind' }).waitFor()

  await agent.locator(id(T.setStatus)).selectOption('closed')
  await customer.locator(id(T.ticketReopen)).waitFor()
  expect(await customer.locator(id(T.composer)).count()).toBe(0)
  await customer.locator(id(T.tabClosed)).click()
  await customer.locator(id(T.ticketRow, `[data-number="${ticket.number}"][data-status="closed"]`)).waitFor()
  await customer.locator(id(T.ticketReopen)).click()
  await customer.locator(id(T.composer)).waitFor()
  await eventually('open on the other side', async () => (await agent.locator(id(T.ticketStatus)).getAttribute('data-value')) === 'open')
})

test('an answer to a ticket that is not open marks it unread in the list, and opening it marks it read', async () => {
  const ticket = await openTicket(who.customer)
  const customer = (await visit(await context(), CUSTOMERS, '/support', who.customer)).page
  const row = (unread: boolean) => customer.locator(id(T.ticketRow, `[data-number="${ticket.number}"][data-unread="${unread}"]`))
  await customer.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await customer.locator(id(T.timeline)).waitFor()
  await customer.locator(id(T.newTicket)).click()
  await row(false).waitFor()
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'Knock, knock' }, TEAM)
  await row(true).waitFor()
  await customer.keyboard.press('Escape')
  await row(true).click()
  await message(customer, 'Knock, knock').waitFor()
  await row(false).waitFor()
  await customer.goBack()
  await row(false).waitFor()
})
