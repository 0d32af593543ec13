// Helpers of the browser tests. They use a real desk with two gateway instances, a browser, and demo people. Each test creates its own
// tickets.

import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Frame, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { decodeDemoPeople, decodeToken, type DemoPerson } from '../src/protocol/decode-rest.ts'
import type { NewTicket } from '../src/protocol/generated.ts'
import { isObject, type Json } from '../src/protocol/narrow.ts'
import { T } from '../src/testids.ts'
import { launchFirefox, newContext, type Firefox } from './firefox.ts'

const urls = (process.env['HELPLINE_E2E_URLS'] ?? '').split(',').map((url) => url.trim().replace(/\/$/, '')).filter((url) => url !== '')
if (urls.length === 0) throw new Error('set HELPLINE_E2E_URLS to the addresses of two instances in development mode: http://127.0.0.1:8080,http://127.0.0.1:8081')

/** Customers use the first gateway instance, the team uses the last one. */
export const CUSTOMERS = urls[0] ?? ''
export const TEAM = urls.at(-1) ?? ''

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

export interface People {
  readonly customer: DemoPerson
  readonly other: DemoPerson
  readonly agent: DemoPerson
  readonly colleague: DemoPerson
  readonly admin: DemoPerson
}

export async function people(): Promise<People> {
  const all = decodeDemoPeople(await (await fetch(`${CUSTOMERS}/dev/users`)).json()) ?? []
  const [customer, other] = all.filter((person) => person.role === null)
  const [agent, colleague] = all.filter((person) => person.role === 'support_agent')
  const admin = all.find((person) => person.role === 'admin')
  if (customer === undefined || other === undefined || agent === undefined || colleague === undefined || admin === undefined) throw new Error('the desk has too few demo people')
  return { customer, other, agent, colleague, admin }
}

/** By how much the processor of each page is slowed down, to find tests that do not wait for what they look at (docs/testing.md). */
const SLOWER = Number(process.env['HELPLINE_E2E_SLOWER'] ?? '1')

/** Path of puppeteer-core. If it is set, the tests run in Firefox. */
const FIREFOX = process.env['HELPLINE_E2E_PUPPETEER'] ?? ''

/** Starts one browser for the test file. Returns a function that creates a browser context with an empty profile. */
export function withBrowser() {
  if (FIREFOX !== '') return withFirefox(FIREFOX)
  let browser: Browser | null = null
  const contexts: BrowserContext[] = []
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: FLAGS })
  })
  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()))
    await browser?.close()
  })
  return async (more: BrowserContextOptions = {}): Promise<BrowserContext> => {
    if (browser === null) throw new Error('no browser yet')
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...more })
    contexts.push(context)
    // A page that is closed meanwhile needs no slowing down.
    if (SLOWER > 1) context.on('page', (page) => { slowDown(page).catch(() => undefined) })
    return context
  }
}

/**
 * Slows a page down: its processor by the factor `HELPLINE_E2E_SLOWER`, its requests by a third of a second. A test that passes
 * otherwise and fails here does not wait for what it looks at.
 */
async function slowDown(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 300, downloadThroughput: -1, uploadThroughput: -1 })
}

function withFirefox(module: string) {
  let browser: Firefox | null = null
  const contexts: BrowserContext[] = []
  beforeAll(async () => { browser = await launchFirefox(module) })
  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()))
    await browser?.close()
  })
  return async (): Promise<BrowserContext> => {
    if (browser === null) throw new Error('no browser yet')
    const context = await newContext(browser)
    contexts.push(context)
    return context
  }
}

/** A page, its browser context, and what the page received. */
export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** WebSocket frames and REST bodies that the page received. */
  readonly received: string[]
  /** Console errors, page errors and dialogs. Tests expect this list to be empty. */
  readonly faults: string[]
}

/** Records the frames, responses, errors and dialogs of the page. */
export function watch(page: Page, context: BrowserContext): Visit {
  const seen: Visit = { page, context, received: [], faults: [] }
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => seen.received.push(String(payload))))
  page.on('response', async (response) => {
    if (!response.url().includes('/v1/')) return
    seen.received.push(await response.text().catch(() => ''))
  })
  page.on('pageerror', (error) => seen.faults.push(String(error)))
  page.on('console', (message) => {
    // Ignore network errors, because some tests cut the network on purpose.
    if (message.type() === 'error' && !/net::ERR_|Failed to load resource|WebSocket connection/.test(message.text())) seen.faults.push(message.text())
  })
  page.on('dialog', (dialog) => {
    seen.faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return seen
}

export async function visit(context: BrowserContext, base: string, path: string, person: DemoPerson): Promise<Visit> {
  const page = await context.newPage()
  const seen = watch(page, context)
  await page.goto(base + path)
  await page.locator(`[data-testid="${T.signInPerson}"][data-person="${person.name}"]`).click()
  await page.locator(`[data-testid="${T.page}"][data-live="true"]`).waitFor()
  return seen
}

/** Opens the settings through the preferences menu, then the settings screen with this path. */
export async function openScreen(page: Page, path: string): Promise<void> {
  await page.locator(id(T.preferences)).click()
  await page.locator(id(T.menuSettings)).click()
  await page.locator(id(T.settingsLink, `[data-screen="${path}"]`)).click()
}

export const id = (testid: string, more = '') => `[data-testid="${testid}"]${more}`

export async function say(page: Page | Frame, text: string): Promise<void> {
  await page.locator(id(T.composerInput)).fill(text)
  await page.locator(id(T.composerInput)).press('Enter')
}

/** Finds the message with this text. If `state` is given, the message must have that state, for example `stored`. */
export const message = (page: Page | Frame, text: string, state = '') =>
  page.locator(id(T.message, state === '' ? '' : `[data-state="${state}"]`)).filter({ has: page.locator(id(T.messageBody), { hasText: text }) })

/** The texts of all messages on the page, in order. */
export const texts = (page: Page | Frame) => page.locator(id(T.messageBody)).allInnerTexts()

export async function eventually(what: string, holds: () => Promise<boolean>, ms = 30_000): Promise<void> {
  const deadline = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
}

/** Waits until pending effects, for example of a scroll, are rendered. */
export const drawn = (page: Page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))

