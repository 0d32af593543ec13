// Browser tests for phones: touch, narrow pages, the on-screen keyboard, and landscape.

import { devices } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { R } from '../src/apps/console/screens/saved-replies/testids.ts'
import { SIGN_OUT, T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openTicket, people, rest, TEAM, unique, visit, watch, widgetFrame, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })
const row = (number: string) => id(T.ticketRow, `[data-number="${number}"]`)

const { defaultBrowserType: _, ...PHONE } = devices['Pixel 7'] ?? { defaultBrowserType: 'chromium' }
const LAUNCHER_PX = 48

test('the widget by touch: it covers the screen, from the first message of a conversation to its answer, in landscape too', async () => {
  const place = await context(PHONE)
  const page = await place.newPage()
  const { faults } = watch(page, place)
  await page.goto(`${CUSTOMERS}/demo?person=${encodeURIComponent(who.customer.name)}`)
  await page.locator(`#person option[value="${who.customer.name}"]`).waitFor({ state: 'attached' })
  const size = page.viewportSize() ?? { width: 0, height: 0 }
  await page.touchscreen.tap(size.width - LAUNCHER_PX, size.height - LAUNCHER_PX)
  const frame = await widgetFrame(page)
  const fills = () => frame.evaluate(() => [innerWidth, innerHeight])
  await frame.locator(id(T.askText)).tap()
  expect(await fills()).toEqual([size.width, size.height])
  await page.keyboard.type(unique('By touch'))
  const letters_px = await frame.locator(id(T.askText)).evaluate((field) => Number.parseFloat(getComputedStyle(field).fontSize))
  expect(letters_px, 'smaller letters make a phone enlarge the page').toBeGreaterThanOrEqual(16)
  for (const testid of [T.askSend, T.widgetClose, T.tabActive]) expect((await frame.locator(id(testid)).boundingBox())?.height ?? 0, testid).toBeGreaterThanOrEqual(44)
  await frame.locator(id(T.askSend)).tap()
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

test('on a narrow page the focus follows what is opened and returns when it closes, and a missing ticket has a way back', async () => {
  const ticket = await openTicket(who.customer)
  for (const [base, path, query, person] of [[CUSTOMERS, '/support', '', who.customer], [TEAM, '/admin/support', '?view=all', who.agent]] as const) {
    const { page } = await visit(await context({ viewport: { width: 390, height: 800 } }), base, path + query, person)
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName)
    await page.locator(row(ticket.number)).focus()
    await page.keyboard.press('Enter')
    await message(page, 'Something happened.').waitFor()
    await eventually('at the heading', async () => (await focused()) === T.ticketSubject)
    await page.locator(id(T.ticket)).locator(id(T.back)).press('Enter')
    await page.locator(row(ticket.number)).waitFor()
    await eventually('at the row', async () => (await focused()) === T.ticketRow)
    await page.goto(`${base}${path}/TKT-999999${query}`)
    await page.locator(id(T.ticketMissing)).locator(id(T.back)).click()
    await page.locator(row(ticket.number)).waitFor()
  }
})

test("a person’s own message keeps its element from sending to storing, and the first page is not read out as news", async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  // Record for each added message whether the timeline was a live region at that moment.
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
  await page.locator(`${id(T.timeline)}[aria-live="polite"]`).waitFor()
  await page.locator(id(T.composerInput)).fill('mine')
  await page.locator(id(T.composerInput)).press('Enter')
  await message(page, 'mine', 'stored').waitFor()
  expect((await said()).filter((live) => live === 'polite'), 'one addition').toEqual(['polite'])
  expect(await page.locator(`${id(T.timeline)} [aria-live]:not([aria-live="off"])`).count(), 'no region within the region').toBe(0)
})

