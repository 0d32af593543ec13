// Browser tests of sign-in through an OpenID provider with real sign-in pages. `.ci/test-world oidc` runs them; it starts the provider and
// two gateway instances.

import type { Server } from 'node:http'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, say, TEAM, unique, watch, withBrowser } from './help.ts'
import { cancelThere, signInThere, signOutThere, startProvider } from './provider.ts'

const ISSUER = process.env['HELPLINE_E2E_OIDC_ISSUER'] ?? ''
/** Folder for screenshots. If it is empty, no screenshots are taken. */
const SHOTS = process.env['HELPLINE_E2E_SHOTS'] ?? ''

const context = withBrowser()
let provider: Server
beforeAll(async () => { provider = await startProvider(ISSUER, CUSTOMERS) })
afterAll(() => { provider.closeAllConnections(); provider.close() })

const live = (page: Page) => page.locator(id(T.page, '[data-live="true"]')).waitFor()
const whoami = (page: Page) => page.locator(id(T.whoami)).innerText()
const path = (page: Page) => { const { pathname, search } = new URL(page.url()); return pathname + search }

async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS !== '') await page.screenshot({ path: `${SHOTS}/${name}.png` })
}

/** Opens a page of the desk, signs in at the provider, and waits until the provider has redirected back to the desk. */
async function signedIn(browser: BrowserContext, login: string, at: string, base = CUSTOMERS) {
  const page = await browser.newPage()
  const seen = watch(page, browser)
  await page.goto(base + at)
  await page.locator(id(T.signInGo)).click()
  await signInThere(page, login)
  await live(page)
  return { page, seen }
}

/** Sends a REST request from the page, as the person who is signed in there. */
function ask(page: Page, method: string, to: string, body: unknown): Promise<Record<string, unknown>> {
  return page.evaluate(async ({ method, to, body }) => {
    const { token } = await (await fetch('/oidc/token')).json()
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': String(Math.random()) }
    return (await fetch(`/v1${to}`, { method, headers, body: JSON.stringify(body) })).json()
  }, { method, to, body })
}

async function newTicket(page: Page): Promise<string> {
  const ticket = await ask(page, 'POST', '/tickets', { subject: unique('Sign-in'), category: 'general', description: 'At all.' })
  return String(ticket['ticket_number'])
}

test('the first admin and a customer sign in, write to each other, stay signed in after a reload, and sign out', async () => {
  const [teams, customers] = [await context(), await context()]
  const { page: admin, seen } = await signedIn(teams, 'root', '/admin/support')
  expect(path(admin)).toBe('/admin/support')
  expect(await whoami(admin)).toBe('Root of the Tests')
  const { page: customer } = await signedIn(customers, 'ada', '/support')
  const number = await newTicket(customer)
  await customer.goto(`${CUSTOMERS}/support/${number}`)
  await live(customer)
  await admin.goto(`${CUSTOMERS}/admin/support/${number}`)
  await live(admin)
  const [question, answer] = [unique('question'), unique('answer')]
  await say(customer, question)
  await message(admin, question).waitFor()
  await say(admin, answer)
  await message(customer, answer).waitFor()
  await admin.reload()
  await live(admin)
  expect(await whoami(admin)).toBe('Root of the Tests')
  await message(admin, question).waitFor()
  // Signing out must also sign out a second tab of the same person.
  const other = await teams.newPage()
  await other.goto(`${CUSTOMERS}/admin/support`)
  await live(other)
  await admin.locator(id(T.signOut)).click()
  await signOutThere(admin)
  await admin.locator(id(T.signedOut)).waitFor()
  expect(path(admin)).toBe('/support')
  await other.locator(id(T.signedOut)).waitFor()
  expect((await teams.cookies(CUSTOMERS)).map(({ name }) => name)).toEqual([])
  await admin.locator(id(T.signInGo)).click()
  await admin.locator('input[name=login]').waitFor()
  expect(seen.faults).toEqual([])
})

test('an unsent draft survives the way to the provider and back to the same ticket', async () => {
  const browser = await context()
  const { page, seen } = await signedIn(browser, 'carl', '/support')
  const number = await newTicket(page)
  await page.goto(`${CUSTOMERS}/support/${number}`)
  await live(page)
  const text = unique('draft')
  await page.locator(id(T.composerInput)).fill(text)
  await eventually('the draft is kept', () => page.evaluate((text) => Object.values(localStorage).some((value) => value.includes(text)), text))
  await browser.clearCookies()
  await page.reload()
  await page.locator(id(T.signInGo)).click()
  await signInThere(page, 'carl')
  await live(page)
  expect(path(page)).toBe(`/support/${number}`)
  await eventually('the draft is there', async () => (await page.locator(id(T.composerInput)).inputValue()) === text)
  expect(seen.faults).toEqual([])
})

test('a person who cancels at the provider is told so, once, and can try again', async () => {
  const browser = await context()
  const page = await browser.newPage()
  await page.goto(`${CUSTOMERS}/support/TKT-000001?a=b`)
  await page.locator(id(T.signInGo)).waitFor()
  await shot(page, 'gate-light')
  await page.locator(id(T.signInGo)).click()
  await cancelThere(page)
  const told = page.locator(id(T.problem, '[data-code="denied"]'))
  await told.waitFor()
  expect(path(page)).toBe('/support/TKT-000001?a=b')
  await shot(page, 'denied-light')
  if (SHOTS !== '') {
    await page.setViewportSize({ width: 360, height: 640 })
    await shot(page, 'denied-narrow')
    await page.emulateMedia({ colorScheme: 'dark' })
    await shot(page, 'denied-narrow-dark')
    await page.setViewportSize({ width: 1280, height: 800 })
    await shot(page, 'denied-dark')
    await page.goto(`${CUSTOMERS}/admin/support`)
    await page.locator(id(T.signInGo)).waitFor()
    await shot(page, 'gate-console-dark')
  }
  await page.reload()
  await page.locator(id(T.signInGo)).waitFor()
  expect(await told.count()).toBe(0)
})

test('another instance completes a sign-in that one instance has started', async () => {
  const browser = await context()
  const page = await browser.newPage()
  await page.goto(`${TEAM}/support`)
  await page.locator(id(T.signInGo)).click()
  await signInThere(page, 'emmy')
  await live(page)
  expect(new URL(page.url()).origin, 'the public address').toBe(CUSTOMERS)
  await page.goto(`${TEAM}/support`)
  await live(page)
  expect(await whoami(page)).toBe('Emmy of the Tests')
})
