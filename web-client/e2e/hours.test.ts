// Browser tests of the opening hours and the away notice: an admin sets them in the console, and the widget shows them at once.

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAYS, type Day } from '../src/client/hours.ts'
import { H } from '../src/apps/console/screens/opening-hours/testids.ts'
import { isObject } from '../src/protocol/narrow.ts'
import { T } from '../src/testids.ts'
import { CUSTOMERS, drawn, eventually, id, openScreen, openTicket, openWidget, people, rest, TEAM, unique, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })
// The tests share one desk. Clear the opening hours and the notice at the end.
afterAll(async () => { for (const name of ['opening_hours', 'away_notice']) await rest(who.admin, 'PUT', `/settings/${name}`, { value: null }) })

const at = (page: Page, day: Day, testid: string, span = 0) => page.locator(`${id(T.hoursDay, `[data-day="${day}"]`)} ${id(testid, `[data-span="${span}"]`)}`)
const ofDay = (page: Page, day: Day, testid: string) => page.locator(`${id(T.hoursDay, `[data-day="${day}"]`)} ${id(testid)}`)
/** Says whether the server has the named feature. */
async function knows(feature: string): Promise<boolean> {
  const config: unknown = await (await fetch(`${TEAM}/v1/config`)).json()
  return isObject(config) && Array.isArray(config['features']) && config['features'].includes(feature)
}
const faults = (page: Page) => page.locator(id(T.hoursFault)).evaluateAll((lines) => lines.map((line) => line.getAttribute('data-fault')))

test('an admin sets hours and notice, mistakes show at their field, and an open widget follows without a reload', async () => {
  const { frame } = await openWidget(await context(), CUSTOMERS, who.customer)
  await frame.locator(id(T.availability, '[data-open="true"]')).waitFor()

  const seen = await visit(await context(), TEAM, '/admin/support', who.admin)
  const { page } = seen
  await openScreen(page, 'settings/opening-hours')
  await page.locator(id(T.hours, '[data-saved="true"]')).waitFor()
  expect(new URL(page.url()).pathname).toBe('/admin/support/settings/opening-hours')
  expect(await page.locator(id(T.hoursSave)).isDisabled(), 'nothing to save yet').toBe(true)
  await page.locator(id(T.hoursKept)).check()
  expect(await page.locator(id(T.hoursZone)).inputValue(), 'the zone of whoever begins').not.toBe('')
  await page.locator(id(T.hours, '[data-saved="false"]')).waitFor()

  await page.locator(id(T.hoursZone)).fill('Vienna')
  await at(page, 'mon', T.hoursFrom).fill('17:00')
  await at(page, 'mon', T.hoursTo).fill('09:30')
  await ofDay(page, 'tue', T.hoursAdd).click()
  await at(page, 'tue', T.hoursFrom, 1).fill('16:00')
  await at(page, 'wed', T.hoursTo).fill('')
  await page.locator(id(T.hoursSave)).click()
  await eventually('every mistake at its place', async () => JSON.stringify(await faults(page)) === JSON.stringify(['zone', (await knows('holidays')) ? 'runs_into' : 'order', 'overlap', 'time']))
  await eventually('the first of them has the focus', () => page.locator(id(T.hoursZone)).evaluate((input) => input === document.activeElement))
  await page.locator(id(T.hours, '[data-saved="false"]')).waitFor()
  const notice = unique('Back on Monday')
  await page.locator(id(T.hoursZone)).fill('Europe/Vienna')
  await at(page, 'mon', T.hoursFrom).fill('09:00')
  await at(page, 'mon', T.hoursTo).fill('12:00')
  await at(page, 'tue', T.hoursFrom, 1).fill('18:00')
  await at(page, 'wed', T.hoursTo).fill('00:00')
  expect(await faults(page), 'mended as one writes').toEqual([])
  await page.locator(id(T.hoursNotice)).fill(notice)
  await page.locator(id(T.hoursSave)).click()
  await page.locator(id(T.hours, '[data-saved="true"]')).waitFor()
  await page.locator(id(T.toast)).waitFor()
  const kept = await rest(who.admin, 'GET', '/settings')
  expect(kept).toMatchObject({ away_notice: notice, opening_hours: { timezone: 'Europe/Vienna', days: { mon: [['09:00', '12:00']], tue: [['09:00', '17:00'], ['18:00', '21:00']], wed: [['09:00', '24:00']], sun: [] } } })

  // Close every day, so that the result does not depend on when the test runs.
  for (const day of DAYS) if (await ofDay(page, day, T.hoursOpen).isChecked()) await ofDay(page, day, T.hoursOpen).uncheck()
  await page.locator(id(T.hoursSave)).click()
  await page.locator(id(T.hours, '[data-saved="true"]')).waitFor()
  await eventually('the widget tells it, in the desk\'s own words', async () => (await frame.locator(id(T.availability, '[data-open="false"]')).allInnerTexts()).join().includes(notice), 25_000)
  // The notice was there with the hours saved before, which may have been over for today.
  await eventually('first of all that it is closed, with no hour of opening', async () => /^\s*Closed now\n/.test(await frame.locator(id(T.availability)).innerText()), 25_000)
  const ticket = await openTicket(who.customer)
  const { page: customer } = await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await eventually('and above the composer', async () => (await customer.locator(id(T.expect)).innerText()).startsWith('Closed now\n'))

  await page.reload()
  await page.locator(id(T.hours, '[data-saved="true"]')).waitFor()
  expect([await page.locator(id(T.hoursKept)).isChecked(), await ofDay(page, 'mon', T.hoursOpen).isChecked(), await page.locator(id(T.hoursNotice)).inputValue()]).toEqual([true, false, notice])
  await page.locator(id(T.hoursKept)).uncheck()
  await page.locator(id(T.hoursNotice)).fill('')
  await page.locator(id(T.hoursSave)).click()
  await page.locator(id(T.hours, '[data-saved="true"]')).waitFor()
  await eventually('open again', async () => (await rest(who.customer, 'GET', '/availability', undefined, TEAM))['open'] === true)
  expect(seen.faults).toEqual([])
})

