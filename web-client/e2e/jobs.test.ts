// Browser tests of background work on the system screen: schedules are paused and run, work that failed is retried or skipped, and a hold is
// explained and confirmed.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { S } from '../src/apps/console/screens/system/testids.ts'
import { isObject, type Json } from '../src/protocol/narrow.ts'
import { T } from '../src/testids.ts'
import { bothThemes } from './axe.ts'
import { eventually, id, people, rest, TEAM, visit, withBrowser, type People } from './help.ts'

const PATH = '/admin/support/settings/system'
const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

const schedule = async (name: string): Promise<Json> => {
  const { schedules } = await rest(who.admin, 'GET', '/jobs')
  const found: unknown = Array.isArray(schedules) ? schedules.find((one: unknown) => isObject(one) && one['name'] === name) : null
  if (!isObject(found)) throw new Error(`no schedule ${name}`)
  return found
}

test('an admin pauses and resumes a schedule, and runs it after a question', async () => {
  const { page, faults } = await visit(await context(), TEAM, PATH, who.admin)
  const name = 'retention_archive'
  const row = page.locator(id(S.schedule, `[data-schedule="${name}"]`))
  await row.waitFor()
  await bothThemes('system', page)
  await row.locator(id(S.pause)).click()
  await page.locator(id(S.schedule, `[data-schedule="${name}"][data-paused="true"]`)).waitFor()
  expect((await schedule(name))['paused_at']).not.toBeNull()
  expect(await row.locator(id(S.run)).getAttribute('aria-disabled')).toBe('true')
  await row.locator(id(S.pause)).click()
  await page.locator(id(S.schedule, `[data-schedule="${name}"][data-paused="false"]`)).waitFor()
  const due = Date.parse(String((await schedule(name))['next_at']))
  expect(due).toBeGreaterThan(Date.now())
  await row.locator(id(S.run)).click()
  await page.locator(id(S.sure)).waitFor()
  await bothThemes('the question', page)
  await page.locator(id(S.sure)).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await eventually('it is due or has run', async () => {
    const now = await schedule(name)
    return now['last_run'] !== null || Date.parse(String(now['next_at'])) <= Date.now()
  })
  expect(faults).toEqual([])
})

const SAMPLES: readonly Json[] = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../core/golden/rest.JobsView.json'), 'utf8'))
const sample = SAMPLES[0] ?? {}
const CALM = { unconfirmed: false, public_url: 'https://desk.example.com', confirmed_public_url: 'https://desk.example.com', confirmed_at: null, clock_jump_ms: null, clock_jumped_at: null }
const DEAD = { id: '01990000-0000-7000-8000-0000000000dd', receiver: 'shop', ticket_id: null, seq: null, attempts: 8, error: 'connection refused', created_at: '2026-01-01T00:00:00Z', dead_at: '2026-01-02T04:00:00Z' }

interface Sent {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

/** Answers the calls of background work with a sample and this hold, and records the changes. */
async function withWork(browser: BrowserContext, hold: Json, refuse = ''): Promise<Sent[]> {
  const sent: Sent[] = []
  await browser.route('**/v1/jobs**', (route) => {
    const request = route.request()
    if (request.method() === 'GET') return route.fulfill({ json: { ...sample, hold: sent.some(({ path }) => path === 'identity' || path === 'clock-hold') ? CALM : hold } })
    return route.fallback()
  })
  await browser.route('**/v1/jobs/**', (route) => {
    const request = route.request()
    const path = new URL(request.url()).pathname.replace('/v1/jobs/', '')
    if (request.method() === 'GET') return route.fulfill({ json: { deliveries: [DEAD], next_cursor: null } })
    sent.push({ method: request.method(), path, body: request.postDataJSON() })
    if (refuse !== '') return route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: '', status: 409, code: refuse }) })
    return path.endsWith('replay') ? route.fulfill({ json: { replayed: 1 } }) : route.fulfill({ status: 204 })
  })
  return sent
}

test('an event that failed is tried again at once, and skipped only after a question', async () => {
  const browser = await context()
  const sent = await withWork(browser, CALM)
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  const event = page.locator(id(S.failedEvent, '[data-seq="4"]'))
  await event.locator(id(S.retry)).click()
  await eventually('sent', () => Promise.resolve(sent.length === 1))
  await event.locator(id(S.skip)).click()
  expect(sent.length).toBe(1)
  await page.locator(id(S.sure)).click()
  await eventually('sent', () => Promise.resolve(sent.length === 2))
  const about = { ticket_id: '018f0000-0000-7000-8000-000000000001', seq: 4 }
  expect(sent).toEqual(['retry', 'skip'].map((decision) => ({ method: 'POST', path: 'consumers/rules/failed-events', body: { ...about, decision } })))
  await bothThemes('failed work', page)
})

test('a held timer is skipped after a question, and given-up deliveries are sent again', async () => {
  const browser = await context()
  const sent = await withWork(browser, CALM)
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  await page.locator(id(S.heldTimer)).locator(id(S.skip)).click()
  await page.locator(id(S.sure)).click()
  await eventually('sent', () => Promise.resolve(sent.length === 1))
  await page.locator(id(S.showDead)).click()
  const dead = page.locator(id(S.dead)).filter({ hasText: 'connection refused' })
  await dead.waitFor()
  await bothThemes('given-up deliveries', page)
  await dead.locator(id(S.replay)).click()
  await eventually('sent', () => Promise.resolve(sent.length === 2))
  expect(sent.map(({ path, body }) => [path, body])).toEqual([['timers/7', { decision: 'skip' }], ['dead-deliveries/replay', { ids: [DEAD.id] }]])
})

test('a change that came too late says so', async () => {
  const browser = await context()
  await withWork(browser, CALM, 'conflict')
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  await page.locator(id(S.failedEvent, '[data-seq="4"]')).locator(id(S.retry)).click()
  await page.locator(id(T.problem, '[data-code="conflict"]')).filter({ hasText: 'shows the new state' }).waitFor()
})

const held = (page: Page, reason: string) => page.locator(id(S.held, `[data-reason="${reason}"]`))

test('a restored database is explained, and goes on only after the admin has confirmed the address', async () => {
  const browser = await context()
  const sent = await withWork(browser, { ...CALM, unconfirmed: true })
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  await held(page, 'restored').waitFor()
  await bothThemes('held', page)
  await page.locator(id(S.confirmLive)).click()
  expect(await page.getByRole('dialog').getAttribute('aria-label')).toContain('https://desk.example.com')
  expect(sent).toEqual([])
  await page.locator(id(S.sure)).click()
  await held(page, 'restored').waitFor({ state: 'detached' })
  expect(sent).toEqual([{ method: 'PUT', path: 'identity', body: { public_url: 'https://desk.example.com' } }])
})

test('a jump of the clock says by how much, and goes on only after the admin has confirmed the time', async () => {
  const browser = await context()
  const sent = await withWork(browser, { ...CALM, clock_jump_ms: 10_800_000, clock_jumped_at: '2026-01-02T03:00:00Z' })
  const { page } = await visit(browser, TEAM, PATH, who.admin)
  await held(page, 'clock').filter({ hasText: '3 hours' }).waitFor()
  await page.locator(id(S.confirmClock)).click()
  await page.locator(id(S.sure)).click()
  await held(page, 'clock').waitFor({ state: 'detached' })
  expect(sent.map(({ method, path }) => [method, path])).toEqual([['DELETE', 'clock-hold']])
})
