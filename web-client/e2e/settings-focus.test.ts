// Browser tests of the focus in the settings: after saving, discarding or removing something, a keyboard user continues at the same place.

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { H } from '../src/apps/console/screens/opening-hours/testids.ts'
import { R } from '../src/apps/console/screens/saved-replies/testids.ts'
import { W } from '../src/apps/console/screens/widget/testids.ts'
import { T } from '../src/testids.ts'
import { eventually, id, people, rest, TEAM, unique, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })
// The tests share one desk. Clear the changed settings at the end.
afterAll(async () => { for (const name of ['opening_hours', 'away_notice', 'widget']) await rest(who.admin, 'PUT', `/settings/${name}`, { value: null }) })

const HOURS = '/admin/support/settings/opening-hours'
/** Describes the focused element: its test id, the date, day or reply that contains it, and its index among the day's opening times. */
const focused = async (page: Page) => page.evaluate(() => {
  const at = document.activeElement
  const within = at?.closest('[data-date], [data-day], [data-reply]')
  return [at?.getAttribute('data-testid') ?? at?.tagName, within?.getAttribute('data-date') ?? within?.getAttribute('data-day') ?? within?.getAttribute('data-reply') ?? '', at?.getAttribute('data-span') ?? ''].join(' ').trim()
})
const comesTo = (page: Page, wanted: string) => eventually(`the focus at ${wanted}`, async () => (await focused(page)) === wanted)
const press = async (page: Page, testid: string, within = '') => {
  await page.locator(`${within} ${id(testid)}`.trim()).focus()
  await page.keyboard.press('Enter')
}

test('opening hours: the focus after Save, Discard, another admin’s change, and the removal of a time and a date', async () => {
  const { page } = await visit(await context(), TEAM, HOURS, who.admin)
  await page.locator(id(T.hoursKept)).check()
  await page.locator(id(T.hoursNotice)).fill('away')
  await press(page, T.hoursSave)
  await page.locator(id(T.hours, '[data-saved="true"]')).waitFor()
  expect(await focused(page)).toBe(T.hoursSave)
  await page.keyboard.press('Enter')
  await page.locator(id(T.hours, '[data-saved="true"]')).waitFor()

  await page.locator(id(T.hoursNotice)).fill('begun')
  await page.locator(id(T.hoursSave)).focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator(id(T.hours, '[data-saved="true"]')).waitFor()
  await comesTo(page, T.hoursSave)

  await page.locator(id(T.hoursNotice)).fill('mine')
  await rest(who.admin, 'PUT', '/settings/away_notice', { value: unique('theirs') }, TEAM)
  await press(page, T.hoursSave)
  await page.locator(id(H.overtaken)).waitFor()
  expect(await focused(page)).toBe(T.hoursSave)
  await press(page, H.mine)
  await comesTo(page, T.hoursSave)
  await page.keyboard.press('Enter')
  await page.locator(id(T.hours, '[data-saved="true"]')).waitFor()

  const monday = id(T.hoursDay, '[data-day="mon"]')
  await press(page, T.hoursAdd, monday)
  await comesTo(page, `${T.hoursFrom} mon 1`)
  await page.locator(`${monday} ${id(T.hoursRemove)}`).last().focus()
  await page.keyboard.press('Enter')
  await comesTo(page, `${T.hoursFrom} mon 0`)

  for (const date of ['2037-12-24', '2037-12-25']) {
    await page.locator(id(H.holidayDate)).fill(date)
    await page.keyboard.press('Enter')
    await page.locator(id(H.holiday, `[data-date="${date}"]`)).waitFor()
  }
  await press(page, H.holidayRemove, id(H.holiday, '[data-date="2037-12-24"]'))
  await comesTo(page, `${H.holidayName} 2037-12-25`)
  await press(page, H.holidayRemove, id(H.holiday, '[data-date="2037-12-25"]'))
  await comesTo(page, H.holidayDate)
})

test('widget and saved replies: after Save and Cancel the focus stays in place', async () => {
  const { page } = await visit(await context(), TEAM, '/admin/support/settings/widget', who.admin)
  await page.locator(id(W.greeting)).fill('Hello there')
  await press(page, W.save)
  await page.locator(id(W.form, '[data-saved="true"]')).waitFor()
  expect(await focused(page)).toBe(W.save)
  await page.locator(id(W.greeting)).fill('')
  await press(page, W.discard)
  await comesTo(page, W.save)

  const shortcut = `f${Date.now().toString(36)}`
  const reply = crypto.randomUUID().replace(/^(.{14})./, '$17')
  await rest(who.admin, 'PUT', `/saved-replies/${reply}`, { shortcut, title: shortcut, body: 'Hello' }, TEAM)
  await page.goto(`${TEAM}/admin/support/settings/saved-replies`)
  const row = id(T.replyRow, `[data-shortcut="${shortcut}"]`)
  for (const button of [R.cancel, T.replySave]) {
    await press(page, R.open, row)
    await page.locator(id(R.form)).waitFor()
    await press(page, button, id(R.form))
    await page.locator(id(R.form)).waitFor({ state: 'detached' })
    await comesTo(page, `${R.open} ${reply}`)
  }
  await rest(who.admin, 'DELETE', `/saved-replies/${reply}`, undefined, TEAM)
})

test('when an element next to or in a group with arrow keys is removed, one of the group’s buttons gets the focus', async () => {
  const { page } = await visit(await context(), TEAM, HOURS, who.admin)
  await page.locator(id(T.hoursNotice)).waitFor()
  await page.locator('main').evaluate((main) => {
    const part = document.createElement('section')
    part.innerHTML = '<button data-testid="beside">x</button><div role="toolbar" tabindex="-1"><button data-testid="first">a</button><button data-testid="second">b</button></div>'
    main.append(part)
  })
  for (const [gone, next] of [['beside', 'first'], ['first', 'second']] as const) {
    await page.locator(id(gone)).focus()
    await page.locator(id(gone)).evaluate((one) => one.remove())
    await comesTo(page, next)
  }
})
