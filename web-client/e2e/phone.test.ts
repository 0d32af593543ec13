// Phones: touch, a narrow page, a keyboard that takes half of it, a device held sideways.

import { devices } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openTicket, people, rest, TEAM, unique, visit, watch, widgetFrame, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })
const row = (number: string) => id(T.ticketRow, `[data-number="${number}"]`)

const { defaultBrowserType: _, ...PHONE } = devices['Pixel 7'] ?? { defaultBrowserType: 'chromium' }
const LAUNCHER_PX = 48

test('the widget by touch: opened at its launcher, over the whole screen, a conversation from its first word to its answer, also sideways', async () => {
  const place = await context(PHONE)
  const page = await place.newPage()
  const { faults } = watch(page, place)
  await page.goto(`${CUSTOMERS}/demo?person=${encodeURIComponent(who.customer.name)}`)
  await page.locator(`#person option[value="${who.customer.name}"]`).waitFor({ state: 'attached' })
  const size = page.viewportSize() ?? { width: 0, height: 0 }
  await page.touchscreen.tap(size.width - LAUNCHER_PX, size.height - LAUNCHER_PX)
  const frame = await widgetFrame(page)
  const fills = () => frame.evaluate(() => [innerWidth, innerHeight])
  await frame.locator(id(T.widgetStart)).tap()
  expect(await fills()).toEqual([size.width, size.height])
  const subject = unique('By touch')
  await frame.locator(id(T.newSubject)).tap()
  await page.keyboard.type(subject)
  await frame.locator(id(T.newDescription)).tap()
  await page.keyboard.type('Written with thumbs')
  for (const testid of [T.newSubject, T.newDescription, T.newCategory]) {
    const letters_px = await frame.locator(id(testid)).evaluate((field) => Number.parseFloat(getComputedStyle(field).fontSize))
    expect(letters_px, `${testid}: smaller letters make a phone enlarge the page`).toBeGreaterThanOrEqual(16)
  }
  await frame.locator(id(T.newSubmit)).tap()
  await frame.locator(id(T.ticket)).waitFor()
  const number = await frame.locator(id(T.ticket)).getAttribute('data-number') ?? ''
  await frame.locator(id(T.composerInput)).tap()
  await page.keyboard.type('One more thing')
  await frame.locator(id(T.composerSend)).tap()
  await message(frame, 'One more thing', 'stored').waitFor()
  await rest(who.agent, 'POST', `/tickets/${number}/messages`, { body: 'Read.' }, TEAM)
  await message(frame, 'Read.', 'received').waitFor()

  await page.setViewportSize({ width: size.height, height: size.width })
  await eventually('over the whole screen sideways', async () => (await fills()).join() === `${size.height},${size.width}`)
  await frame.locator(id(T.composerInput)).tap()
  expect(await frame.locator(id(T.composerSend)).evaluate((button) => button.getBoundingClientRect().bottom <= innerHeight), 'what is written can be sent').toBe(true)
  await frame.locator(id(T.back)).tap()
  await frame.locator(row(number)).waitFor()
  await frame.locator(id(T.widgetClose)).tap()
  await eventually('put away', async () => !(await (await frame.frameElement()).isVisible()))
  expect(faults).toEqual([])
})

test('on a narrow page the focus goes to what was opened and back to where it came from, and a missing ticket has a way back', async () => {
  const ticket = await openTicket(who.customer)
  for (const [base, path, person] of [[CUSTOMERS, '/support', who.customer], [TEAM, '/admin/support', who.agent]] as const) {
    const { page } = await visit(await context({ viewport: { width: 390, height: 800 } }), base, path, person)
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName)
    await page.locator(row(ticket.number)).focus()
    await page.keyboard.press('Enter')
    await message(page, 'Something happened.').waitFor()
    await eventually('at the heading', async () => (await focused()) === T.ticketSubject)
    await page.locator(id(T.ticket)).locator(id(T.back)).press('Enter')
    await page.locator(row(ticket.number)).waitFor()
    await eventually('at the row', async () => (await focused()) === T.ticketRow)
    await page.goto(`${base}${path}/TKT-999999`)
    await page.locator(id(T.ticketMissing)).locator(id(T.back)).click()
    await page.locator(row(ticket.number)).waitFor()
  }
})

test("one's own message is the same element from its writing to its storing, and the first page is no news", async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  // What the log said of itself when each row came.
  await place.addInitScript(() => {
    const said: string[] = []
    Reflect.set(window, 'said', said)
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        const log = target instanceof Element ? target.closest('[role=log]') : null
        if (log !== null) for (const node of addedNodes) if (node instanceof Element && (node.matches('article') || node.querySelector('article') !== null)) said.push(log.getAttribute('aria-live') ?? '')
      }
    }).observe(document, { childList: true, subtree: true })
  })
  const { page } = await visit(place, CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await message(page, 'Something happened.').waitFor()
  const said = () => page.evaluate(() => [...(Reflect.get(window, 'said') as string[])])
  expect((await said()).filter((live) => live === 'polite'), 'the first page').toEqual([])
  await page.locator(`${id(T.thread)}[aria-live="polite"]`).waitFor()
  await page.locator(id(T.composerInput)).fill('mine')
  await page.locator(id(T.composerInput)).press('Enter')
  await message(page, 'mine', 'stored').waitFor()
  expect((await said()).filter((live) => live === 'polite'), 'one addition').toEqual(['polite'])
  expect(await page.locator(`${id(T.thread)} [aria-live]`).count(), 'no region within the region').toBe(0)
})

test('a saved reply that is being written is not lost to another row, to Escape, nor to one click', async () => {
  const shortcut = unique('kept')
  await rest(who.admin, 'PUT', `/saved-replies/${crypto.randomUUID()}`, { shortcut, title: 'Kept', body: 'Kept' }, TEAM)
  const { page } = await visit(await context(), TEAM, '/admin/support/replies', who.admin)
  await page.locator(id(T.replyRow, `[data-shortcut="${shortcut}"]`)).getByRole('button').click()
  await page.locator(id(T.replyBody)).fill('changed')
  expect(await page.locator(id(T.replyNew)).isDisabled(), 'another form would take its place').toBe(true)
  await page.locator(id(T.replyBody)).blur()
  await page.keyboard.press('Escape')
  await page.goBack()
  expect(await page.locator(id(T.replyBody)).inputValue()).toBe('changed')
  await page.locator(id(T.replyDelete)).click()
  expect(await page.locator(id(T.replyBody)).inputValue(), 'asked first').toBe('changed')
  await page.locator(id(T.replyDeleteSure)).click()
  await eventually('deleted', async () => (await page.locator(id(T.replyRow, `[data-shortcut="${shortcut}"]`)).count()) === 0)
})
