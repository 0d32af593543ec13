// Browser tests of how the app gets the attention of a person who is not looking at it. The tab's title and icon always change. Sounds and
// notifications come only if the person chose them. A person's own actions trigger none of these signals.

import type { BrowserContext, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openTicket, people, rest, say, TEAM, unique, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

interface Heard {
  /** One entry per played sound: the state of its `AudioContext`, which shows whether the sound was audible. */
  readonly sounds: readonly string[]
  readonly notes: readonly { readonly title: string; readonly body: string; readonly tag: string }[]
  readonly asked: number
}

/**
 * Opens a browser context that records the page's sounds and notifications, and lets a test hide the tab. The script is a string, because
 * the test runner would rewrite a function's code.
 */
async function listening(permission: 'granted' | 'denied'): Promise<BrowserContext> {
  const place = await context()
  if (permission === 'granted') for (const origin of [CUSTOMERS, TEAM]) await place.grantPermissions(['notifications'], { origin })
  await place.addInitScript(`{
    const heard = { sounds: [], notes: [], asked: 0 }
    window.heard = heard
    window.away = false
    document.hasFocus = () => !window.away
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (...when) {
      heard.sounds.push(this.context.state)
      return start.apply(this, when)
    }
    const Real = Notification
    class Heard extends Real {
      static get permission() { return '${permission}' }
      static async requestPermission() { heard.asked++; return '${permission}' }
      constructor(title, options) {
        super(title, options)
        heard.notes.push({ title, body: options?.body ?? '', tag: options?.tag ?? '' })
        window.lastNote = this
      }
    }
    window.Notification = Heard
  }`)
  return place
}

const heard = (page: Page): Promise<Heard> => page.evaluate('window.heard')
const look = (page: Page, where: 'away' | 'here') => page.evaluate(`window.away = ${where === 'away'}`)
const icon = (page: Page) => page.locator('link[rel="icon"]').getAttribute('href')
const count = async (page: Page) => Number(/^\((\d+)\)/.exec(await page.title())?.[1] ?? 0)

async function choose(page: Page, ...choices: readonly string[]): Promise<void> {
  await page.locator(id(T.preferences)).click()
  for (const testid of choices) await page.locator(id(testid)).click()
  await page.keyboard.press('Escape')
}

test('a customer in another tab hears and sees an answer once each, if they chose so; their own messages are silent', async () => {
  const ticket = await openTicket(who.customer, { subject: unique('ring') })
  const { page, faults } = await visit(await listening('granted'), CUSTOMERS, '/support', who.customer)
  await page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).waitFor()
  const answer = (body: string) => rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body }, TEAM)
  const row = (more: string) => page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]${more}`))

  await look(page, 'away')
  await answer('nobody asked for a noise')
  await row('[data-unread="true"]').waitFor()
  expect(await heard(page), 'without their choice nothing rings').toEqual({ sounds: [], notes: [], asked: 0 })

  await choose(page, T.preferencesSound, T.preferencesNotify)
  await answer('now')
  await eventually('the bell', async () => (await heard(page)).notes.length === 1)
  const { sounds, notes } = await heard(page)
  expect(sounds).toEqual(['running', 'running'])
  expect(notes[0]?.title).toContain(ticket.number)
  expect(notes[0]?.tag, 'one for each ticket').toContain(ticket.id)
  expect(JSON.stringify(notes), 'what was said stays in the page').not.toContain('now')

  await rest(who.customer, 'POST', `/tickets/${ticket.id}/messages`, { body: 'from my other device' })
  await rest(who.agent, 'PATCH', `/tickets/${ticket.id}`, { priority: 'high' }, TEAM)
  await row('[data-priority="high"]').waitFor()
  expect((await heard(page)).notes.length, 'their own message is no news').toBe(1)

  await look(page, 'here')
  await answer('while they look')
  await page.evaluate('window.lastNote.dispatchEvent(new Event("click"))')
  await page.locator(id(T.ticket, `[data-number="${ticket.number}"]`)).waitFor()
  await message(page, 'while they look').waitFor()
  expect((await heard(page)).notes.length, 'a page in front stays silent').toBe(1)
  await look(page, 'away')
  await answer('into the open ticket')
  await eventually('the bell for the open ticket', async () => (await heard(page)).notes.length === 2)
  expect(faults).toEqual([])
})

test('a refused permission is reported, and does not count as a choice', async () => {
  const { page } = await visit(await listening('denied'), CUSTOMERS, '/support', who.customer)
  await page.locator(id(T.preferences)).click()
  await page.locator(id(T.preferencesNotify)).click()
  await page.locator(`[role="alert"]`).filter({ hasText: 'browser' }).waitFor()
  await eventually('off again', async () => !(await page.locator(id(T.preferencesNotify)).isChecked()))
  expect((await heard(page)).asked).toBe(1)
})

test('an agent is alerted to their own tickets, including the open one, but not to others’ tickets or to their own actions', async () => {
  const [mine, open, foreign] = [await openTicket(who.customer), await openTicket(who.customer), await openTicket(who.other)]
  for (const ticket of [mine, open]) await rest(who.colleague, 'PATCH', `/tickets/${ticket.id}`, { assigned_to: 'me' }, TEAM)
  await rest(who.agent, 'PATCH', `/tickets/${foreign.id}`, { assigned_to: 'me' }, TEAM)
  const { page, faults } = await visit(await listening('granted'), TEAM, `/admin/support/${open.number}?view=mine`, who.colleague)
  await message(page, 'Something happened.').waitFor()
  await page.locator(id(T.ticketRow, `[data-number="${mine.number}"]`)).waitFor()
  await choose(page, T.preferencesSound, T.preferencesNotify)
  await look(page, 'away')
  const numbers = async () => (await heard(page)).notes.map((note) => /TKT-\d+/.exec(note.title)?.[0])
  const write = (of: typeof mine, body: string, person = who.customer) => rest(person, 'POST', `/tickets/${of.id}/messages`, { body })

  await write(foreign, 'for somebody else', who.other)
  await write(mine, 'for you')
  await eventually('rung for the own ticket', async () => (await numbers()).length === 1)
  await write(open, 'for you, open in front of you')
  await eventually('rung for the open ticket', async () => (await numbers()).length === 2)
  expect(await numbers()).toEqual([mine.number, open.number])

  // The colleague acts on this page and on another device. Neither action may notify the colleague, although both would notify anyone else.
  await say(page, 'an answer')
  await message(page, 'an answer', 'stored').waitFor()
  await rest(who.colleague, 'PATCH', `/tickets/${mine.id}`, { priority: 'urgent' }, CUSTOMERS)
  await write(mine, 'an answer from elsewhere', who.colleague)
  const marker = await openTicket(who.other, { subject: unique('marker') })
  await rest(who.agent, 'PATCH', `/tickets/${marker.id}`, { assigned_to: who.colleague.id }, TEAM)
  await eventually('rung for the ticket that somebody handed over', async () => (await numbers()).includes(marker.number))
  expect(await numbers()).toEqual([mine.number, open.number, marker.number])
  expect(faults).toEqual([])
})

test('the title and icon of the tab show unread tickets, and go back when they are read', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), TEAM, `/admin/support?search=${ticket.number}`, who.admin)
  const row = page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`))
  await row.waitFor()
  expect([await count(page), await icon(page)], 'tickets of nobody are no news for one').toEqual([0, expect.not.stringContaining('unread')])
  await rest(who.admin, 'PATCH', `/tickets/${ticket.id}`, { assigned_to: 'me' }, CUSTOMERS)
  await rest(who.customer, 'POST', `/tickets/${ticket.id}/messages`, { body: 'hello?' })
  await eventually('one unread', async () => (await count(page)) === 1)
  expect(await icon(page)).toContain('unread')
  await row.click()
  await message(page, 'hello?').waitFor()
  await eventually('none unread', async () => (await count(page)) === 0)
  expect(await icon(page)).not.toContain('unread')
  await page.reload()
  await page.locator(id(T.page, '[data-live="true"]')).waitFor()
  await row.and(page.locator('[data-unread="false"]')).waitFor()
  expect(await count(page), 'the record knows it too').toBe(0)
  await rest(who.admin, 'PATCH', `/tickets/${ticket.id}`, { status: 'closed' }, CUSTOMERS)
})

