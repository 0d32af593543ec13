// Browser tests of the widget in a host page, and of the apps mounted in a host page.

import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { askIn, CUSTOMERS, eventually, id, message, openTicket, openWidget, people, rest, say, TEAM, unique, visit, watch, widgetFrame, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

test('before it is opened, the widget is one script and one small request: no frame, no cookie, nothing stored, no third party', async () => {
  const place = await context()
  const page = await place.newPage()
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(`${CUSTOMERS}/demo?person=${encodeURIComponent(who.customer.name)}`)
  await page.locator(`#person option[value="${who.customer.name}"]`).waitFor({ state: 'attached' })
  const ours = () => requests.filter((url) => /widget|\/v1\//.test(new URL(url).pathname))
  await eventually('the question', () => Promise.resolve(ours().length > 1))
  expect(page.frames().length).toBe(1)
  expect(ours()).toEqual([`${CUSTOMERS}/widget.js`, `${CUSTOMERS}/v1/me/unread`])
  expect(requests.every((url) => url.startsWith(CUSTOMERS) || url.startsWith('data:'))).toBe(true)
  expect(await place.cookies()).toEqual([])
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0)
  expect(await page.evaluate(() => Object.keys(window).filter((name) => /helpline/i.test(name)))).toEqual(['Helpline'])
})

test('a conversation in the widget: new ticket, answer, badge while closed, rating', async () => {
  const { page, frame, faults } = await openWidget(await context(), CUSTOMERS, who.customer)
  await frame.locator(id(T.availability, '[data-open="true"]')).waitFor()
  const subject = unique('From the widget')
  const number = await askIn(frame, `${subject}\nHello **there**`)
  expect(await frame.locator(id(T.ticketSubject)).innerText(), 'its first line').toBe(subject)
  await message(frame, 'Hello').waitFor()
  await frame.locator(`${id(T.messageBody)} strong`).waitFor()
  await say(frame, 'Anybody there?')
  await message(frame, 'Anybody there?', 'stored').waitFor()

  const agent = (await visit(await context(), TEAM, `/admin/support/${number}`, who.agent)).page
  await say(agent, 'Yes, me.')
  await message(frame, 'Yes, me.').waitFor()
  await message(agent, 'Yes, me.', 'seen').waitFor()
  await frame.locator(id(T.widgetClose)).click()
  await say(agent, 'Are you still there?')
  await eventually('the badge', async () => Number(await page.locator('#unread').innerText()) >= 1)
  await message(agent, 'Are you still there?', 'stored').waitFor()
  await page.locator('#open').click()
  await message(agent, 'Are you still there?', 'seen').waitFor()
  await agent.locator(id(T.setStatus)).selectOption('resolved')
  await frame.locator(id(T.ratingStar, '[data-value="5"]')).click()
  await frame.locator(id(T.ratingSubmit)).click()
  await frame.locator(id(T.ratingThanks)).filter({ hasText: 'Thank you.' }).waitFor()
  await frame.locator(id(T.back)).click()
  await frame.locator(id(T.widgetHome)).waitFor()
  expect(faults).toEqual([])
})

/**
 * Waits until the widget shows `shows`, and no longer what the previous person had open. Returns all that is stored or shown in its
 * iframe. A host that answers at once gets a new iframe; one that is slow keeps the iframe, which is emptied.
 */
async function afterChange(page: Page, shows: string): Promise<string> {
  const now = async () => {
    const frame = await widgetFrame(page)
    if (await frame.locator(id(T.ticket)).count() > 0 || !await frame.locator(shows).isVisible()) return undefined
    return await frame.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML]))
  }
  let kept: string | undefined
  // The iframe may be removed while it is looked at.
  await eventually('the next screen', async () => (kept = await now().catch(() => undefined)) !== undefined)
  return kept ?? ''
}

test.each([['answers at once', 0], ['is slow', 1_500]] as const)('another person signs in at a host that %s: no data of the previous one remains', async (_, ms) => {
  const secret = unique('adas-secret')
  const ticket = await openTicket(who.customer, { subject: secret })
  const { page, frame } = await openWidget(await context(), CUSTOMERS, who.customer)
  await frame.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await frame.locator(id(T.composerInput)).fill(`a draft about ${secret}`)
  await eventually('kept', () => frame.evaluate((text) => JSON.stringify({ ...localStorage }).includes(text), secret))
  await page.route('**/dev/token', async (route) => {
    await new Promise((done) => setTimeout(done, ms))
    await route.continue()
  })
  await page.locator('#person').selectOption(who.other.name)
  const next = await afterChange(page, id(T.page, '[data-live="true"]'))
  expect(next).not.toContain(secret)
  expect(next).not.toContain(who.customer.id)
  await page.locator('#person').selectOption('')
  expect(await afterChange(page, id(T.signedOut))).not.toContain(who.other.id)
})