test('an unsaved saved reply survives opening another row, Escape, and a single click', async () => {
  const shortcut = unique('kept')
  await rest(who.admin, 'PUT', `/saved-replies/${crypto.randomUUID()}`, { shortcut, title: 'Kept', body: 'Kept' }, TEAM)
  const { page } = await visit(await context(), TEAM, '/admin/support/settings/saved-replies', who.admin)
  await page.locator(`${id(T.replyRow, `[data-shortcut="${shortcut}"]`)} ${id(R.open)}`).click()
  await page.locator(id(T.replyBody)).fill('changed')
  await page.locator(id(T.replyNew)).click()
  await page.locator(`${id(R.form)} ${id(R.cancel)}`).first().click()
  await page.locator(id(T.replyBody)).blur()
  await page.keyboard.press('Escape')
  // Wait until Escape has left the settings screen. If `goBack` ran before Escape took effect, it would go back one page too far.
  await page.locator(id(T.replyBody)).waitFor({ state: 'detached' })
  await page.goBack()
  expect(await page.locator(id(T.replyBody)).inputValue()).toBe('changed')
  await page.locator(id(T.replyDelete)).click()
  await eventually('deleted', async () => (await page.locator(id(T.replyRow, `[data-shortcut="${shortcut}"]`)).count()) === 0)
  await page.locator(`${id(T.toast)} button`).click()
  await page.locator(id(T.replyRow, `[data-shortcut="${shortcut}"]`)).waitFor()
})

test('while a message waits or was refused, nothing says that it has arrived', async () => {
  const ticket = await openTicket(who.customer)
  const { page, context: place } = await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await page.locator(id(T.expect)).waitFor()
  await place.setOffline(true)
  await page.evaluate(() => dispatchEvent(new Event('offline')))
  await page.locator(id(T.composerInput)).fill('Still here?')
  await page.locator(id(T.composerSend)).click()
  await message(page, 'Still here?', 'waiting').waitFor()
  await page.locator(id(T.expect)).waitFor({ state: 'detached' })
  await place.setOffline(false)
  await message(page, 'Still here?', 'stored').waitFor({ timeout: 30_000 })
  await page.locator(id(T.expect)).waitFor()
})

test('on a phone a notification covers no field, and disappears when its ticket is left', async () => {
  const other = await openTicket(who.customer)
  const { page } = await visit(await context({ ...PHONE, viewport: { width: 390, height: 780 } }), CUSTOMERS, '/support/new', who.customer)
  await page.locator(id(T.newSubject)).fill(unique('said'))
  await page.locator(id(T.newDescription)).fill('Something')
  await page.locator(id(T.newSubmit)).tap()
  const [said, form] = [await page.locator(id(T.toast)).boundingBox(), await page.locator(id(T.composer)).boundingBox()]
  expect((said?.y ?? 0) + (said?.height ?? 0), 'above the composer').toBeLessThanOrEqual(form?.y ?? 0)
  const back = page.locator(id(T.ticket)).locator(id(T.back))
  expect((said?.y ?? 0) + (said?.height ?? 0), 'above the way back').toBeLessThanOrEqual((await back.boundingBox())?.y ?? 0)
  await back.tap()
  await page.locator(row(other.number)).tap()
  await message(page, 'Something happened.').waitFor()
  expect(await page.locator(id(T.toast)).count()).toBe(0)
})

