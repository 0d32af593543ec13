// Browser tests of the staff console: an agent sees new tickets, which customers wait and for how long, and which colleague has replied.

import { beforeAll, expect, test } from 'vitest'
import { A } from '../src/apps/console/screens/appearance/testids.ts'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openScreen, openTicket, people, rest, say, TEAM, unique, visit, withBrowser, type Made, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })
const row = (number: string, more = '') => id(T.ticketRow, `[data-number="${number}"]${more}`)

test('the console opens with the waiting tickets, the longest wait first; an answer removes a ticket, a customer’s message brings it back', async () => {
  const tickets: Made[] = []
  for (let n = 0; n < 3; n++) tickets.push(await openTicket(who.customer, { subject: unique('wait'), category: 'feature_request' }))
  const [first, second] = tickets
  if (first === undefined || second === undefined) throw new Error('three were opened')
  // Show only a category that no other test uses. In the full list, this test's tickets could be too far down to be rendered.
  const { page } = await visit(await context(), TEAM, '/admin/support?category=feature_request', who.agent)
  await page.locator(id(T.view, '[data-view="needs_answer"][aria-pressed="true"]')).waitFor()
  const order = async () => (await page.locator(id(T.ticketRow)).evaluateAll((all) => all.map((one) => one.getAttribute('data-number')))).filter((number) => tickets.some((one) => one.number === number))
  await eventually('the longest wait first', async () => JSON.stringify(await order()) === JSON.stringify(tickets.map((one) => one.number)))
  await page.locator(row(first.number)).locator(id(T.rowLast, '[data-side="customer"]')).waitFor()
  await page.locator(row(first.number)).locator(id(T.rowWait)).waitFor()
  const { top, snippet } = await page.locator(row(first.number)).locator(id(T.rowLast)).evaluate((element) => ({ top: element.parentElement?.firstElementChild?.getBoundingClientRect().top ?? 0, snippet: element.getBoundingClientRect() }))
  expect(Math.abs(snippet.top - top), 'beside the name, not below its line, where nothing is seen').toBeLessThan(4)
  const answer = unique('answer')
  await rest(who.colleague, 'POST', `/tickets/${first.id}/messages`, { body: `> so: **${answer}**` }, TEAM)
  await page.mouse.move(900, 400)
  await page.locator(row(first.number)).waitFor({ state: 'detached' })
  await page.locator(id(T.view, '[data-view="all"]')).click()
  await page.locator(row(first.number)).locator(id(T.rowLast, '[data-side="staff"]')).filter({ hasText: new RegExp(`: ?so: ${answer}$|^so: ${answer}$`) }).waitFor()
  expect(await page.locator(row(first.number)).locator(id(T.rowWait)).count()).toBe(0)
  await page.locator(id(T.view, '[data-view="needs_answer"]')).click()
  await page.mouse.move(900, 400)
  await rest(who.customer, 'POST', `/tickets/${first.id}/messages`, { body: 'But still' })
  await page.locator(row(first.number)).filter({ hasText: 'But still' }).waitFor()
})

test('a new unassigned ticket and an urgent one are reported while another is open, and count in the title until they are opened', async () => {
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
  await openScreen(page, 'settings/appearance')
  await page.locator(id(A.alert, '[data-alert="unassigned"]')).uncheck()
  await page.locator(id(T.settingsBack)).click()
  const silent = await openTicket(who.other)
  await page.locator(id(T.view, '[data-view="all"]')).click()
  await page.locator(row(silent.number)).waitFor()
  expect(await count()).toBe(before + 1)
})

