// WCAG 2.2 AA as far as axe-core can tell, on every screen, in both themes; and the keyboard where it cannot.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Frame, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { isObject } from '../src/protocol/narrow.ts'
import { T } from '../src/testids.ts'
import { CUSTOMERS, id, message, openTicket, openWidget, people, rest, TEAM, visit, withBrowser, type Made, type People } from './help.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const context = withBrowser()
let who: People
let ticket: Made
let rated: Made
beforeAll(async () => {
  who = await people()
  ticket = await openTicket(who.customer, { priority: 'urgent', description: 'With **bold**, `code`, a list:\n\n- one\n- two\n\nand https://example.org' })
  await rest(who.agent, 'PATCH', `/tickets/${ticket.id}`, { assigned_to: 'me' }, TEAM)
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'A note', internal: true }, TEAM)
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'An answer' }, TEAM)
  rated = await openTicket(who.customer)
  await rest(who.agent, 'PATCH', `/tickets/${rated.id}`, { status: 'resolved' }, TEAM)
})

async function violations(place: Page | Frame): Promise<readonly string[]> {
  await place.evaluate(AXE)
  const result: unknown = await place.evaluate("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] })")
  const found = isObject(result) && Array.isArray(result['violations']) ? result['violations'] : ['axe said nothing']
  return found.map((one: unknown) => (isObject(one) ? `${String(one['id'])}: ${JSON.stringify(Array.isArray(one['nodes']) ? one['nodes'].slice(0, 3).map((node: unknown) => (isObject(node) ? [node['target'], node['failureSummary']] : node)) : '')}` : String(one)))
}

async function bothThemes(name: string, page: Page, place: Page | Frame = page) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await violations(place), `${name}, ${colorScheme}`).toEqual([])
  }
}