test('on a phone touch targets are 44 px high, and the fields of forms are aligned', async () => {
  const ticket = await openTicket(who.customer)
  const done = await openTicket(who.customer)
  await rest(who.agent, 'PATCH', `/tickets/${done.id}`, { status: 'resolved' }, TEAM)
  for (const width of [390, 360]) {
    const { page } = await visit(await context({ ...PHONE, viewport: { width, height: 780 } }), CUSTOMERS, `/support/${ticket.number}`, who.customer)
    const box = async (selector: string) => {
      const found = await page.locator(selector).boundingBox()
      if (found === null) throw new Error(`${selector} is not drawn`)
      return found
    }
    const isHigh = async (selector: string) => expect((await box(selector)).height, selector).toBeGreaterThanOrEqual(44)
    await message(page, 'Something happened.').waitFor()
    for (const selector of [`${id(T.ticket)} ${id(T.back)}`, id(T.ticketClose), id(T.composerSend)]) await isHigh(selector)
    const [field, send] = [await box(id(T.composerInput)), await box(id(T.composerSend))]
    expect(send.x, 'beside the field').toBeGreaterThanOrEqual(field.x + field.width)

    await page.goto(`${CUSTOMERS}/support/${done.number}`)
    const [first, input, submit] = [await box(`${id(T.ratingStar)}[data-value="1"]`), await box(id(T.ratingComment)), await box(id(T.ratingSubmit))]
    expect([submit.x, submit.width], 'below the field, as wide').toEqual([input.x, input.width])
    const ask = await box(`${id(T.rating)} > p`)
    if (width === 390) expect(Math.abs(first.y + first.height / 2 - ask.y - ask.height / 2), 'in a line with the question').toBeLessThan(4)
    else expect(first.x, 'the stars begin where the field does').toBe(input.x)
    await isHigh(`${id(T.ratingStar)}[data-value="1"]`)
    await isHigh(id(T.ratingSubmit))
    expect(submit.x + submit.width, 'in the page').toBeLessThanOrEqual(width)
    const cut = await page.locator(id(T.ratingComment)).evaluate((one: HTMLInputElement) => {
      const value = one.value
      one.value = one.placeholder
      const isCut = one.scrollWidth > one.clientWidth
      one.value = value
      return isCut
    })
    expect(cut, 'what is asked is read whole').toBe(false)
    await page.locator(`${id(T.ratingStar)}[data-value="4"]`).tap()
    if (width === 390) {
      await page.locator(id(T.ratingSubmit)).tap()
      await isHigh(`${id(T.ratingDone)} button`)
      await rest(who.agent, 'PATCH', `/tickets/${done.id}`, { status: 'in_progress' }, TEAM)
      const again = await openTicket(who.customer)
      await rest(who.agent, 'PATCH', `/tickets/${again.id}`, { status: 'resolved' }, TEAM)
      Object.assign(done, again)
    }

    await page.goto(`${CUSTOMERS}/support/new`)
    await page.locator(id(T.newSubject)).fill('Kept')
    const buttons = await page.locator(`${id(T.newForm)} .actions button`).evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON() as { x: number; y: number; width: number; height: number }))
    const [cancel, open] = buttons
    expect(open?.y, 'in one line').toBe(cancel?.y)
    expect(open?.width, 'of one width').toBeCloseTo(cancel?.width ?? 0, 0)
    expect(open?.height).toBeGreaterThanOrEqual(44)
  }
})

test('a ticket that was opened without a connection loads when there is one again', async () => {
  const ticket = await openTicket(who.customer)
  const { page, context: place } = await visit(await context(), CUSTOMERS, '/support', who.customer)
  await page.locator(row(ticket.number)).waitFor()
  await place.setOffline(true)
  await page.evaluate(() => dispatchEvent(new Event('offline')))
  await page.locator(row(ticket.number)).click()
  await page.locator('.main .problem').waitFor()
  await place.setOffline(false)
  await message(page, 'Something happened.').waitFor({ timeout: 30_000 })
  expect(await page.locator('.main .problem').count()).toBe(0)
})

test('on a narrow page the menu shows the signed-in person and signs them out', async () => {
  const { page } = await visit(await context(PHONE), CUSTOMERS, '/support', who.customer)
  expect(await page.locator(id(T.signOut)).isVisible(), 'the bar has no room for it').toBe(false)
  await page.locator(id(T.preferences)).tap()
  await page.locator('.menu-sign-out').filter({ hasText: who.customer.name }).waitFor()
  await page.locator(id(SIGN_OUT.narrow)).tap()
  await page.locator(id(T.signIn)).waitFor()
})