test('identifying the same person again loses nothing of what they began', async () => {
  const ticket = await openTicket(who.customer)
  const { page, frame } = await openWidget(await context(), CUSTOMERS, who.customer)
  await frame.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await message(frame, 'Something happened.').waitFor()
  await frame.locator(id(T.composerInput)).fill('begun before the host said who it is')
  await page.evaluate('window.Helpline.identify()')
  await eventually('the draft', async () => (await frame.locator(id(T.composerInput)).inputValue()) === 'begun before the host said who it is')
})

test('while the desk is closed or away the customer is told so, in the desk’s own words if it has some, and can still write', async () => {
  const place = await context()
  let now: object = { open: true, agents_online: false, opens_at: null, hours: null, notice: null }
  await place.route('**/v1/availability', (route) => route.fulfill({ json: now }))
  const { page, frame } = await openWidget(place, CUSTOMERS, who.customer)
  const line = frame.locator(id(T.availability, '[data-online="false"]'))
  await line.filter({ hasText: 'Nobody is online' }).waitFor()
  await frame.locator(id(T.askText)).waitFor()
  for (const [more, words] of [[{ notice: 'Back after lunch.' }, 'Back after lunch.'], [{ open: false, opens_at: '2030-01-07T08:00:00Z' }, 'Closed now · opens Monday'], [{ open: false, opens_at: '2030-01-07T08:00:00Z', notice: 'We moved.' }, /^Closed now · opens Monday.*\n.*We moved\./], [{ open: false }, 'Closed now']] as const) {
    now = { open: true, agents_online: false, opens_at: null, hours: null, notice: null, ...more }
    await frame.locator(id(T.widgetClose)).click()
    await page.locator('#open').click()
    await line.filter({ hasText: words }).waitFor()
  }
})

test('messages from other windows are ignored, on both sides', async () => {
  const { page, frame } = await openWidget(await context(), CUSTOMERS, who.customer)
  await frame.locator(id(T.page, '[data-live="true"]')).waitFor()
  await page.evaluate(() => {
    for (const data of [{ helpline: 1, type: 'unread', n: 77 }, { helpline: 1, type: 'close' }, { type: 'unread', n: 77 }, 'unread', null]) window.postMessage(data, '*')
  })
  await frame.evaluate(() => { for (const data of [{ helpline: 1, type: 'forget' }, { helpline: 1, type: 'token', id: 1, token: 'x' }, null, 5]) window.postMessage(data, '*') })
  await page.evaluate(() => new Promise((done) => setTimeout(done, 200)))
  expect(await page.locator('#unread').innerText()).not.toBe('77')
  await frame.locator(id(T.page, '[data-live="true"]')).waitFor()
})

test('the console and the support page refuse all framing, the widget refuses framing by unknown sites', async () => {
  const policies = await Promise.all(['/admin/support', '/support', '/widget'].map(async (path) => (await fetch(`${CUSTOMERS}${path}`)).headers.get('content-security-policy') ?? ''))
  expect(policies[0]).toContain("frame-ancestors 'none'")
  expect(policies[1]).toContain("frame-ancestors 'none'")
  expect(policies[2]).toMatch(/frame-ancestors (?!\*)(?!'none')/)
})

test('the support page and the console work mounted in a page of the platform, without its styles', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  for (const [app, person] of [['mountSupport', who.customer], ['mountConsole', who.agent]] as const) {
    const page = await place.newPage()
    const seen = watch(page, place)
    await page.goto(`${TEAM}/demo`)
    // The script is a string, because the test runner would rewrite its `import`.
    await page.evaluate(`(async () => {
      const element = document.createElement('section')
      element.style.height = '100vh'
      document.body.replaceChildren(element)
      const { Helpline } = await import('/mount.js')
      const answer = () => fetch('/dev/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(JSON.stringify({ user: person.name }))} })
      const links = [{ label: 'Help Center', href: 'https://example.org/help' }, { label: 'Bad', href: 'javascript:alert(1)' }]
      window.unmount = Helpline.${app}(element, { links, getToken: async () => (await (await answer()).json()).token })
    })()`)
    await page.locator(id(T.page, '[data-live="true"]')).waitFor()
    if (app === 'mountConsole') await page.locator(id(T.view, '[data-view="all"]')).click()
    await page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
    await message(page, 'Something happened.').waitFor()
    await say(page, `mounted, ${person.name}`)
    await message(page, `mounted, ${person.name}`, 'stored').waitFor()
    expect(await page.locator(id(T.siteLinks)).locator('a').count(), 'a link that runs a script is none').toBe(1)
    const button = await page.locator(id(T.composerSend)).evaluate((element) => ({ height: element.getBoundingClientRect().height, font: getComputedStyle(element).fontFamily, transform: getComputedStyle(element).textTransform }))
    expect(button.height).toBeGreaterThan(30)
    expect(button.font).not.toContain('Comic')
    expect(button.transform).toBe('none')
    await page.evaluate('window.unmount()')
    expect(await page.locator(id(T.page)).count()).toBe(0)
    expect(seen.faults).toEqual([])
  }
  const history = JSON.stringify(await rest(who.agent, 'GET', `/tickets/${ticket.id}/activity?limit=100`, undefined, TEAM))
  expect(history).toContain(`mounted, ${who.customer.name}`)
})
