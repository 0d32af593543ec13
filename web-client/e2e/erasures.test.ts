// Browser tests of the people who are deleted on the platform: the team screen lists them, and an admin keeps or erases each, after a question.

import type { BrowserContext } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { M } from '../src/apps/console/screens/team/testids.ts'
import { isObject } from '../src/protocol/narrow.ts'
import { T } from '../src/testids.ts'
import { bothThemes } from './axe.ts'
import { eventually, id, people, TEAM, visit, withBrowser, type People } from './help.ts'

const PATH = '/admin/support/settings/team'
const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

const person = (n: number) => `01990000-0000-7000-8000-${String(n).padStart(12, '0')}`
const LONG = 'Wolfeschlegelsteinhausenbergerdorff-Schwarzenfelder '.repeat(3).trim()
const PROPOSED = [
  { person: person(1), name: 'Émilie du Châtelet', email: 'emilie@example.org', gone_since: '2026-10-01T01:00:00Z', proposed_at: '2026-10-01T02:00:00Z', tickets: 3, held: false },
  { person: person(2), name: 'سارة الخطيب', email: null, gone_since: '2026-10-02T01:00:00Z', proposed_at: '2026-10-02T02:00:00Z', tickets: 1, held: true },
  { person: person(3), name: null, email: 'nameless@example.org', gone_since: '2026-10-03T01:00:00Z', proposed_at: '2026-10-03T02:00:00Z', tickets: 0, held: false },
  { person: person(4), name: LONG, email: `${'long'.repeat(15)}@example.org`, gone_since: '2026-10-04T01:00:00Z', proposed_at: '2026-10-04T02:00:00Z', tickets: 12, held: false },
]

interface Server {
  /** Each decision: the person's id, and whether to erase. */
  readonly decided: (readonly [string, unknown])[]
  withheld: number
  proposed: typeof PROPOSED
  /** The code with which the next decisions are refused. */
  refusal: string | null
}

/** Replaces the server's proposals by these, until an admin decides on them. */
async function withProposals(browser: BrowserContext, more: Partial<Server> = {}): Promise<Server> {
  const server: Server = { decided: [], withheld: 0, proposed: PROPOSED, refusal: null, ...more }
  await browser.route('**/v1/erasures', (route) => route.fulfill({ json: { proposals: server.proposed, withheld: server.withheld } }))
  await browser.route('**/v1/erasures/*', (route) => {
    expect(route.request().method()).toBe('PUT')
    const of = new URL(route.request().url()).pathname.split('/').at(-1) ?? ''
    const body: unknown = route.request().postDataJSON()
    server.decided.push([of, isObject(body) ? body['erase'] : body])
    if (server.refusal !== null) return route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: '', status: 409, code: server.refusal }) })
    server.proposed = server.proposed.filter((one) => one.person !== of)
    return route.fulfill({ status: 204 })
  })
  return server
}

const row = (n: number) => id(M.erasure, `[data-user="${person(n)}"]`)

test('an admin sees who is gone, erases one person after a question, and keeps another', async () => {
  const browser = await context()
  const server = await withProposals(browser)
  const { page, faults } = await visit(browser, TEAM, PATH, who.admin)
  await page.locator(row(1)).filter({ hasText: 'Émilie du Châtelet' }).filter({ hasText: 'emilie@example.org' }).filter({ hasText: '3 tickets' }).waitFor()
  expect(await page.locator(id(M.erasure)).count()).toBe(PROPOSED.length)
  expect(await page.locator(id(M.withheld)).count()).toBe(0)
  await bothThemes('people who are deleted on the platform', page)

  await page.locator(row(1)).locator(id(M.erase)).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getAttribute('aria-label')).toContain('Émilie du Châtelet')
  await bothThemes('the question before an erasure', page)
  // Enter presses the button that has the focus first, which erases no one.
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await page.locator(row(1)).locator(id(M.erase)).click()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(server.decided).toEqual([])
  await page.locator(row(1)).locator(id(M.erase)).click()
  await page.locator(id(M.erasureSure)).click()
  await page.locator(row(1)).waitFor({ state: 'detached' })
  expect(server.decided).toEqual([[person(1), true]])
  await page.locator(id(T.toast)).filter({ hasText: 'Émilie du Châtelet' }).waitFor()
  await page.locator(id(M.erasures, ':focus')).waitFor()

  await page.locator(row(3)).locator(id(M.keep)).click()
  await page.locator(id(M.erasureSure)).click()
  await page.locator(row(3)).waitFor({ state: 'detached' })
  expect(server.decided.at(-1)).toEqual([person(3), false])
  expect(await page.locator(id(M.erasure)).count()).toBe(2)
  expect(faults).toEqual([])
})

