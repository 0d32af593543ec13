// Browser tests of the appearance screen: each choice takes effect at once, is stored in this browser, and can be made with the keyboard.

import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { A } from '../src/apps/console/screens/appearance/testids.ts'
import { T } from '../src/testids.ts'
import { bothThemes } from './axe.ts'
import { eventually, id, message, openScreen, openTicket, people, TEAM, unique, visit, withBrowser, type People } from './help.ts'

const PATH = '/admin/support/settings/appearance'
const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

const theme = (page: Page, value: string) => page.locator(id(A.theme, `[data-value="${value}"]`))
const rootTheme = (page: Page) => page.evaluate(() => document.documentElement.dataset['theme'] ?? 'auto')

test('agents choose theme, writing and alerts there; the menu links to it and keeps the most used choices', async () => {
  const ticket = await openTicket(who.customer)
  const { page, faults } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  await page.locator(id(T.preferences)).click()
  for (const testid of [T.preferencesTheme, T.preferencesLanguage, T.preferencesSound, T.preferencesNotify]) expect(await page.locator(id(testid)).isVisible(), testid).toBe(true)
  expect(await page.locator(`.menu ${id(T.habitsEnter)}`).count()).toBe(0)
  await page.keyboard.press('Escape')
  await openScreen(page, 'settings/appearance')
  await page.locator(id(A.screen)).waitFor()
  expect(new URL(page.url()).pathname).toBe(PATH)

  await theme(page, 'dark').click()
  await eventually('dark', async () => (await rootTheme(page)) === 'dark')
  await page.locator(`${id(A.enter)} label`).nth(1).click()
  await page.locator(`${id(A.undo)} label`).nth(1).click()
  await page.locator(id(A.alert, '[data-alert="urgent"]')).uncheck()
  await page.locator(id(A.when)).selectOption('away')
  await page.locator(id(A.sound)).check()
  await page.locator(id(A.keys)).uncheck()
  await page.reload()
  await page.locator(id(A.screen)).waitFor()
  expect(await theme(page, 'dark').locator('input').isChecked()).toBe(true)
  expect(await page.locator(`${id(A.enter)} input[value="breaks"]`).isChecked()).toBe(true)
  expect(await page.locator(`${id(A.undo)} input[value="5"]`).isChecked()).toBe(true)
  expect(await page.locator(id(A.alert, '[data-alert="urgent"]')).isChecked()).toBe(false)
  expect(await page.locator(id(A.alert, '[data-alert="unassigned"]')).isChecked()).toBe(true)
  expect(await page.locator(id(A.when)).inputValue()).toBe('away')
  expect(await page.locator(id(A.sound)).isChecked()).toBe(true)
  await page.keyboard.press('?')
  expect(await page.locator(id(T.keys)).count(), 'single keys are off').toBe(0)
  await page.locator(id(A.keys)).check()
  await page.locator(id(A.showKeys)).click()
  await page.locator(id(T.keys)).waitFor()
  await page.keyboard.press('Escape')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(A.showKeys)

  // Check that the chosen settings take effect: Enter inserts a line break, and a sent reply is held for the undo delay.
  await page.goto(`${TEAM}/admin/support/${ticket.number}`)
  await page.locator(id(T.composerEnter, '[data-value="breaks"]')).waitFor()
  const text = unique('held')
  await page.locator(id(T.composerInput)).fill(text)
  await page.locator(id(T.composerInput)).press('Control+Enter')
  await message(page, text).locator(id(T.messageHeld)).waitFor()
  expect(faults).toEqual([])
})

test('with the keyboard: arrow keys move between themes, and a change of the language keeps the focus', async () => {
  const { page } = await visit(await context(), TEAM, PATH, who.colleague)
  await theme(page, 'auto').locator('input').focus()
  await page.keyboard.press('ArrowRight')
  await eventually('light', async () => (await rootTheme(page)) === 'light')
  await page.keyboard.press('ArrowRight')
  await eventually('dark', async () => (await rootTheme(page)) === 'dark')
  expect(await page.evaluate(() => getComputedStyle(document.activeElement?.parentElement?.querySelector('.theme-picture') ?? document.body).outlineStyle), 'the focus is to be seen').toBe('solid')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(A.language)
  await page.locator(id(A.language)).selectOption('ar')
  await page.locator('html[dir="rtl"]').waitFor()
  await eventually('in Arabic', async () => (await page.locator('h1').innerText()) === 'المظهر والتنبيهات')
  expect(await page.locator(id(A.screen)).innerText()).not.toMatch(/Theme|Writing|Keyboard/)
})

test('no accessibility violation, wide, on a phone and from right to left; nothing scrolls sideways', async () => {
  const { page } = await visit(await context(), TEAM, PATH, who.agent)
  await page.locator(id(A.screen)).waitFor()
  await bothThemes('appearance', page)
  await page.setViewportSize({ width: 360, height: 740 })
  await bothThemes('appearance, narrow', page)
  await page.locator(id(A.language)).selectOption('ar')
  await page.locator('html[dir="rtl"]').waitFor()
  await bothThemes('appearance, narrow, from right to left', page)
  expect(await page.evaluate(() => [...document.querySelectorAll('*')].filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === 'auto').length)).toBe(0)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
})
