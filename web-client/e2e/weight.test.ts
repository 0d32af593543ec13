// Measures what the widget costs a first-time visitor: every byte that the network reports with an empty cache. This includes files as the
// desk compresses them, responses gzipped by a proxy, headers, and WebSocket frames.

import type { CDPSession } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { eventually, id, message, people, rest, TEAM, unique, widgetFrame, withBrowser, type People } from './help.ts'
import { asNewcomer } from './newcomer.ts'
import { withCompression } from './proxy.ts'

const context = withBrowser()
const way = withCompression()
let who: People
beforeAll(async () => { who = await people() })

/** Budgets in kB. The loader's budget leaves out its response headers, about 0.5 kB per response. */
const BUDGETS = { loader: 3, 'until a typed message is kept': 34, 'until the first answer is shown': 65 } as const
type Part = keyof typeof BUDGETS

/** A typical reply: paragraphs and one link, without other Markdown. */
const ANSWER = 'Good morning,\n\nthank you for writing to us. We have changed the address and sent you the invoice anew: https://example.org/invoices/2026-05.pdf\n\nKind regards,\nGrace'

/** Paths of the host page itself and of its tokens. They are not part of the widget's cost. */
const isHosts = (path: string) => path === '/demo' || path.startsWith('/dev/') || path.startsWith('/demo/') || /\/assets\/(demo|hostile)-/.test(path) || path.includes('/icon')

/** Counts the received bytes per path from now on. Returns a function that returns the sums so far. */
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
  const place = await context()
  await asNewcomer(place)
  const page = await place.newPage()
  const session = await page.context().newCDPSession(page)
  const weighed = await weigh(session)
  const reached = new Map<Part, number>()
  const script = page.waitForResponse((answer) => new URL(answer.url()).pathname === '/widget.js')
  await page.goto(`${way.base}/demo?person=${encodeURIComponent(who.customer.name)}`)
  await page.locator(`#person option[value="${who.customer.name}"]`).waitFor({ state: 'attached' })
  // Wait for the loader's request for the unread number. It is part of the loader's cost, also on pages where the widget is never opened.
  await eventually('its question', () => Promise.resolve(weighed().each.some(([path]) => path === '/v1/me/unread')))
  const loader = weighed().bytes
  reached.set('loader', (await (await script).request().sizes()).responseBodySize)

  await page.locator('#open').click()
  const frame = await widgetFrame(page)
  await frame.locator(id(T.page, '[data-live="true"]')).waitFor()
  const subject = unique('weight')
  await frame.locator(id(T.askText)).fill(`${subject}\n\nmy invoice of May names the old address.\nCan you change it?`)
  await eventually('kept on this device', () => frame.evaluate((text) => JSON.stringify({ ...localStorage }).includes(text), subject))
  const kept = page.waitForResponse((answer) => answer.request().method() === 'POST' && new URL(answer.url()).pathname === '/v1/tickets')
  await frame.locator(id(T.askSend)).click()
  expect((await kept).status()).toBe(201)
  reached.set('until a typed message is kept', weighed().bytes - loader)

  await frame.locator(id(T.ticket)).waitFor()
  const number = await frame.locator(id(T.ticket)).getAttribute('data-number') ?? ''
  await rest(who.agent, 'POST', `/tickets/${number}/messages`, { body: ANSWER }, TEAM)
  await message(frame, 'have changed the address').locator('a[href="https://example.org/invoices/2026-05.pdf"]').waitFor()
  const whole = weighed()
  reached.set('until the first answer is shown', whole.bytes - loader)

  for (const [part, bytes] of reached) console.log(`${(bytes / 1_000).toFixed(1).padStart(6)} kB of ${BUDGETS[part]}  ${part}`)
  console.log(whole.each.toSorted(([, a], [, b]) => b - a).map(([path, n]) => `${String(n).padStart(7)}  ${path}`).join('\n'))
  for (const [part, bytes] of reached) expect(bytes, part).toBeLessThanOrEqual(BUDGETS[part] * 1_000)
})