test('a legal hold is shown as the reason why a person cannot be erased', async () => {
  const browser = await context()
  const server = await withProposals(browser)
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  await page.locator(row(2)).locator(id(M.held)).waitFor()
  expect(await page.locator(row(2)).textContent()).toContain('until it is released')
  expect(await page.locator(row(2)).locator(id(M.erase)).count()).toBe(0)
  expect(await page.locator(row(2)).locator(id(M.keep)).count()).toBe(1)
  expect(await page.locator(id(M.held)).count(), 'the others have none').toBe(1)
  // The hold of this person is set while the screen is open.
  server.refusal = 'legal_hold'
  await page.locator(row(1)).locator(id(M.erase)).click()
  server.proposed = server.proposed.map((one) => ({ ...one, held: one.held || one.person === person(1) }))
  await page.locator(id(M.erasureSure)).click()
  await page.locator(row(1)).locator(id(T.problem, '[data-code="legal_hold"]')).waitFor()
  await page.locator(row(1)).locator(id(M.held)).waitFor()
  expect(await page.locator(row(1)).locator(id(M.erase)).count()).toBe(0)
  await bothThemes('a refused erasure', page)
})

test('after the last decision the card stays and says so; the list is loaded again when the tab is looked at', async () => {
  const browser = await context()
  const server = await withProposals(browser, { proposed: PROPOSED.slice(0, 1) })
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  await page.locator(row(1)).locator(id(M.keep)).click()
  await page.locator(id(M.erasureSure)).click()
  await page.locator(id(M.erasuresNone)).waitFor()
  await page.locator(id(M.erasures, ':focus')).waitFor()
  server.proposed = PROPOSED.slice(3)
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })))
  await page.locator(row(4)).waitFor()
  expect(await page.locator(id(M.erasuresNone)).count()).toBe(0)
})

test('too many gone at once: their number is said, and no one is listed', async () => {
  const browser = await context()
  await withProposals(browser, { proposed: [], withheld: 24 })
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  await page.locator(id(M.withheld, '[data-n="24"]')).filter({ hasText: '24 people' }).waitFor()
  expect(await page.locator(id(M.erasure)).count()).toBe(0)
  await bothThemes('too many gone', page)
})

test('without such people there is no card, and agents see none', async () => {
  const { page, received } = await visit(await context(), TEAM, PATH, who.admin)
  await page.locator(id(T.roleRow)).first().waitFor()
  await eventually('the server has answered', () => Promise.resolve(received.some((body) => body.includes('"withheld":0'))))
  expect(await page.locator(id(M.erasures)).count()).toBe(0)
  const browser = await context()
  await withProposals(browser)
  const agents = await visit(browser, TEAM, PATH, who.agent)
  await agents.page.locator(id(T.settingsOnlyAdmins)).waitFor()
  expect(await agents.page.locator(id(M.erasures)).count()).toBe(0)
})

test.each([['en', 1280], ['en', 360], ['ar', 360]] as const)('the card fits the page: %s, %i px', async (locale, width) => {
  const browser = await context({ viewport: { width, height: 800 }, locale })
  await withProposals(browser, { withheld: 24 })
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  await page.locator(row(4)).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0)
  const dir = await page.locator(id(M.erasures)).evaluate((one) => getComputedStyle(one).direction)
  expect(dir).toBe(locale === 'ar' ? 'rtl' : 'ltr')
})