test('by keyboard only; agents are told that the screen is for admins', async () => {
  const { page } = await visit(await context(), TEAM, '/admin/support', who.admin)
  await page.locator(id(T.stats)).waitFor()
  await page.keyboard.press('Control+k')
  await page.locator(id(T.paletteInput)).fill('opening')
  await page.keyboard.press('Enter')
  await page.locator(id(T.hoursKept)).focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(T.hoursZone)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  expect(await ofDay(page, 'mon', T.hoursOpen).isChecked(), 'the first day is next').toBe(false)
  await page.locator(id(T.hoursNotice)).focus()
  await page.keyboard.type('jk')
  expect(await page.locator(id(T.hoursNotice)).inputValue(), 'letters are letters where one writes').toBe('jk')
  await page.locator(id(T.settingsBack)).click()
  await page.locator(id(T.view, '[data-view="all"]')).click()
  await drawn(page)
  await page.locator(id(T.ticketRow)).first().press('Enter')
  await page.locator(id(T.ticket)).waitFor()
  await page.goBack()
  await page.goBack()
  await page.locator(id(T.hours, '[data-saved="false"]')).waitFor()
  expect(await page.locator(id(T.hoursNotice)).inputValue(), 'what is not saved waits').toBe('jk')

  const agent = (await visit(await context(), TEAM, '/admin/support/hours', who.agent)).page
  await agent.locator(id(T.settingsOnlyAdmins)).waitFor()
  expect(await agent.locator(id(T.hours)).count()).toBe(0)
  await agent.locator(id(T.settingsLink, '[data-screen="settings/saved-replies"]')).waitFor()
  expect(await agent.locator(id(T.settingsLink, '[data-screen="settings/opening-hours"]')).count()).toBe(0)
  await expect(rest(who.agent, 'PUT', '/settings/away_notice', { value: 'mine' }, TEAM)).rejects.toThrow('forbidden')
})

