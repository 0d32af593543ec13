// Browser tests of the retention screen: the rule with its faults at the fields, the trial, legal holds, and a run that waits for an approval.

import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { R } from '../src/apps/console/screens/retention/testids.ts'
import { isObject } from '../src/protocol/narrow.ts'
import { T } from '../src/testids.ts'
import { bothThemes } from './axe.ts'
import { eventually, id, openScreen, openTicket, people, rest, TEAM, unique, visit, withBrowser, type People } from './help.ts'

const PATH = '/admin/support/settings/retention'
const context = withBrowser()
let who: People
let before: unknown
beforeAll(async () => {
  who = await people()
  before = (await rest(who.admin, 'GET', '/retention'))['settings']
})
// The tests share one desk. Restore its rule at the end.
afterAll(async () => { await rest(who.admin, 'PUT', '/retention/settings', before) })

const form = (page: Page, isSaved: boolean) => page.locator(id(R.form, `[data-saved="${isSaved}"]`))
const settings = async () => (await rest(who.admin, 'GET', '/retention'))['settings']

test('an admin changes the rule; a value out of range is refused at its field, and the screen says when the next runs are', async () => {
  const { page, faults } = await visit(await context(), TEAM, '/admin/support', who.admin)
  await openScreen(page, 'settings/retention')
  await form(page, true).waitFor()
  expect(await page.locator(id(R.next)).count()).toBe(3)
  await page.locator(id(R.enabled)).check()
  await page.locator(id(R.archiveMonths)).fill('0')
  await page.locator(id(R.save)).click()
  await eventually('the focus at the fault', () => page.evaluate((testid) => document.activeElement?.getAttribute('data-testid') === testid, R.archiveMonths))
  const field = page.locator(id(R.archiveMonths))
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  const described = (await field.getAttribute('aria-describedby') ?? '').split(' ').at(-1) ?? ''
  expect(await page.locator(`[id="${described}"]`).textContent()).toMatch(/1\D+240/)
  await field.fill('9')
  await page.locator(id(R.zone)).fill('Europe/Vienna')
  await page.locator(id(R.save)).click()
  await form(page, true).waitFor()
  expect(await settings()).toMatchObject({ enabled: true, archive_months: 9, zone: 'Europe/Vienna' })
  await page.locator(id(R.next, '[data-kind="archive"]')).filter({ hasText: '9' }).waitFor()
  expect(await page.locator(id(R.off)).count()).toBe(0)
  await bothThemes('retention', page)
  expect(faults).toEqual([])
})

test('a change that another admin made meanwhile is not overwritten unasked', async () => {
  const { page } = await visit(await context(), TEAM, PATH, who.admin)
  await form(page, true).waitFor()
  await page.locator(id(R.day)).fill('11')
  const now = await settings()
  if (!isObject(now)) throw new Error('no settings')
  await rest(who.admin, 'PUT', '/retention/settings', { ...now, day: 12 }, TEAM)
  await page.locator(id(R.save)).click()
  await page.locator(id(R.overtaken)).waitFor()
  expect(await settings()).toMatchObject({ day: 12 })
  await page.locator(id(R.theirs)).click()
  await form(page, true).waitFor()
  expect(await page.locator(id(R.day)).inputValue()).toBe('12')
})

test('a trial counts and changes nothing', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), TEAM, PATH, who.admin)
  await page.locator(id(R.dryRun)).click()
  await page.locator(id(R.plan, '[data-kind="archive"][data-due="0"]')).waitFor()
  expect(await page.locator(id(R.plan)).count()).toBe(3)
  await bothThemes('retention trial', page)
  await rest(who.agent, 'GET', `/tickets/${ticket.id}`, undefined, TEAM)
})

test('a legal hold needs a ticket and a reason; it is listed, and released after a question', async () => {
  const ticket = await openTicket(who.customer)
  const reason = unique('case')
  const { page, faults } = await visit(await context(), TEAM, PATH, who.admin)
  await page.locator(id(R.addHold)).click()
  await page.locator(id(R.holdSave)).click()
  expect(await page.locator(`${id(R.holdForm)} [aria-invalid="true"]`).count()).toBe(2)
  await page.locator(id(R.holdOf)).fill('TKT-999999')
  await page.locator(id(R.holdReason)).fill(reason)
  await page.locator(id(R.holdSave)).click()
  await eventually('no such ticket', async () => await page.locator(id(R.holdOf)).getAttribute('aria-invalid') === 'true')
  await page.locator(id(R.holdOf)).fill(ticket.number.toLowerCase())
  await page.locator(id(R.holdReview)).fill('2031-05-06')
  await bothThemes('a new hold', page)
  await page.locator(id(R.holdSave)).click()
  const hold = page.locator(id(R.hold)).filter({ hasText: reason })
  await hold.filter({ hasText: '2031' }).waitFor()
  await hold.locator(id(R.release)).click()
  await page.locator(id(R.releaseSure)).click()
  await hold.waitFor({ state: 'detached' })
  await page.locator(id(R.allHolds)).click()
  await page.locator(id(R.hold, '[data-released="true"]')).filter({ hasText: reason }).waitFor()
  expect(faults).toEqual([])
})

