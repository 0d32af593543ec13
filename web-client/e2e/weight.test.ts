// What the widget costs a visitor who comes for the first time: every byte that reaches a browser with an empty cache, as its network tells
// it: bodies gzipped by a proxy as a platform's are, headers, WebSocket frames.

import type { CDPSession } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { eventually, id, message, people, rest, TEAM, unique, widgetFrame, withBrowser, type People } from './help.ts'
import { withCompression } from './proxy.ts'

const context = withBrowser()
const way = withCompression()
let who: People
beforeAll(async () => { who = await people() })

/**
 * In kB: `goal` is what each may cost. Where a goal has not been reached, `held` is what has been, and holds until it is lowered: nothing
 * may become heavier than that.
 */
const BUDGETS = {
  loader: { goal: 3, held: 3 },
  'until a typed message is kept': { goal: 34, held: 57 },
  'until the first answer is shown': { goal: 62, held: 94 },
} as const
type Part = keyof typeof BUDGETS

/** The host's own page, and the tokens that it gives, are not the widget's. */
const isHosts = (path: string) => path === '/demo' || path.startsWith('/dev/') || path.startsWith('/demo/') || path.includes('/demo-') || path.includes('/icon')

/** Bytes received from now on, by path. */
async function weigh(session: CDPSession) {
  const paths = new Map<string, string>()
  const bytes = new Map<string, number>()
  const add = (request: string, n: number) => {
    const path = paths.get(request) ?? 'unknown'
    bytes.set(path, (bytes.get(path) ?? 0) + n)
  }
  const name = (request: string, url: string) => paths.set(request, new URL(url).pathname)
  session.on('Network.requestWillBeSent', ({ requestId, request }) => name(requestId, request.url))
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => add(requestId, encodedDataLength))
  session.on('Network.webSocketCreated', ({ requestId, url }) => name(requestId, url))
  session.on('Network.webSocketHandshakeResponseReceived', ({ requestId, response }) => add(requestId, response.headersText?.length ?? 0))
  session.on('Network.webSocketFrameReceived', ({ requestId, response }) => add(requestId, Buffer.byteLength(response.payloadData)))
  await session.send('Network.enable')
  await session.send('Network.clearBrowserCache')
  return () => {
    const each = [...bytes].filter(([path]) => !isHosts(path))
    return { bytes: each.reduce((sum, [, n]) => sum + n, 0), each }
  }
}

test('the loader, the widget until a typed message is kept, and until the first answer is shown, each within its budget', async () => {
  const page = await (await context()).newPage()
  const session = await page.context().newCDPSession(page)
  const weighed = await weigh(session)
  const reached = new Map<Part, number>()
  await page.goto(`${way.base}/demo?person=${encodeURIComponent(who.customer.name)}`)
  await page.locator(`#person option[value="${who.customer.name}"]`).waitFor({ state: 'attached' })
  const loader = weighed().bytes
  reached.set('loader', loader)

  await page.locator('#open').click()
  const frame = await widgetFrame(page)
  await frame.locator(id(T.page, '[data-live="true"]')).waitFor()
  await frame.locator(id(T.widgetStart)).click()
  const subject = unique('weight')
  await frame.locator(id(T.newSubject)).fill(subject)
  await frame.locator(id(T.newDescription)).fill('Hello **there**')
  await eventually('kept on this device', () => frame.evaluate((text) => JSON.stringify({ ...localStorage }).includes(text), subject))
  const kept = page.waitForResponse((answer) => answer.request().method() === 'POST' && new URL(answer.url()).pathname === '/v1/tickets')
  await frame.locator(id(T.newSubmit)).click()
  expect((await kept).status()).toBe(201)
  reached.set('until a typed message is kept', weighed().bytes - loader)

  await frame.locator(id(T.ticket)).waitFor()
  const number = await frame.locator(id(T.ticket)).getAttribute('data-number') ?? ''
  await rest(who.agent, 'POST', `/tickets/${number}/messages`, { body: 'Yes, **here**.' }, TEAM)
  await message(frame, 'Yes, here.').locator('strong').waitFor()
  const whole = weighed()
  reached.set('until the first answer is shown', whole.bytes - loader)

  for (const [part, bytes] of reached) console.log(`${(bytes / 1_000).toFixed(1).padStart(6)} kB of ${BUDGETS[part].goal}  ${part}${bytes > BUDGETS[part].goal * 1_000 ? `  (held at ${BUDGETS[part].held})` : ''}`)
  console.log(whole.each.toSorted(([, a], [, b]) => b - a).map(([path, n]) => `${String(n).padStart(7)}  ${path}`).join('\n'))
  for (const [part, bytes] of reached) expect(bytes, part).toBeLessThanOrEqual(BUDGETS[part].held * 1_000)
})