test('messages that a person wrote over REST or on another device are not unread for them', async () => {
  const ticket = await openTicket(who.customer, { subject: unique('own') })
  const row = id(T.ticketRow, `[data-number="${ticket.number}"]`)
  const { page } = await visit(await context(), CUSTOMERS, '/support', who.customer)
  await page.locator(`${row}[data-unread="false"]`).waitFor()
  await rest(who.customer, 'POST', `/tickets/${ticket.id}/messages`, { body: 'one more thing' })
  await rest(who.customer, 'POST', `/tickets/${ticket.id}/messages`, { body: 'and another' })
  await page.reload()
  await page.locator(`${row}[data-unread="false"]`).waitFor()
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'an answer' }, TEAM)
  await page.locator(`${row}[data-unread="true"]`).waitFor()
  const agent = (await visit(await context(), TEAM, `/admin/support?search=${ticket.number}`, who.agent)).page
  await agent.locator(`${row}[data-unread="true"]`).click()
  await message(agent, 'an answer').waitFor()
  await agent.locator(`${row}[data-unread="false"]`).waitFor()
  await eventually('the mark is kept', async () => {
    const kept = await rest(who.agent, 'GET', `/tickets/${ticket.id}`, undefined, TEAM)
    return kept['read_seq'] === kept['seq']
  })
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'from elsewhere' }, CUSTOMERS)
  await agent.goto(`${TEAM}/admin/support?search=${ticket.number}`)
  await agent.locator(`${row}[data-unread="false"]`).waitFor()
})

test('what arrived while the tab was hidden is read when the tab is shown, in the title and in the list', async () => {
  const ticket = await openTicket(who.customer, { subject: unique('hidden') })
  await rest(who.agent, 'PATCH', `/tickets/${ticket.id}`, { assigned_to: 'me' }, TEAM)
  const { page } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  await message(page, 'Something happened.').waitFor()
  const isRead = async () => {
    const { read_seq, seq } = await rest(who.agent, 'GET', `/tickets/${ticket.id}`, undefined, TEAM)
    return read_seq === seq
  }
  // Wait until the server has marked the ticket as read: an unread ticket would be included in `before`.
  await eventually('read when it was opened', isRead)
  const before = await count(page)
  const turn = (to: 'hidden' | 'visible') => page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: state })
    document.dispatchEvent(new Event('visibilitychange'))
  }, to)
  await turn('hidden')
  await rest(who.customer, 'POST', `/tickets/${ticket.id}/messages`, { body: 'while you looked away' })
  await eventually('the title says so', async () => (await count(page)) === before + 1)
  await turn('visible')
  await eventually('the title is calm', async () => (await count(page)) === before)
  await eventually('read at the desk', isRead)
  await page.goto(`${TEAM}/admin/support?view=all`)
  await page.locator(id(T.ticketRow, `[data-number="${ticket.number}"][data-unread="false"]`)).waitFor()
})