test('on a phone, back leads from a ticket to the first screen and then closes the widget; the page keeps its scroll and state; the keyboard covers nothing', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context(PHONE)
  const page = await place.newPage()
  await page.goto(`${CUSTOMERS}/demo/account?person=${encodeURIComponent(who.customer.name)}`)
  await page.locator(`#person option[value="${who.customer.name}"]`).waitFor({ state: 'attached' })
  await page.evaluate("history.replaceState({ of: 'the router' }, '')")
  const [address, steps] = [page.url(), await page.evaluate(() => history.length)]
  await page.locator('#open').tap()
  const frame = await widgetFrame(page)
  await frame.locator(row(ticket.number)).tap()
  await message(frame, 'Something happened.').waitFor()
  expect(await page.evaluate(() => [getComputedStyle(document.documentElement).overflowY, Reflect.get(history.state, 'of')])).toEqual(['hidden', 'the router'])

  const height = page.viewportSize()?.height ?? 0
  await page.evaluate((px) => {
    for (const [name, value] of [['height', px], ['offsetTop', 40]] as const) Object.defineProperty(visualViewport, name, { configurable: true, value })
    visualViewport?.dispatchEvent(new Event('resize'))
  }, height - 300)
  await eventually('what the keyboard leaves', async () => (await frame.evaluate(() => innerHeight)) === height - 300)
  expect(await frame.locator(id(T.composerSend)).evaluate((button) => button.getBoundingClientRect().bottom <= innerHeight)).toBe(true)

  await page.evaluate('history.back()')
  await frame.locator(id(T.askText)).waitFor()
  await page.evaluate('history.back()')
  await eventually('folded', async () => !(await (await frame.frameElement()).isVisible()))
  expect(page.url()).toBe(address)
  expect(await page.evaluate(() => [getComputedStyle(document.documentElement).overflowY, history.state])).toEqual(['visible', { of: 'the router' }])
  await page.locator('#open').tap()
  await frame.locator(id(T.widgetClose)).tap()
  await eventually('its step is gone', () => page.evaluate(() => !('helpline' in history.state)))
  expect(await page.evaluate(() => history.length), 'one step at most').toBeLessThanOrEqual(steps + 1)

  await page.locator('#open').tap()
  await frame.locator(row(ticket.number)).tap()
  await message(frame, 'Something happened.').waitFor()
  // The second "back" comes before the page can know which view the first has led to.
  await page.evaluate(() => {
    addEventListener('popstate', () => history.back(), { once: true })
    history.back()
  })
  await eventually('folded by two quick steps back', async () => !(await (await frame.frameElement()).isVisible()))
})

test('shadows show on which side the line of figures continues, in both text directions', async () => {
  for (const language of ['en', 'ar']) {
    const { page } = await visit(await context({ viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' }), TEAM, `/admin/support?lang=${language}`, who.agent)
    const line = page.locator(id(T.stats))
    const box = await line.boundingBox() ?? { x: 0, y: 0, width: 0, height: 0 }
    // Screenshot a strip below the text, where only the background is drawn.
    const ground = (x: number) => page.screenshot({ clip: { x, y: box.y + box.height - 6, width: 4, height: 4 } })
    const shadows = async () => {
      const plain = await ground(box.width / 2)
      return [await ground(0), await ground(box.width - 4)].map((edge) => !edge.equals(plain)).join()
    }
    const [begun, ended, turn] = language === 'en' ? ['false,true', 'true,false', 1] : ['true,false', 'false,true', -1]
    await eventually(`${language} at its beginning`, async () => (await shadows()) === begun)
    await line.evaluate((one, by) => one.scrollTo(by, 0), 100 * turn)
    await eventually(`${language} on the way`, async () => (await shadows()) === 'true,true')
    await line.evaluate((one, by) => one.scrollTo(by, 0), 10_000 * turn)
    await eventually(`${language} at its end`, async () => (await shadows()) === ended)
  }
})

test('on a phone a customer’s other tickets show number and status, and the link to all of them ends at the list', async () => {
  const [one, other] = [await openTicket(who.customer), await openTicket(who.customer)]
  const { page } = await visit(await context({ viewport: { width: 360, height: 740 } }), TEAM, `/admin/support/${one.number}`, who.agent)
  await page.locator(id(T.detailsToggle)).click()
  await page.locator(id(T.panelTab, '[data-panel="customer"]')).click()
  await page.locator(`${id(T.customer)} a`).filter({ hasText: other.number }).filter({ hasText: 'Open' }).waitFor()
  await page.locator(`${id(T.customer)} button`).filter({ hasText: /^All tickets from this customer \(\d+\)$/ }).click()
  await page.locator(row(other.number)).waitFor()
  expect(new URL(page.url()).searchParams.get('user_id')).not.toBeNull()
})
