// Takes the screenshots in screenshots/ of a desk with demo people: every screen, light and dark, wide and narrow. Arguments limit the run
// to the named screenshots.

import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BASE, launch, rest } from './browser.mjs'
import { ADA, ADMIN, ALAN, GRACE, prepare } from './demo-desk.mjs'

const OUT = join(dirname(fileURLToPath(import.meta.url)), '../screenshots')
const ONLY = process.argv.slice(2)
mkdirSync(OUT, { recursive: true })
const [WIDE, NARROW] = [{ width: 1280, height: 800 }, { width: 360, height: 740 }]
const browser = await launch()

async function shot(name, { person, path, size = WIDE, theme = 'light', act = async () => {} }) {
  if (ONLY.length > 0 && !ONLY.includes(name)) return
  const context = await browser.newContext({ viewport: size, colorScheme: theme, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(BASE + path)
  if (person !== undefined && !path.startsWith('/demo')) {
    await page.locator(`[data-testid="sign-in-person"][data-person="${person}"]`).click()
    await page.locator('[data-testid="page"][data-live="true"]').waitFor()
  } else await page.locator('[data-testid="sign-in-person"], #open').first().waitFor()
  await page.waitForTimeout(700)
  await act(page)
  await page.waitForTimeout(400)
  await page.screenshot({ path: join(OUT, `${name}.png`) })
  await context.close()
  console.log(name)
}

const click = (testid, more = '') => async (page) => { await page.locator(`[data-testid="${testid}"]${more}`).first().click() }
const inWidget = (act) => async (page) => {
  await page.locator('#open').click()
  await page.waitForTimeout(1_200)
  const frame = page.frames().find((one) => one.url().includes('/widget'))
  if (frame !== undefined) await act(frame)
  await page.waitForTimeout(800)
}

/** Prepares the screenshot of the console's warning: a colleague replies while the agent is writing a reply. */
const stale = (number) => async (page) => {
  await page.locator('[data-testid="composer-input"]').fill('Please send us a picture of the')
  await rest(ALAN, 'POST', `/tickets/${number}/messages`, { body: 'Then I close this one. All the best!' })
  await page.locator('[data-testid="composer-stale"]').waitFor()
}

/** Prepares the screenshot of a message that waits for the connection. */
const offline = async (page) => {
  await page.context().setOffline(true)
  await page.locator('[data-testid="composer-input"]').fill('One more thing: my tablet is late as well.')
  await page.locator('[data-testid="composer-send"]').click()
  await page.locator('[data-testid="connection"][data-state="waiting"]').waitFor({ timeout: 90_000 })
}

const { ticket, done } = await prepare()
for (const theme of ['light', 'dark']) {
  await shot(`support-${theme}`, { person: ADA, path: `/support/${ticket}`, theme })
  await shot(`support-narrow-${theme}`, { person: ADA, path: `/support/${ticket}`, size: NARROW, theme })
  await shot(`console-${theme}`, { person: GRACE, path: `/admin/support/${ticket}`, theme })
  await shot(`console-narrow-${theme}`, { person: GRACE, path: `/admin/support/${ticket}`, size: NARROW, theme })
  await shot(`widget-${theme}`, { path: `/demo?person=${encodeURIComponent(ADA)}`, theme, act: inWidget(async () => {}) })
}
await shot('support-list-narrow', { person: ADA, path: '/support', size: NARROW })
await shot('support-new', { person: ADA, path: '/support/new' })
await shot('support-offline', { person: ADA, path: `/support/${ticket}`, size: NARROW, act: offline })
await shot('support-rating', { person: ADA, path: `/support/${done}` })
await shot('support-arabic', { person: ADA, path: `/support/${ticket}?lang=ar` })
await shot('console-list-narrow', { person: GRACE, path: '/admin/support', size: NARROW })
await shot('console-note', { person: GRACE, path: `/admin/support/${ticket}`, act: async (page) => { await click('composer-note')(page); await page.keyboard.type('Only for us.'); await click('panel-tab', '[data-panel="customer"]')(page) } })
await shot('console-reply', { person: GRACE, path: `/admin/support/${ticket}`, act: async (page) => { await page.locator('[data-testid="composer-input"]').click(); await page.keyboard.type('/'); await click('panel-tab', '[data-panel="history"]')(page) } })
await shot('console-palette', { person: GRACE, path: `/admin/support/${ticket}`, act: (page) => page.keyboard.press('Control+k') })
await shot('console-bulk', { person: GRACE, path: '/admin/support', act: async (page) => { for (const n of [0, 1, 2]) await page.locator('[data-testid="select"]').nth(n).check(); await click('filters-toggle')(page) } })
await shot('console-replies', { person: ADMIN, path: '/admin/support/settings/saved-replies', act: click('reply-new') })
await shot('console-widget', { person: ADMIN, path: '/admin/support/settings/widget', act: async (page) => { await page.getByLabel('Team name').fill('Northwind help'); await page.getByLabel('Greeting').fill('Hello! Ask us anything.') } })
await shot('console-hours', { person: ADMIN, path: '/admin/support/settings/opening-hours' })
await shot('console-holidays', { person: ADMIN, path: '/admin/support/settings/opening-hours', act: async (page) => { await page.mouse.move(760, 500); await page.mouse.wheel(0, 5_000) } })
await shot('console-hours-narrow', { person: ADMIN, path: '/admin/support/settings/opening-hours', size: NARROW, theme: 'dark' })
await shot('console-team', { person: ADMIN, path: '/admin/support/settings/team' })
await shot('console-appearance', { person: GRACE, path: '/admin/support/settings/appearance' })
await shot('console-german', { person: GRACE, path: `/admin/support/${ticket}?lang=de` })
await shot('console-menu', { person: ADMIN, path: '/admin/support', act: click('preferences') })
await shot('console-keys', { person: GRACE, path: '/admin/support', act: (page) => page.keyboard.press('?') })
await shot('console-arabic', { person: GRACE, path: `/admin/support/${ticket}?lang=ar`, theme: 'dark' })
await shot('widget-ticket', { path: `/demo?person=${encodeURIComponent(ADA)}`, act: inWidget((frame) => frame.locator(`[data-number="${ticket}"]`).click()) })
await shot('widget-narrow', { path: `/demo?person=${encodeURIComponent(ADA)}`, size: NARROW, act: inWidget(async () => {}) })
await shot('sign-in', { path: '/support' })
// This screenshot adds a message to the ticket that other screenshots show, so it is taken last.
await shot('console-stale', { person: GRACE, path: `/admin/support/${ticket}`, act: stale(ticket) })
await browser.close()