/** Returns a function that says whether the page was never reloaded since this call. A reload loses the attribute that this call sets. */
export async function neverReloaded(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => document.documentElement.setAttribute('data-marked', 'yes'))
  return () => page.evaluate(() => document.documentElement.getAttribute('data-marked') === 'yes')
}

/** Opens the demo host page and the widget on it. If `person` is null, the visitor is not signed in. */
export async function openWidget(context: BrowserContext, base: string, person: DemoPerson | null, more = ''): Promise<Visit & { readonly frame: Frame }> {
  const page = await context.newPage()
  const seen = watch(page, context)
  await page.goto(`${base}/demo?hostile=yes&person=${encodeURIComponent(person?.name ?? '')}${more}`)
  await page.locator(`#person option[value="${person?.name ?? ''}"]`).waitFor({ state: 'attached' })
  await page.locator('#open').click()
  return { ...seen, frame: await widgetFrame(page) }
}

/** Starts a conversation in the widget and returns the number of the new ticket. */
export async function askIn(frame: Frame, text: string): Promise<string> {
  await frame.locator(id(T.askText)).fill(text)
  await frame.locator(id(T.askSend)).click()
  await frame.locator(id(T.ticket)).waitFor()
  return await frame.locator(id(T.ticket)).getAttribute('data-number') ?? ''
}

/**
 * Finds the widget's iframe. The search goes through the page's frames, because the iframe is in a closed shadow root, which selectors
 * cannot enter.
 */
export async function widgetFrame(page: Page): Promise<Frame> {
  const find = () => page.frames().find((frame) => frame.parentFrame() !== null && frame.url().includes('/widget'))
  await eventually('the frame', () => Promise.resolve(find() !== undefined))
  const frame = find()
  if (frame === undefined) throw new Error('no frame')
  return frame
}

const BUSY_MAX = 50
/** How long a fetched token is reused. The limit is shorter than the token's lifetime. */
const TOKEN_KEPT_MS = 60_000
const tokens = new Map<string, { readonly token: Promise<string | null>; readonly until: number }>()

export function tokenOf({ name }: DemoPerson, base: string): Promise<string | null> {
  const kept = tokens.get(`${base} ${name}`)
  if (kept !== undefined && kept.until > Date.now()) return kept.token
  const token = fetch(`${base}/dev/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user: name }) }).then(async (answer) => decodeToken(await answer.json()))
  tokens.set(`${base} ${name}`, { token, until: Date.now() + TOKEN_KEPT_MS })
  return token
}

/** Sends a REST request as a person, to set up a test or to check the server's state. */
export async function rest(person: DemoPerson, method: string, path: string, body?: unknown, base = CUSTOMERS): Promise<Json> {
  const token = await tokenOf(person, base)
  const key = crypto.randomUUID()
  const ask = () => fetch(`${base}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token ?? ''}`, 'content-type': 'application/json', 'idempotency-key': key },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  let response = await ask()
  // The response 503 (busy) or 429 (rate limit) says how long to wait. Wait that long and retry.
  for (let n = 0; n < BUSY_MAX && (response.status === 503 || response.status === 429); n++) {
    const problem: unknown = await response.json()
    const wait_ms = isObject(problem) && typeof problem['retry_after_ms'] === 'number' ? problem['retry_after_ms'] : 1_000 * Number(response.headers.get('retry-after') ?? 1)
    await new Promise((resolve) => setTimeout(resolve, wait_ms))
    response = await ask()
  }
  const value: unknown = response.status === 204 ? {} : await response.json()
  if (!response.ok || !isObject(value)) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(value)}`)
  return value
}

export interface Made {
  readonly id: string
  readonly number: string
}

export async function openTicket(person: DemoPerson, more: Partial<NewTicket> = {}): Promise<Made> {
  const ticket = await rest(person, 'POST', '/tickets', { subject: `Test ${Math.random().toString(36).slice(2, 8)}`, category: 'general', description: 'Something happened.', ...more })
  return { id: String(ticket['id']), number: String(ticket['ticket_number']) }
}

/** Creates a ticket that is assigned to the agent, with an internal note and a reply. */
export async function answeredTicket({ customer, agent }: People): Promise<Made> {
  const ticket = await openTicket(customer)
  await rest(agent, 'PATCH', `/tickets/${ticket.id}`, { assigned_to: 'me' }, TEAM)
  for (const text of [{ body: 'A note', internal: true }, { body: 'An answer' }]) await rest(agent, 'POST', `/tickets/${ticket.id}/messages`, text, TEAM)
  return ticket
}

/** Returns a text that occurs nowhere else on the desk. */
export const unique = (word: string) => `${word}-${Math.random().toString(36).slice(2, 10)}`
