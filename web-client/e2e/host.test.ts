// Browser tests of the apps in pages of another origin, as on a platform that embeds Helpline. All requests use CORS, and a site that is
// not allowed gets a message that says so.

import type { BrowserContext, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import type { DemoPerson } from '../src/protocol/decode-rest.ts'
import { T } from '../src/testids.ts'
import { askIn, CUSTOMERS, eventually, id, message, openTicket, people, rest, say, TEAM, unique, watch, widgetFrame, withBrowser, type People, type Visit } from './help.ts'
import { cookieOf, HOST, STRANGER, withHost } from './host.ts'

const context = withBrowser()
const host = withHost()
let who: People
beforeAll(async () => { who = await people() })

const GET_TOKEN = `async () => { const answer = await fetch('/token'); return answer.ok ? (await answer.json()).token : null }`

async function signedIn(person: DemoPerson): Promise<BrowserContext> {
  const place = await context()
  await place.addCookies([cookieOf(person)])
  return place
}

/** Mounts an app in the host page. The script is a string, because the test runner would rewrite its `import`. */
async function mounted(place: BrowserContext, app: 'mountSupport' | 'mountConsole', options: string, at = `${HOST}/`): Promise<Visit & { readonly before: string }> {
  const page = await place.newPage()
  const seen = watch(page, place)
  await page.goto(at)
  const before = await look(page)
  await page.evaluate(`(async () => {
    const { Helpline } = await import('${CUSTOMERS}/mount.js')
    window.unmount = Helpline.${app}(document.getElementById('place'), ${options})
  })()`)
  return { ...seen, before }
}

const live = (page: Page) => page.locator(id(T.page, '[data-live="true"]')).waitFor()
const look = (page: Page) => page.evaluate(() => {
  const style = getComputedStyle(document.querySelector('#own') ?? document.body)
  return [style.font, style.color, style.backgroundColor, style.padding, document.title, document.adoptedStyleSheets.length, document.styleSheets.length].join(' ')
})

test('the support page in a page of another site: tokens from getToken, REST and WebSocket across origins, no styles leak', async () => {
  const ticket = await openTicket(who.customer, { description: 'With **weight**.' })
  const { page, faults, before } = await mounted(await signedIn(who.customer), 'mountSupport', `{ getToken: ${GET_TOKEN} }`)
  await live(page)
  await page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await page.locator(`${id(T.messageBody)} strong`).filter({ hasText: 'weight' }).waitFor()
  await say(page, 'from the platform')
  await message(page, 'from the platform', 'stored').waitFor()
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'an answer' }, TEAM)
  await message(page, 'an answer', 'received').waitFor()
  const picture = await page.locator('.brand img').evaluate((image) => (image instanceof HTMLImageElement ? [new URL(image.src).origin, image.naturalWidth > 0] : []))
  expect(picture, 'pictures come from the desk').toEqual([CUSTOMERS, true])
  await page.locator(id(T.newTicket)).click()
  await page.locator(id(T.newSubject)).fill('in a dialog')
  const field = await page.locator(id(T.newSubject)).evaluate((input) => { const style = getComputedStyle(input); return [style.fontFamily, style.textTransform, style.transform] })
  expect(field.join(' ')).not.toMatch(/Comic|uppercase|matrix/)
  expect(await look(page), 'the host looks as before').toBe(before)
  expect(await page.evaluate(() => Object.keys(window).filter((name) => /helpline/i.test(name)))).toEqual(['Helpline'])
  await page.evaluate('window.unmount()')
  expect(await page.locator(id(T.page)).count()).toBe(0)
  expect(faults).toEqual([])
})

test('the console in a page of another site, in Arabic, with tokens from the configured address', async () => {
  const place = await signedIn(who.agent)
  // Only the response of `/v1/config` is changed. The token address in that response and the token requests are real.
  await place.route(`${CUSTOMERS}/v1/config`, async (route) => {
    const answer = await route.fetch()
    const config: unknown = await answer.json()
    await route.fulfill({ response: answer, json: Object.assign({}, config, { token_url: `${HOST}/token`, links: [{ label: 'My Tickets', href: '/mine' }] }) })
  })
  const ticket = await openTicket(who.customer)
  host.asked.length = 0
  const { page, faults } = await mounted(place, 'mountConsole', `{ language: 'ar' }`)
  await page.setViewportSize({ width: 1440, height: 800 })
  await live(page)
  expect(host.asked).toContain(who.agent.name)
  await page.locator(`${id(T.siteLinks)} a`).filter({ hasText: 'My Tickets' }).waitFor()
  await page.locator('.helpline[dir="rtl"][lang="ar"]').waitFor()
  await page.locator(id(T.view, '[data-view="all"]')).click()
  await page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await page.locator(id(T.assignMe)).click()
  await eventually('mine', async () => (await page.locator(id(T.assignTo)).inputValue()) === who.agent.id)
  const other = await openTicket(who.customer)
  await page.locator(id(T.panelTab, '[data-panel="customer"]')).click()
  expect(await page.locator(`${id(T.customer)} a`).filter({ hasText: other.number }).getAttribute('href'), 'a new tab opens it at the desk').toBe(`${CUSTOMERS}/admin/support/${other.number}`)
  await page.keyboard.press('Control+k')
  await page.locator(id(T.paletteOption)).first().waitFor()
  await page.keyboard.press('Escape')
  await say(page, 'from the platform')
  await message(page, 'from the platform', 'stored').waitFor()
  expect(faults).toEqual([])
})

