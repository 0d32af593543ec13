// Browser tests of the system screen. It describes the desk's readiness in words, refreshes automatically and by a button, and shows a
// message when the database is down.

import { beforeAll, expect, test } from 'vitest'
import { S } from '../src/apps/console/screens/system/testids.ts'
import { T } from '../src/testids.ts'
import { eventually, id, openScreen, people, TEAM, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

const PATH = '/admin/support/settings/system'

test('an admin sees that everything works, and refreshes', async () => {
  const { page, faults } = await visit(await context(), TEAM, '/admin/support', who.admin)
  await openScreen(page, 'settings/system')
  await page.locator(id(S.summary, '[data-failing="0"]')).waitFor()
  for (const name of ['database', 'schema', 'migrations', 'sweep', 'clock', 'instance']) await page.locator(id(S.check, `[data-check="${name}"][data-state="ok"]`)).waitFor()
  await page.locator(id(S.check, '[data-check="relay"][data-state="ok"][data-code="redis"]')).waitFor()
  expect(Number(await page.locator(`${id(S.value, '[data-value="connections"]')} dd`).textContent())).toBeGreaterThan(0)
  const at = page.locator(id(S.at))
  const before = await at.getAttribute('data-at')
  await page.locator(id(S.refresh)).click()
  await eventually('looked at again', async () => await at.getAttribute('data-at') !== before)
  expect(faults).toEqual([])
})

test('the screen refreshes while it is open', async () => {
  const browser = await context()
  await browser.clock.install()
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  const at = page.locator(id(S.at))
  await at.waitFor()
  const before = await at.getAttribute('data-at')
  await browser.clock.fastForward(15_500)
  await eventually('looked at again', async () => await at.getAttribute('data-at') !== before)
})

test('failing checks come first, with advice; without the database the screen says why nothing is known', async () => {
  const browser = await context()
  let isAway = false
  await browser.route('**/v1/system', async (route) => {
    if (isAway) return route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: '', status: 503, code: 'unavailable' }) })
    const answer = await route.fetch()
    const view = await answer.json()
    const checks = view.checks.map((check: { readonly name: string }) => (check.name === 'relay' ? { ...check, state: 'failing', code: 'disconnected', since: view.at } : check))
    return route.fulfill({ response: answer, json: { ...view, checks } })
  })
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  await page.locator(id(S.summary, '[data-failing="1"]')).waitFor()
  const first = page.locator(id(S.check)).first()
  expect(await first.getAttribute('data-check')).toBe('relay')
  expect(await first.textContent()).toContain('Redis')
  isAway = true
  await page.locator(id(S.refresh)).click()
  await page.locator(id(T.problem, '[data-code="unavailable"]')).waitFor()
  await page.locator(id(S.stale)).waitFor()
  isAway = false
  await page.locator(id(T.problemRetry)).click()
  await page.locator(id(T.problem)).waitFor({ state: 'detached' })
})

test('agents, and admins of a server without the feature, are not offered it', async () => {
  const agent = await visit(await context(), TEAM, '/admin/support/settings', who.agent)
  await agent.page.locator(id(T.settingsLink)).first().waitFor()
  expect(await agent.page.locator(id(T.settingsLink, '[data-screen="settings/system"]')).count()).toBe(0)
})
