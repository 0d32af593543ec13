// The test checklist of the support system that Helpline replaces. Each test is named after a flow of that checklist.

import type { BrowserContext } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, neverReloaded, openTicket, people, rest, say, TEAM, texts, unique, visit, type People } from './help.ts'

const row = (number: string, more = '') => id(T.ticketRow, `[data-number="${number}"]${more}`)

export function checklist(context: () => Promise<BrowserContext>): void {
  let who: People
  beforeAll(async () => { who = await people() })
  describe('user flow', () => {
    test('open support, create a ticket, find its number in the active tab, chat, badge, search, closed tab', async () => {
      const seen = await visit(await context(), CUSTOMERS, '/support', who.customer)
      const { page } = seen
      const subject = unique('Cannot log in')
      await page.locator(id(T.newTicket)).click()
      await page.locator(id(T.newSubmit)).click()
      expect(await page.locator(`${id(T.newForm)} [aria-invalid="true"]`).count(), 'said at the field').toBeGreaterThan(0)
      await page.locator(id(T.newSubject)).fill(subject)
      await page.locator(id(T.newDescription)).fill('Since this morning.')
      await page.reload()
      expect(await page.locator(id(T.newSubject)).inputValue(), 'the draft is kept').toBe(subject)
      await page.locator(id(T.newPriority)).selectOption('urgent')
      await page.locator(id(T.newSubmit)).click()
      await page.locator(id(T.ticket)).waitFor()
      const number = (await page.locator(id(T.ticketNumber)).innerText()).trim()
      await page.locator(id(T.toast)).filter({ hasText: number }).waitFor()
      await page.locator(row(number, '[data-status="open"][data-priority="urgent"]')).waitFor()
      await say(page, 'Are you there?')
      await message(page, 'Are you there?', 'stored').waitFor()
      await rest(who.agent, 'POST', `/tickets/${number}/messages`, { body: 'We are.' }, TEAM)
      await message(page, 'We are.', 'received').waitFor()
      await page.locator(row(number, '[data-status="in_progress"]')).waitFor()
      expect(await page.locator(id(T.ticketStatus)).innerText()).toBe('We’re on it')

      await page.locator(id(T.search)).fill(subject)
      await eventually('one is found', async () => (await page.locator(id(T.ticketRow)).count()) === 1)
      await page.locator(id(T.search)).fill(number)
      await eventually('found by number', async () => (await page.locator(row(number)).count()) === 1)
      await page.locator(id(T.search)).fill('no such words anywhere')
      await page.locator(id(T.listEmpty)).waitFor()
      await page.locator(id(T.search)).fill('')

      await page.locator(id(T.ticketClose)).click()
      await page.locator(id(T.ticketReopen)).waitFor()
      expect(await page.locator(`${id(T.ticket)} textarea`).isDisabled()).toBe(true)
      await eventually('gone from the active tab', async () => (await page.locator(row(number)).count()) === 0)
      await page.locator(id(T.tabClosed)).click()
      await page.locator(row(number, '[data-status="closed"]')).waitFor()
      await page.goBack()
      await page.goForward()
      await page.reload()
      expect(await page.locator(id(T.ticketNumber)).innerText()).toBe(number)
      expect(seen.faults).toEqual([])
    })
  })

  describe('admin flow', () => {
    test('access by role: agents and admins enter, a customer is led home', async () => {
      for (const person of [who.agent, who.admin]) {
        const { page } = await visit(await context(), TEAM, '/admin/support?view=all', person)
        await page.locator(id(T.stats)).waitFor()
      }
      const { page } = await visit(await context(), TEAM, '/admin/support?view=all', who.customer)
      await page.waitForURL(`${TEAM}/support`)
    })

    test('the cards are right, and all tickets are listed', async () => {
      const { page } = await visit(await context(), TEAM, '/admin/support?view=all', who.agent)
      const card = async (name: string) => Number(await page.locator(id(T.stat, `[data-stat="${name}"]`)).getAttribute('data-value'))
      // Changes of earlier tests may still be on their way to the cards, so the service is asked anew each time.
      await eventually('the cards', async () => {
        const figures = await rest(who.agent, 'GET', '/stats', undefined, TEAM)
        const shown = [await card('open'), await card('in_progress'), await card('urgent'), await card('last_24h')]
        const stored = [figures['open_tickets'], figures['in_progress_tickets'], figures['urgent_tickets'], figures['tickets_last_24h']]
        return shown.every((value, place) => value === stored[place])
      })
      const mine = await openTicket(who.customer)
      const others = await openTicket(who.other)
      await page.locator(row(mine.number)).waitFor()
      await page.locator(row(others.number)).waitFor()
    })

    test('each view counts and shows its tickets, each filter and the search narrow them, all in the address bar', async () => {
      const word = unique('filter')
      const ticket = await openTicket(who.customer, { subject: word, category: 'compliance', priority: 'urgent' })
      const { page } = await visit(await context(), TEAM, '/admin/support?view=all', who.agent)
      const view = (name: string) => page.locator(id(T.view, `[data-view="${name}"]`))
      for (const name of ['unassigned', 'urgent', 'all']) {
        await view(name).click()
        await page.locator(row(ticket.number)).waitFor()
      }
      for (const name of ['mine', 'resolved', 'closed']) {
        await view(name).click()
        await eventually(`not in ${name}`, async () => (await page.locator(row(ticket.number)).count()) === 0)
        expect(new URL(page.url()).searchParams.get('view')).toBe(name)
      }
      await eventually('counts', async () => Number(await view('urgent').getAttribute('data-count')) >= 1)
      await view('all').click()
      await page.locator(id(T.filtersToggle)).click()
      for (const [filter, wrong, right] of [[T.filterCategory, 'billing', 'compliance'], [T.filterPriority, 'low', 'urgent'], [T.filterStatus, 'escalated', 'open'], [T.filterAssignee, 'me', 'nobody']] as const) {
        await page.locator(id(filter)).selectOption(wrong)
        await eventually('narrowed', async () => (await page.locator(row(ticket.number)).count()) === 0)
        await page.locator(id(filter)).selectOption(right)
        await page.locator(row(ticket.number)).waitFor()
      }
      await page.locator(id(T.filterClear)).click()
      for (const text of [word, ticket.number, who.customer.email ?? word]) {
        await page.locator(id(T.search)).fill(text)
        await page.locator(row(ticket.number)).waitFor()
      }
      await page.locator(id(T.search)).fill(word)
      await page.reload()
      await page.locator(row(ticket.number)).waitFor()
      expect(await page.locator(id(T.ticketRow)).count()).toBe(1)
    })

    test('assign to me, the status change is logged, answer, a yellow note that the customer does not see', async () => {
      const ticket = await openTicket(who.customer)
      const customer = (await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)).page
      const { page } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
      await page.locator(id(T.assignMe)).click()
      await eventually('mine', async () => (await page.locator(id(T.assignTo)).inputValue()) === who.agent.id)
      await page.locator(id(T.setStatus)).selectOption('waiting_on_customer')
      await page.locator(id(T.panelTab, '[data-panel="history"]')).click()
      await page.locator(id(T.historyRow, '[data-kind="status_changed"]')).waitFor()
      await page.locator(id(T.historyFilter)).selectOption('messages')
      await eventually('filtered', async () => (await page.locator(id(T.historyRow, '[data-kind="assigned"]')).count()) === 0)
      const canary = unique('secret')
      await page.locator(id(T.composerNote)).click()
      await say(page, canary)
      await message(page, canary, 'stored').waitFor()
      const colour = await message(page, canary).locator('.bubble').evaluate((bubble) => getComputedStyle(bubble).backgroundColor)
      const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number)
      expect(red > blue + 20 && green > blue + 20, `yellow: ${colour}`).toBe(true)
      await page.locator(id(T.composerReply)).click()
      await say(page, 'An answer.')
      await message(customer, 'An answer.').waitFor()
      expect(await customer.content()).not.toContain(canary)
    })
  })

  describe('real-time flow', () => {
    test('two browsers on two instances: messages, and a status change without refresh', async () => {
      const ticket = await openTicket(who.customer)
      const customer = (await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)).page
      const agent = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)).page
      const stayed = [await neverReloaded(customer), await neverReloaded(agent)]
      await say(customer, 'one')
      await message(agent, 'one', 'received').waitFor()
      await say(agent, 'two')
      await message(customer, 'two', 'received').waitFor()
      await agent.locator(id(T.setStatus)).selectOption('resolved')
      await customer.locator(id(T.ticketStatus, '[data-value="resolved"]')).first().waitFor()
      await customer.locator(id(T.rating)).waitFor()
      expect(await Promise.all(stayed.map((check) => check()))).toEqual([true, true])
    })

    test('a tab in the background says that something came', async () => {
      const ticket = await openTicket(who.other)
      const { page } = await visit(await context(), CUSTOMERS, '/support', who.other)
      await page.locator(row(ticket.number)).waitFor()
      const count = async () => Number(/^\((\d+)\)/.exec(await page.title())?.[1] ?? 0)
      const before = await count()
      await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'psst' }, TEAM)
      await eventually('the title', async () => (await count()) > 0 && (await count()) >= before)
      expect(await page.locator('link[rel="icon"]').getAttribute('href')).toContain('unread')
    })
  })

  describe('security flow', () => {
    test('own tickets only: a foreign ticket by its address is not there, nor in the list', async () => {
      const foreign = await openTicket(who.other, { subject: unique('foreign') })
      const { page, received } = await visit(await context(), CUSTOMERS, `/support/${foreign.number}`, who.customer)
      await page.locator(id(T.ticketMissing)).waitFor()
      expect(await page.locator(row(foreign.number)).count()).toBe(0)
      expect(received.join('\n')).not.toContain(foreign.id)
    })
  })

  describe('load flow', () => {
    test('many tickets and quick sends: all there, in order, once', async () => {
      await Promise.all(Array.from({ length: 25 }, () => openTicket(who.other)))
      const ticket = await openTicket(who.other)
      const { page } = await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.other)
      const agent = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)).page
      await eventually('a full list', async () => (await page.locator(id(T.ticketRow)).count()) >= 25)
      const said = Array.from({ length: 25 }, (_, index) => `quick ${index + 1}`)
      for (const text of said) await say(page, text)
      for (const side of [page, agent]) await eventually('all of them', async () => (await texts(side)).length === said.length + 1, 20_000)
      await expect.poll(() => texts(agent)).toEqual(['Something happened.', ...said])
      await expect.poll(() => texts(page)).toEqual(['Something happened.', ...said])
    })
  })
}