test('a zone is chosen by its city; a preview shows what the hours mean; times follow the format of the reader’s language', async () => {
  const { page } = await visit(await context({ locale: 'en-US' }), TEAM, '/admin/support/settings/opening-hours', who.admin)
  await page.locator(id(T.hoursKept)).check()
  const zone = page.locator(id(T.hoursZone))
  await zone.fill('new yo')
  await page.locator(id(H.zoneOption)).filter({ hasText: 'New York' }).filter({ hasText: 'UTC' }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  expect(await zone.inputValue()).toBe('America/New_York')
  expect(await page.locator(id(H.zoneOption)).count(), 'the list is gone').toBe(0)
  await page.locator(id(H.zoneNow)).filter({ hasText: /UTC.0[45]:00.*\d:\d\d.[AP]M/ }).waitFor()
  await at(page, 'mon', T.hoursFrom).fill('830')
  await at(page, 'mon', T.hoursTo).focus()
  const written = async (testid: string) => (await at(page, 'mon', testid).inputValue()).replace(/\s/g, ' ')
  expect(await written(T.hoursFrom)).toBe('8:30 AM')
  await page.keyboard.press('ArrowUp')
  expect(await written(T.hoursTo)).toBe('5:15 PM')
  await at(page, 'mon', T.hoursTo).fill('6:45 pm')
  await at(page, 'mon', T.hoursFrom).focus()
  expect(await written(T.hoursTo)).toBe('6:45 PM')
  for (const day of DAYS) if (await ofDay(page, day, T.hoursOpen).isChecked()) await ofDay(page, day, T.hoursOpen).uncheck()
  await page.locator(id(H.now, '[data-now="closed"]')).waitFor()
  for (const day of DAYS) await ofDay(page, day, T.hoursOpen).check()
  for (const day of DAYS) { await at(page, day, T.hoursFrom).fill('0'); await at(page, day, T.hoursTo).fill('0') }
  await page.locator(id(H.now, '[data-now="always"]')).waitFor()
  expect(await page.locator(id(H.holidayAdd)).count(), 'a server that does not know holidays is not asked for any').toBe((await knows('holidays')) ? 1 : 0)
})

test('at 1280 by 800 the whole week is visible, and the state of the changes is next to the save button', async () => {
  const { page } = await visit(await context({ viewport: { width: 1280, height: 800 } }), TEAM, '/admin/support/settings/opening-hours', who.admin)
  await page.locator(id(T.hoursKept)).check()
  const [save, state, sunday] = await Promise.all([page.locator(id(T.hoursSave)), page.locator(id(T.hoursState)), page.locator(id(T.hoursDay, '[data-day="sun"]'))].map(async (part) => part.boundingBox()))
  if (save == null || state == null || sunday == null) throw new Error('a part is missing')
  expect(sunday.y + sunday.height, 'above the bar with the button').toBeLessThanOrEqual(save.y)
  const beside = await page.locator(id(T.hoursSave)).evaluate((button) => button.parentElement?.lastElementChild?.previousElementSibling?.getBoundingClientRect().right ?? 0)
  expect(state.x - beside).toBeLessThan(24)
})

test('unsaved changes survive a reload, and what another admin saved meanwhile is not overwritten unseen', async () => {
  const { page } = await visit(await context(), TEAM, '/admin/support/settings/opening-hours', who.admin)
  await page.locator(id(T.hoursNotice)).fill('first')
  // The other admin saves while this page is closed. A page that stays open may learn of the other admin's save earlier, or only from the
  // refusal of its own save. The next test covers the refusal.
  await page.goto('about:blank')
  const theirs = unique('theirs')
  await rest(who.admin, 'PUT', '/settings/away_notice', { value: theirs }, TEAM)
  await page.goBack()
  await page.locator(id(H.overtaken)).waitFor()
  expect(await page.locator(id(T.hoursNotice)).inputValue()).toBe('first')
  expect(await page.locator(id(T.hoursSave)).isDisabled(), 'saved only after a decision').toBe(true)
  expect((await rest(who.admin, 'GET', '/settings', undefined, TEAM))['away_notice']).toBe(theirs)
  await page.locator(id(H.theirs)).click()
  await page.locator(id(T.hours, '[data-saved="true"]')).waitFor()
  expect(await page.locator(id(T.hoursNotice)).inputValue()).toBe(theirs)
})

test('what another admin saves at the same moment is not overwritten', async ({ skip }) => {
  if (!isObject((await rest(who.admin, 'GET', '/settings', undefined, TEAM))['etags'])) skip('a server of the build before')
  const { page } = await visit(await context(), TEAM, '/admin/support/settings/opening-hours', who.admin)
  await page.locator(id(T.hours)).waitFor()
  const notice = async () => (await rest(who.admin, 'GET', '/settings', undefined, TEAM))['away_notice']
  const theirs = unique('theirs')
  // Change the notice after the page has read it and just before the page's own `PUT` request, so that the two changes conflict.
  await page.route('**/v1/settings/away_notice', async (route) => {
    await rest(who.admin, 'PUT', '/settings/away_notice', { value: theirs }, TEAM)
    await route.continue()
  }, { times: 1 })
  await page.locator(id(T.hoursNotice)).fill('mine')
  await page.locator(id(T.hoursSave)).click()
  await page.locator(id(H.overtaken)).waitFor()
  expect([await notice(), await page.locator(id(T.hoursNotice)).inputValue()]).toEqual([theirs, 'mine'])
  await page.locator(id(H.mine)).click()
  await page.locator(id(T.hoursSave)).click()
  await page.locator(id(T.hours, '[data-saved="true"]')).waitFor()
  expect(await notice()).toBe('mine')
})

test('on a phone and from right to left nothing scrolls sideways', async () => {
  const { page } = await visit(await context({ viewport: { width: 360, height: 740 } }), TEAM, '/admin/support/settings/opening-hours?lang=ar', who.admin)
  await page.locator(id(T.hoursKept)).check()
  await page.locator('html[dir="rtl"]').waitFor()
  await page.locator(id(T.hoursDay)).first().waitFor()
  expect(await page.locator(id(T.hours)).evaluate((form) => form.scrollWidth - form.clientWidth)).toBeLessThanOrEqual(0)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
})

test('holidays and hours over midnight are saved, in order', async ({ skip }) => {
  if (!(await knows('holidays'))) skip('a server of the build before')
  const { page } = await visit(await context(), TEAM, '/admin/support/settings/opening-hours', who.admin)
  await page.locator(id(T.hoursKept)).check()
  await page.locator(id(T.hoursZone)).fill('UTC')
  await page.keyboard.press('Escape')
  await at(page, 'fri', T.hoursFrom).fill('22:00')
  await at(page, 'fri', T.hoursTo).fill('02:00')
  await ofDay(page, 'fri', H.nextDay).waitFor()
  for (const [date, name] of [['2037-12-25', 'Christmas'], ['2037-12-24', ''], ['2020-01-01', 'Long ago']] as const) {
    await page.locator(id(H.holidayDate)).fill(date)
    await page.locator(id(H.holidayNewName)).fill(name)
    await page.keyboard.press('Enter')
    await page.locator(id(H.holiday, `[data-date="${date}"]`)).waitFor({ state: 'attached' })
  }
  await page.locator(`${id(H.holiday, '[data-date="2037-12-24"]')} ${id(H.holidayClosed)}`).uncheck()
  expect(await page.locator(id(H.holiday)).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-date')))).toEqual(['2037-12-24', '2037-12-25', '2020-01-01'])
  expect(await page.locator(id(H.holiday, '[data-date="2020-01-01"]')).isVisible(), 'past ones are folded away').toBe(false)
  await page.locator(id(T.hoursSave)).click()
  await page.locator(id(T.hours, '[data-saved="true"]')).waitFor()
  expect((await rest(who.admin, 'GET', '/settings', undefined, TEAM))['opening_hours']).toMatchObject({
    days: { fri: [['22:00', '02:00']] },
    holidays: [{ date: '2020-01-01', name: 'Long ago', spans: [] }, { date: '2037-12-24', spans: [['09:00', '17:00']] }, { date: '2037-12-25', name: 'Christmas', spans: [] }],
  })
})