const RUN = '01990000-0000-7000-8000-00000000abcd'
const LEFT = { held: 3, open: 900, younger: 80, undated: 0, busy: 0, refused: 0 }
const run = (state: string) => ({ id: RUN, kind: 'delete', state, period: '2026-10-01T01:00:00Z', months: 24, share_max_percent: 20, planned_at: '2026-10-01T01:00:02Z', cutoff: '2024-10-01T01:00:02Z', total: 4_000, due: 1_234, skipped: LEFT, changed: state === 'done' ? 1_230 : 0, kept: state === 'done' ? LEFT : null, digest: state === 'done' ? 'ab'.repeat(32) : null, last_entry: null, reason: null, approved_by: null, approved_at: null, worked_ms: 1_500, done_at: state === 'done' ? '2026-10-01T01:00:09Z' : null })

const due = (n: number) => ({ id: `01990000-0000-7000-8000-${String(n).padStart(12, '0')}`, ticket_number: `OLD-${n}`, subject: n % 2 === 0 ? 'طلبي القديم' : 'An old order', customer_name: n === 1 ? null : 'Émilie du Châtelet', since: '2022-03-04T05:06:07Z' })

/** Adds a run to the server's answers, which waits until an admin decides. Returns the paths of the decisions. */
async function withWaiting(browser: BrowserContext): Promise<string[]> {
  const decided: string[] = []
  await browser.route('**/v1/retention', async (route) => {
    const answer = await route.fetch()
    const state = decided.length === 0 ? 'waiting' : decided[0]?.endsWith('/approve') === true ? 'done' : 'stopped'
    return route.fulfill({ response: answer, json: { ...await answer.json(), runs: [{ ...run(state), reason: state === 'stopped' ? 'refused' : null }] } })
  })
  await browser.route('**/v1/retention/runs/*/*', (route) => {
    decided.push(new URL(route.request().url()).pathname)
    return route.fulfill({ status: 204 })
  })
  await browser.route('**/v1/retention/due?*', (route) => {
    const query = new URL(route.request().url()).searchParams
    expect([query.get('kind'), query.get('run')]).toEqual(['delete', RUN])
    return route.fulfill({ json: query.has('cursor') ? { tickets: [due(3)], next_cursor: null } : { tickets: [due(1), due(2)], next_cursor: '1.01990000-0000-7000-8000-000000000002' } })
  })
  return decided
}

test('a run that waits shows its tickets, and is cancelled after a question', async () => {
  const browser = await context()
  const decided = await withWaiting(browser)
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  await page.locator(id(R.dueShow)).click()
  await page.locator(id(R.dueTicket)).nth(1).waitFor()
  await page.locator(id(R.dueMore)).click()
  await page.locator(id(R.dueTicket)).filter({ hasText: 'OLD-3' }).waitFor()
  expect(await page.locator(id(R.dueTicket)).count()).toBe(3)
  expect(await page.locator(id(R.dueMore)).count(), 'that was the last page').toBe(0)
  await bothThemes('the tickets of a run', page)
  await page.locator(id(R.refuse)).click()
  await bothThemes('the question before a run is cancelled', page)
  expect(decided).toEqual([])
  await page.locator(id(R.refuseSure)).click()
  await page.locator(id(R.waiting)).waitFor({ state: 'detached' })
  expect(decided).toEqual([`/v1/retention/runs/${RUN}/refuse`])
  await page.locator(id(R.run)).filter({ hasText: 'Cancelled by an admin' }).waitFor()
})

test('a large run waits; the question names the count, and without a yes nothing happens', async () => {
  const browser = await context()
  const approved = await withWaiting(browser)
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  const waiting = page.locator(id(R.waiting, `[data-run="${RUN}"]`))
  await waiting.filter({ hasText: '1,234' }).filter({ hasText: '30.9%' }).waitFor()
  await bothThemes('a waiting run', page)
  await page.locator(id(R.approve)).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getAttribute('aria-label')).toContain('1,234')
  await bothThemes('the question', page)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(approved).toEqual([])
  await page.locator(id(R.approve)).click()
  await page.locator(id(R.approveSure)).click()
  await waiting.waitFor({ state: 'detached' })
  expect(approved).toEqual([`/v1/retention/runs/${RUN}/approve`])
  await page.locator(`${id(R.run)} [aria-expanded]`).click()
  await page.locator(id(R.receipt)).filter({ hasText: 'ab'.repeat(32) }).waitFor()
  await bothThemes('a receipt', page)
})

test('a rule that stops a run asks first', async () => {
  const browser = await context()
  await withWaiting(browser)
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  await page.locator(id(R.deleteMonths)).fill('36')
  await page.locator(id(R.save)).click()
  await page.locator(id(R.saveSure)).waitFor()
  expect(await settings()).not.toMatchObject({ delete_months: 36 })
  await page.locator(id(R.saveSure)).click()
  await form(page, true).waitFor()
  expect(await settings()).toMatchObject({ delete_months: 36 })
})

test('without the server the screen says so, keeps what it has, and tries again', async () => {
  const browser = await context()
  let isAway = false
  await browser.route('**/v1/retention', (route) => (isAway ? route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: '', status: 503, code: 'unavailable' }) }) : route.continue()))
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  await form(page, true).waitFor()
  isAway = true
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })))
  await page.locator(id(R.stale)).waitFor()
  await form(page, true).waitFor()
  isAway = false
  await page.locator(id(T.problemRetry)).click()
  await page.locator(id(R.stale)).waitFor({ state: 'detached' })
})

test('agents are not offered it', async () => {
  const { page } = await visit(await context(), TEAM, '/admin/support/settings', who.agent)
  await page.locator(id(T.settingsLink)).first().waitFor()
  expect(await page.locator(id(T.settingsLink, '[data-screen="settings/retention"]')).count()).toBe(0)
})