test('a mounted console sends a person without rights home, and a mounted app tells a person who is not signed in', async () => {
  const { page } = await mounted(await signedIn(who.customer), 'mountConsole', `{ getToken: ${GET_TOKEN}, homeUrl: '/scripted' }`)
  await page.waitForURL(`${HOST}/scripted`)
  const stranger = await mounted(await context(), 'mountSupport', `{ getToken: ${GET_TOKEN} }`)
  await stranger.page.locator(id(T.signedOut)).waitFor()
})

test('an app is as wide as its container, and its menu opens at its button', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await mounted(await signedIn(who.customer), 'mountSupport', `{ getToken: ${GET_TOKEN} }`)
  await page.locator('#place').evaluate((place) => Object.assign(place.style, { width: '420px', marginBlockStart: '120px', height: '600px' }))
  await live(page)
  await page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await message(page, 'Something happened.').waitFor()
  expect(await page.locator('nav.side').isVisible(), 'one column, as on a telephone').toBe(false)
  expect(await page.locator(id(T.details)).isVisible()).toBe(false)
  expect(await page.locator(id(T.page)).evaluate((root) => root.scrollWidth <= root.clientWidth)).toBe(true)
  await page.locator(id(T.preferences)).click()
  const [button, menu] = [await page.locator(id(T.preferences)).boundingBox(), await page.locator('.menu').boundingBox()]
  if (button === null || menu === null) throw new Error('both are shown')
  expect(menu.y - (button.y + button.height)).toBeGreaterThanOrEqual(0)
  expect(menu.y - (button.y + button.height)).toBeLessThan(20)
  expect(menu.x).toBeGreaterThanOrEqual(0)
  await page.keyboard.press('Escape')
  await page.locator('#place').evaluate((place) => { place.style.width = '' })
  await page.locator('nav.side').waitFor()
})

test('the widget in a page of another site: a ticket, an answer, the unread number for the host, and none of the host’s style', async () => {
  const subject = unique('from elsewhere')
  const place = await signedIn(who.customer)
  const page = await place.newPage()
  const { faults } = watch(page, place)
  await page.goto(`${HOST}/scripted`)
  const before = await look(page)
  await page.evaluate(`window.unread = []; Helpline.init({ getToken: ${GET_TOKEN} }); Helpline.onUnread((n) => window.unread.push(n)); Helpline.open()`)
  const frame = await widgetFrame(page)
  await frame.locator(id(T.page, '[data-live="true"]')).waitFor()
  const number = await askIn(frame, subject)
  await frame.locator(id(T.widgetClose)).click()
  await rest(who.agent, 'POST', `/tickets/${number}/messages`, { body: 'an answer' }, TEAM)
  await eventually('unread', () => page.evaluate('window.unread.at(-1) >= 1'))
  expect(await look(page)).toBe(before)
  expect((await place.cookies()).map((cookie) => cookie.name), 'no cookie of the desk').toEqual(['person'])
  expect(faults).toEqual([])
})

test('the examples in docs/embedding.md work as they are, the widget under the strict policy that is named there', async () => {
  const ticket = await openTicket(who.customer)
  const place = await signedIn(who.customer)
  const widget = await place.newPage()
  const { faults } = watch(widget, place)
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'an answer' }, TEAM)
  await widget.goto(`${HOST}/with-widget`)
  await widget.evaluate('window.unread = []; Helpline.onUnread((n) => window.unread.push(n)); Helpline.identify()')
  await eventually('the number on the launcher', () => widget.evaluate('window.unread.at(-1) >= 1'))
  await widget.evaluate('Helpline.open()')
  await (await widgetFrame(widget)).locator(id(T.page, '[data-live="true"]')).waitFor()
  expect(faults, 'nothing that the policy forbids').toEqual([])

  const { page, faults: others } = watch(await place.newPage(), place)
  await page.goto(`${HOST}/support`)
  await live(page)
  await page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await message(page, 'an answer', 'received').waitFor()
  expect(new URL(page.url()).pathname).toBe(`/support/${ticket.number}`)
  expect(others).toEqual([])
})

test('if the host cannot provide a token, the widget says so and offers a retry, and the next token signs the person in', async () => {
  const place = await signedIn(who.customer)
  const page = await place.newPage()
  await page.goto(`${HOST}/scripted`)
  await page.evaluate(`window.broken = true; Helpline.init({ getToken: async () => { if (window.broken) throw new Error('no'); return (${GET_TOKEN})() } }); Helpline.open()`)
  const frame = await widgetFrame(page)
  await frame.getByRole('alert').waitFor()
  await page.evaluate('window.broken = false')
  await frame.getByRole('alert').getByRole('button').click()
  await frame.locator(id(T.page, '[data-live="true"]')).waitFor()
})

test('a site that is not allowed is told so, in the widget and in a mounted app, and the log names the setting', async () => {
  const place = await context()
  const { page } = await mounted(place, 'mountSupport', `{ getToken: async () => 'never asked' }`, `${STRANGER}/`)
  await page.locator(id(T.problem, '[data-code="site_refused"]')).filter({ hasText: STRANGER }).waitFor()

  const other = await place.newPage()
  const said: string[] = []
  other.on('console', (line) => said.push(line.text()))
  await other.goto(`${STRANGER}/scripted`)
  await other.evaluate(`Helpline.init({ getToken: async () => 'never asked' }); Helpline.open()`)
  // The launcher is in a closed shadow root, which selectors cannot enter, so search the accessibility tree.
  const session = await place.newCDPSession(other)
  const tree = async () => JSON.stringify(await session.send('Accessibility.getFullAXTree'))
  await eventually('words on the screen', async () => (await tree()).includes('Support cannot be shown on this page.'))
  expect(said.join('\n')).toContain('--widget-sites')
  await other.evaluate('Helpline.close()')
  await eventually('gone with the widget', async () => !(await tree()).includes('Support cannot be shown'))
})
