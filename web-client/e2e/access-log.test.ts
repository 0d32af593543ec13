// Browser tests of the access log screen: the filters kept in the address, the expandable entries, paging, the export, and who may open the
// screen.

import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { L } from '../src/apps/console/screens/access-log/testids.ts'
import { isObject } from '../src/protocol/narrow.ts'
import { T } from '../src/testids.ts'
import { eventually, id, openTicket, people, rest, TEAM, visit, withBrowser, type Made, type People } from './help.ts'

const SCREEN = '/admin/support/settings/access-log'
const context = withBrowser()
let who: People
let ticket: Made
let isKnown = false
beforeAll(async () => {
  who = await people()
  const config: unknown = await (await fetch(`${TEAM}/v1/config`)).json()
  isKnown = isObject(config) && Array.isArray(config['features']) && config['features'].includes('access_log')
  if (!isKnown) return
  ticket = await openTicket(who.customer)
  await rest(who.agent, 'GET', `/tickets/${ticket.id}`, undefined, TEAM)
})
beforeEach(({ skip }) => { if (!isKnown) skip('a server of the build before') })

const rows = (page: Page) => page.locator(id(L.row))
const told = (page: Page) => page.locator(id(L.told))
const query = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams)

test('filters apply at once, are kept in the address, and survive a reload and going back', async () => {
  const seen = await visit(await context(), TEAM, SCREEN, who.admin)
  const { page } = seen
  await rows(page).first().waitFor()
  await page.locator(id(L.user)).selectOption(who.agent.id)
  await page.locator(id(L.ticket)).fill(ticket.number)
  await page.locator(id(L.ticket)).press('Enter')
  await eventually('the one entry', async () => (await rows(page).count()) === 1 && (await rows(page).first().innerText()).includes(ticket.number))
  const asked = query(page)
  expect(Object.values(asked)).toEqual(expect.arrayContaining([who.agent.id, ticket.number]))
  await page.reload()
  await eventually('the same after a reload', async () => (await told(page).getAttribute('data-count')) === '1')
  expect(query(page)).toEqual(asked)
  await page.locator(id(L.clear)).click()
  await eventually('all entries again', async () => (await rows(page).count()) > 1)
  expect(await page.locator(id(L.ticket)).inputValue()).toBe('')
  expect(seen.faults).toEqual([])
})

test('an entry expands by keyboard, shows every stored detail, and links to its ticket and to other entries of its person', async () => {
  const { page } = await visit(await context(), TEAM, `${SCREEN}?user=${who.agent.id}`, who.admin)
  const row = rows(page).filter({ hasText: ticket.number }).first()
  const opener = row.locator('[aria-expanded]')
  await opener.focus()
  await page.keyboard.press('Enter')
  expect(await opener.getAttribute('aria-expanded')).toBe('true')
  const details = page.locator(id(L.details)).first()
  await details.filter({ hasText: who.agent.id }).filter({ hasText: 'ticket_opened' }).waitFor()
  await details.locator(id(L.onlyTicket)).click()
  await eventually('only this ticket', async () => (await rows(page).allInnerTexts()).every((text) => text.includes(ticket.number)))
  await row.getByRole('link', { name: ticket.number }).click()
  await page.locator(id(T.timeline)).waitFor()
  await page.goBack()
  await eventually('the filters are there again', async () => (await rows(page).count()) > 0 && Object.values(query(page)).includes(who.agent.id))
})

test('an invalid filter shows an error at its field, and an empty result offers a way out', async () => {
  const { page } = await visit(await context(), TEAM, SCREEN, who.admin)
  await page.locator(id(L.ticket)).fill('forty-two')
  await page.locator(id(L.ticket)).press('Enter')
  await eventually('the field is marked', async () => (await page.locator(id(L.ticket)).getAttribute('aria-invalid')) === 'true')
  expect(await page.locator(id(L.export)).isDisabled()).toBe(true)
  await page.locator(id(L.ticket)).fill('')
  await page.locator(id(L.from)).fill('1999-01-01')
  await page.locator(id(L.to)).fill('1999-01-02')
  await page.locator(id(L.to)).blur()
  await page.locator(id(L.empty)).waitFor()
  await page.locator(id(L.empty)).getByRole('button').click()
  await rows(page).first().waitFor()
  await page.goto(`${TEAM}${SCREEN}?action=ticket_painted&to=9999-12-31`)
  for (const field of [L.action, L.to]) await eventually(`${field} is marked`, async () => (await page.locator(id(field)).getAttribute('aria-invalid')) === 'true')
  expect(await page.locator(id(L.empty)).count(), 'and nothing was asked').toBe(0)
})

test('further pages load one at a time, without missing or repeated entries', async () => {
  const { page } = await visit(await context(), TEAM, SCREEN, who.admin)
  await rows(page).first().waitFor()
  // Reading a ticket adds an entry to the access log. 120 reads make more than one page of entries.
  for (let n = 0; n < 12; n++) await Promise.all(Array.from({ length: 10 }, () => rest(who.agent, 'GET', `/tickets/${ticket.id}`, undefined, TEAM)))
  await page.reload()
  await rows(page).first().waitFor()
  const first = await rows(page).count()
  await page.locator(id(L.more)).click()
  await eventually('more of them', async () => (await rows(page).count()) > first)
  const ids = await rows(page).evaluateAll((all) => all.map((row) => Number(row.getAttribute('data-row'))))
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toEqual(ids.toSorted((a, b) => b - a))
})

test('the exported file contains the filtered entries and has a name of its own', async () => {
  const { page } = await visit(await context(), TEAM, `${SCREEN}?user=${who.agent.id}`, who.admin)
  await rows(page).first().waitFor()
  const coming = page.waitForEvent('download')
  await page.locator(id(L.export)).click()
  const file = await coming
  expect(file.suggestedFilename()).toMatch(/\.csv$/)
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n')
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.slice(1).every((line) => line.includes(who.agent.id)), 'of this person alone').toBe(true)
})

test('agents are not offered the screen; on a phone and from right to left nothing scrolls sideways', async () => {
  const place = await context()
  const agent = await visit(place, TEAM, '/admin/support/settings/appearance', who.agent)
  expect(await agent.page.locator('a[href$="/settings/access-log"]').count()).toBe(0)
  const phone = await context({ viewport: { width: 360, height: 740 }, colorScheme: 'dark', locale: 'ar' })
  const { page } = await visit(phone, TEAM, SCREEN, who.admin)
  await rows(page).first().waitFor()
  await rows(page).first().locator('[aria-expanded]').click()
  await page.locator(id(L.details)).first().waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})
