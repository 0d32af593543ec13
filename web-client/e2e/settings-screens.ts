import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { T } from '../src/testids.ts'
import { id, TEAM } from './help.ts'

/** Opens every settings screen that an admin can use, one after the other, and yields the screen's path. */
export async function* settingsOf(page: Page): AsyncGenerator<string> {
  await page.goto(`${TEAM}/admin/support/settings`)
  const links = page.locator(id(T.settingsLink))
  await links.first().waitFor()
  const screens = await links.evaluateAll((all) => all.map((one) => one.getAttribute('data-screen') ?? ''))
  expect(screens.length).toBeGreaterThan(5)
  for (const screen of screens) {
    await page.locator(id(T.settingsLink, `[data-screen="${screen}"]`)).click()
    await page.locator(id(T.settings)).getByRole('heading', { level: 1 }).waitFor()
    yield screen
  }
}