describe('no violation', () => {
  test('on the screens of the support page, wide and narrow', async () => {
    const { page } = await visit(await context(), CUSTOMERS, '/support', who.customer)
    await page.locator(id(T.ticketRow)).first().waitFor()
    await bothThemes('list', page)
    await page.locator(id(T.preferences)).click()
    await bothThemes('menu', page)
    await page.keyboard.press('Escape')
    await page.locator(id(T.newTicket)).click()
    await page.locator(id(T.newSubmit)).click()
    await bothThemes('new ticket, refused', page)
    await page.goto(`${CUSTOMERS}/support/${ticket.number}`)
    await message(page, 'An answer').waitFor()
    await page.locator(`${id(T.messageBody)} strong`).waitFor()
    await bothThemes('ticket', page)
    await page.setViewportSize({ width: 360, height: 740 })
    await bothThemes('ticket, narrow', page)
    await page.locator(id(T.detailsToggle)).click()
    await bothThemes('details, narrow', page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing to scroll sideways').toBeLessThanOrEqual(360)
    await page.goto(`${CUSTOMERS}/support/${rated.number}`)
    await page.locator(id(T.rating)).waitFor()
    await bothThemes('rating, narrow', page)
    await page.goto(`${CUSTOMERS}/support/TKT-99999999`)
    await page.locator(id(T.ticketMissing)).waitFor()
    await bothThemes('missing', page)
    await page.context().setOffline(true)
    await page.locator(id(T.connection)).waitFor()
    await bothThemes('offline', page)
  })

  test('on the screens of the console, wide and narrow', async () => {
    const { page } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.admin)
    await message(page, 'An answer').waitFor()
    await bothThemes('ticket', page)
    for (const panel of ['customer', 'history']) {
      await page.locator(id(T.panelTab, `[data-panel="${panel}"]`)).click()
      await page.locator(panel === 'customer' ? id(T.customer) : id(T.historyRow)).first().waitFor()
      await bothThemes(panel, page)
    }
    await page.locator(id(T.composerNote)).click()
    await page.locator(id(T.composerInput)).fill('a note')
    await bothThemes('note', page)
    await page.locator(id(T.filtersToggle)).click()
    await page.locator(id(T.select)).first().check()
    await bothThemes('filters and selection', page)
    await page.keyboard.press('Control+k')
    await page.locator(id(T.paletteOption)).first().waitFor()
    await bothThemes('palette', page)
    await page.keyboard.press('Escape')
    await page.goto(`${TEAM}/admin/support/settings/saved-replies`)
    await page.locator(id(T.replyNew)).click()
    await bothThemes('saved replies', page)
    await page.goto(`${TEAM}/admin/support/settings/team`)
    await page.locator(id(T.roleSelect)).first().waitFor()
    await page.locator(id(T.roleRemove)).first().click()
    await page.locator(id(T.roleEmail)).fill('nowhere@example.org')
    await page.locator(id(T.roleFind)).click()
    await page.locator(id(T.roleTold, '[data-count="0"]')).waitFor()
    await bothThemes('team', page)
    await page.goto(`${TEAM}/admin/support/settings/opening-hours`)
    await page.locator(id(T.hoursKept)).check()
    await page.locator(id(T.hoursZone)).fill('nowhere')
    await page.locator(id(T.hoursSave)).click()
    await page.locator(id(T.hoursFault)).waitFor()
    await bothThemes('opening hours', page)
    await page.locator(id(T.preferences)).click()
    await page.locator(id(T.menuScreen, '[data-screen="settings/opening-hours"]')).waitFor()
    await bothThemes('settings', page)
    await page.keyboard.press('Escape')
    await page.setViewportSize({ width: 360, height: 740 })
    await bothThemes('opening hours, narrow', page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing to scroll sideways').toBeLessThanOrEqual(360)
    await page.goto(`${TEAM}/admin/support`)
    await page.locator(id(T.ticketRow)).first().waitFor()
    await bothThemes('list, narrow', page)
    await page.goto(`${TEAM}/admin/support/${ticket.number}`)
    await message(page, 'An answer').waitFor()
    await bothThemes('ticket, narrow', page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing to scroll sideways').toBeLessThanOrEqual(360)
  })

  test('on the screens of the widget', async () => {
    const { page, frame } = await openWidget(await context(), CUSTOMERS, who.customer)
    await frame.locator(id(T.ticketRow)).first().waitFor()
    await bothThemes('home', page, frame)
    await frame.locator(id(T.askText)).fill('Begun')
    await bothThemes('begun', page, frame)
    await frame.locator(id(T.askText)).fill('')
    await frame.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
    await message(frame, 'An answer').waitFor()
    await bothThemes('ticket', page, frame)
  })

  test('on the sign-in page, and in the second language from right to left', async () => {
    const page = await (await context()).newPage()
    await page.goto(`${CUSTOMERS}/support?lang=ar`)
    await page.locator(id(T.signInPerson)).first().waitFor()
    await page.locator('html[dir="rtl"][lang="ar"]').waitFor()
    await bothThemes('sign-in', page)
    await page.locator(id(T.signInPerson, `[data-person="${who.customer.name}"]`)).click()
    await page.locator(id(T.ticketRow)).first().waitFor()
    await bothThemes('list', page)
  })
})

test('a person with a keyboard alone opens a ticket, writes, and leaves again; the focus is always to be seen', async () => {
  const { page } = await visit(await context(), CUSTOMERS, '/support', who.customer)
  await page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).waitFor()
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-number') ?? document.activeElement?.getAttribute('data-testid') ?? '')
  await page.locator('body').press('Tab')
  const visited: string[] = []
  for (let n = 0; n < 60 && (await focused()) !== ticket.number; n++) {
    visited.push(await focused())
    const outline = await page.evaluate(() => (document.activeElement === null ? '' : getComputedStyle(document.activeElement).outlineStyle))
    expect(outline, `focus on ${await focused()}`).not.toBe('none')
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')
  await page.locator(id(T.ticket)).waitFor()
  for (let n = 0; n < 60 && (await focused()) !== T.composerInput; n++) await page.keyboard.press('Tab')
  await page.keyboard.type('By keyboard')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('second line')
  await page.keyboard.press('Enter')
  await message(page, 'second line', 'stored').waitFor()
  expect(await page.locator(id(T.timeline)).getAttribute('role')).toBe('log')
})