test('a colleague’s message is on the team’s side, with their name', async () => {
  const ticket = await openTicket(who.customer)
  const agent = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)).page
  const colleague = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.colleague)).page
  const text = unique('from a colleague')
  await say(colleague, text)
  const one = message(agent, text)
  await one.and(agent.locator('[data-mine="false"][data-side="ours"]')).waitFor()
  expect(await one.innerText()).toContain(who.colleague.name)
  const [theirs, ours, thread] = await Promise.all([message(agent, 'Something happened.').boundingBox(), one.boundingBox(), agent.locator(id(T.timeline)).boundingBox()])
  expect((theirs?.x ?? 0) - (thread?.x ?? 0)).toBeLessThan(80)
  expect((thread?.x ?? 0) + (thread?.width ?? 0) - (ours?.x ?? 0) - (ours?.width ?? 0)).toBeLessThan(80)
})

test('an admin enables assignment by reply: the first agent to reply to an unassigned ticket gets it', async () => {
  const ticket = await openTicket(who.customer)
  const admin = (await visit(await context(), TEAM, '/admin/support/settings/team', who.admin)).page
  const answers: number[] = []
  admin.on('response', (answer) => { if (answer.request().method() === 'PUT' && answer.url().endsWith('/settings/reply_assigns')) answers.push(answer.status()) })
  const box = admin.locator(id(T.replyAssigns))
  await box.check({ trial: true })
  // Click the checkbox three times before the server has replied to the first request.
  await box.evaluate((one: HTMLElement) => { for (let n = 0; n < 3; n++) one.click() })
  await eventually('each is answered', () => Promise.resolve(answers.length === 3))
  expect(answers, 'none is refused over the one before').toEqual([200, 200, 200])
  expect(await box.isChecked()).toBe(true)
  await eventually('stored', async () => (await rest(who.admin, 'GET', '/settings', undefined, TEAM))['reply_assigns'] === true)
  const agent = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)).page
  await say(agent, 'Mine now')
  await eventually('assigned', async () => JSON.stringify(await rest(who.agent, 'GET', `/tickets/${ticket.id}`, undefined, TEAM)).includes(who.agent.id))
  await rest(who.admin, 'PUT', '/settings/reply_assigns', { value: null }, TEAM)
  const customer = (await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)).page
  await message(customer, 'Mine now').waitFor()
})

test('a row of the list names the colleagues who view the ticket, and its layout does not change', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), TEAM, '/admin/support', who.agent)
  await page.locator(id(T.view, '[data-view="all"]')).click()
  const one = page.locator(row(ticket.number))
  await one.waitFor()
  const shape = async () => JSON.stringify(await Promise.all([one, one.locator('.line').nth(0), one.locator('.line').nth(1)].map(async (part) => {
    const box = await part.boundingBox()
    return [box?.y, box?.height]
  })))
  // While the pointer is over the list, rows keep their positions, so tickets of other tests cannot move above this row.
  await one.hover()
  const before = await shape()
  // The colleague uses another gateway instance than the agent.
  const colleague = (await visit(await context(), CUSTOMERS, `/admin/support/${ticket.number}`, who.colleague)).page
  const viewers = one.locator(id(T.rowViewers))
  await viewers.filter({ hasText: who.colleague.name }).waitFor()
  expect(await viewers.getAttribute('title')).toBe(`Looking at this now: ${who.colleague.name}`)
  expect(await shape()).toBe(before)
  // An agent's own name must not be in the list of viewers that the agent sees.
  await one.click()
  await message(page, 'Something happened.').waitFor()
  await page.locator(id(T.viewers)).filter({ hasText: who.colleague.name }).waitFor()
  expect(await viewers.getAttribute('title')).not.toContain(who.agent.name)
  await colleague.goto(`${CUSTOMERS}/admin/support`)
  await viewers.waitFor({ state: 'detached' })
})

test('waiting times follow the server’s clock from the first render, even if the device’s clock is wrong', async () => {
  const ticket = await openTicket(who.customer, { category: 'technical' })
  const place = await context()
  await place.addInitScript(() => {
    const now = Date.now.bind(Date)
    Date.now = () => now() + 9 * 3_600_000
  })
  const { page } = await visit(place, TEAM, '/admin/support?view=all&category=technical', who.agent)
  const wait = page.locator(row(ticket.number)).locator(id(T.rowWait))
  await wait.waitFor()
  expect(await wait.innerText()).not.toMatch(/[89] h/)
})

test('whatever the subject and the wait, a row shows its number, status, priority, wait and assignee in words', async () => {
  const ticket = await openTicket(who.customer, { priority: 'high', subject: 'A subject that is much longer than any row of the list has room for, at whatever width' })
  await rest(who.colleague, 'PATCH', `/tickets/${ticket.id}`, { assigned_to: 'me' }, TEAM)
  await rest(who.customer, 'POST', `/tickets/${ticket.id}/messages`, { body: 'And then? '.repeat(20) }, CUSTOMERS)
  await rest(who.colleague, 'PATCH', `/tickets/${ticket.id}`, { status: 'waiting_on_admin' }, TEAM)
  for (const language of ['en', 'ar']) {
    const { page } = await visit(await context(), TEAM, `/admin/support?view=all&search=${ticket.number}&lang=${language}`, who.agent)
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 780 })
      const one = page.locator(row(ticket.number))
      await one.waitFor()
      // '308 min' is the longest text that a waiting time can have.
      await one.evaluate((link) => { const how = link.querySelector('.wait [aria-hidden]:not(svg)'); if (how !== null) how.textContent = '308 min' })
      const found = await one.evaluate((link) => {
        const of = (selector: string) => {
          const part = link.querySelector(selector)
          const { left, right, top, bottom } = part?.getBoundingClientRect() ?? new DOMRect()
          return { selector, left, right, top, bottom, title: part?.getAttribute('title') ?? '', text: part?.textContent ?? '', cut: part === null || part.scrollWidth > Math.ceil(right - left) }
        }
        const frame = link.getBoundingClientRect()
        return { dir: document.documentElement.dir, left: frame.left, right: frame.right, lines: [['.subject', '.wait'], ['.from', '.snippet'], ['.number', '.badge', '.badge.priority', '.assignee bdi']].map((line) => line.map(of)) }
      })
      const told = `${language} at ${width}: ${JSON.stringify(found)}`
      expect(found.dir, told).toBe(language === 'ar' ? 'rtl' : 'ltr')
      for (const line of found.lines) {
        for (const part of line) {
          expect(part.right - part.left, told).toBeGreaterThan(9)
          expect(part.left, told).toBeGreaterThanOrEqual(found.left)
          expect(part.right, told).toBeLessThanOrEqual(found.right)
        }
        const order = language === 'ar' ? line.toReversed() : line
        order.reduce((before, part) => {
          expect(part.left, told).toBeGreaterThanOrEqual(before.right - 0.5)
          return part
        })
      }
      const [number, status, priority, assignee] = found.lines[2] ?? []
      expect(number?.text, told).toBe(ticket.number)
      expect(status?.title, told).toBe(status?.text)
      for (const part of [status, priority, assignee]) expect(part?.text, told).toMatch(/\p{L}{2}/u)
      // The assignee's name may be cut off, because the avatar also shows who it is. A few letters of the name must stay visible.
      for (const part of [number, status, priority]) expect(part?.cut, told).toBe(false)
      expect((assignee?.right ?? 0) - (assignee?.left ?? 0), told).toBeGreaterThan(24)
    }
  }
})

test('Escape closes the result of a change to many tickets', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), TEAM, `/admin/support?view=all&search=${ticket.number}`, who.agent)
  await page.locator(id(T.select, `[data-number="${ticket.number}"]`)).check()
  await rest(who.agent, 'PATCH', `/tickets/${ticket.id}`, { status: 'closed' }, TEAM)
  await page.locator(id(T.bulkStatus)).selectOption('resolved')
  await page.locator(id(T.bulkResult)).waitFor()
  await page.locator(id(T.bulkClear)).focus()
  await page.keyboard.press('Escape')
  expect(await page.locator(id(T.bulkResult)).count(), 'the first lets go of the selection').toBe(1)
  await page.keyboard.press('Escape')
  await page.locator(id(T.bulk)).waitFor({ state: 'detached', timeout: 8_000 })
})
