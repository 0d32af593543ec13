// What those hear and reach who do not see the page, or use no pointer, or read large letters: what axe cannot tell.

import type { Frame, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openTicket, openWidget, people, rest, TEAM, visit, withBrowser, type Made, type People } from './help.ts'

const context = withBrowser()
let who: People
let ticket: Made
let rated: Made
beforeAll(async () => {
  who = await people()
  ticket = await openTicket(who.customer)
  await rest(who.agent, 'PATCH', `/tickets/${ticket.id}`, { assigned_to: 'me' }, TEAM)
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'A note', internal: true }, TEAM)
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'An answer' }, TEAM)
  rated = await openTicket(who.customer)
  await rest(who.agent, 'PATCH', `/tickets/${rated.id}`, { status: 'resolved' }, TEAM)
})

const focused = (place: Page | Frame) => place.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName ?? null)

/** One heading of the first level, no level left out, and one main part. */
async function hasOutline(name: string, place: Page | Frame, { hasMain = true } = {}): Promise<void> {
  const levels = await place.evaluate(() => [...document.querySelectorAll('h1, h2, h3, h4')].filter((one) => one.getClientRects().length > 0).map((one) => Number(one.tagName[1])))
  expect(levels.filter((level) => level === 1), `${name}: h1 of ${levels}`).toHaveLength(1)
  expect(new Set(levels).size, `${name}: a level is left out of ${levels}`).toBe(Math.max(...levels))
  expect(await place.getByRole('main').count(), `${name}: main`).toBe(hasMain ? 1 : 0)
  expect(await place.getByRole('banner').count(), `${name}: banner`).toBe(1)
}

/** Each screen of the settings that an admin is led to, by turns. */
async function* settingsOf(page: Page): AsyncGenerator<string> {
  await page.goto(`${TEAM}/admin/support/settings`)
  const links = page.locator(id(T.settingsLink))
  await links.first().waitFor()
  const screens = await links.evaluateAll((all) => all.map((one) => one.getAttribute('data-screen') ?? ''))
  expect(screens.length).toBeGreaterThan(5)
  for (const screen of screens) {
    await page.locator(id(T.settingsLink, `[data-screen="${screen}"]`)).click()
    await page.locator(id(T.settings)).getByRole('heading', { level: 1 }).waitFor()
    yield screen
  }
}

test('a message is found by its author and time, and a note by being one', async () => {
  const time = /\d{1,2}:\d{2}/.source
  const { page } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  await message(page, 'An answer').waitFor()
  const { agent, customer } = { agent: 'You', customer: who.customer.name }
  await page.getByRole('article', { name: new RegExp(`^${customer}, .*${time}`) }).waitFor()
  await page.getByRole('article', { name: new RegExp(`^${agent}, .*${time}`) }).waitFor()
  await page.getByRole('article', { name: new RegExp(`^Internal note, ${agent}, .*${time}`) }).waitFor()
  const { frame } = await openWidget(await context(), CUSTOMERS, who.customer)
  await frame.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  const author = await message(frame, 'An answer').locator('.author').innerText()
  await frame.getByRole('article', { name: new RegExp(`^${author}, .*${time}`) }).waitFor()
  await frame.getByRole('article', { name: new RegExp(`^You, .*${time}`) }).waitFor()
})

test('each screen has one h1, one main part and one banner, and leaves out no level of headings', async () => {
  const { page } = await visit(await context(), CUSTOMERS, '/support', who.customer)
  await page.locator(id(T.ticketRow)).first().waitFor()
  await hasOutline('list', page)
  await page.goto(`${CUSTOMERS}/support/${ticket.number}`)
  await message(page, 'An answer').waitFor()
  await hasOutline('ticket', page)
  await page.setViewportSize({ width: 360, height: 740 })
  await hasOutline('ticket, narrow', page)
  await page.goto(`${CUSTOMERS}/support/TKT-99999999`)
  await page.locator(id(T.ticketMissing)).waitFor()
  await hasOutline('a ticket that is missing', page)

  const console = (await visit(await context(), TEAM, '/admin/support', who.admin)).page
  await console.locator(id(T.ticketRow)).first().waitFor()
  await hasOutline('console', console)
  await console.goto(`${TEAM}/admin/support/${ticket.number}`)
  await message(console, 'An answer').waitFor()
  for (const panel of ['details', 'customer', 'history']) {
    await console.locator(id(T.panelTab, `[data-panel="${panel}"]`)).click()
    if (panel !== 'details') await console.locator(panel === 'customer' ? id(T.customer) : id(T.historyRow)).first().waitFor()
    await hasOutline(panel, console)
  }
  for await (const screen of settingsOf(console)) await hasOutline(screen, console)
  await console.setViewportSize({ width: 360, height: 740 })
  await console.goto(`${TEAM}/admin/support/settings`)
  await console.getByRole('heading', { level: 1 }).waitFor()
  await hasOutline('the way to the settings, narrow', console, { hasMain: false })

  const { frame } = await openWidget(await context(), CUSTOMERS, who.customer)
  await frame.locator(id(T.ticketRow)).first().waitFor()
  await hasOutline('widget', frame)
  await frame.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await message(frame, 'An answer').waitFor()
  await hasOutline('a ticket in the widget', frame)
})

test('a ticket that is on its way in the widget, cannot be had or is missing has the outline of a page as well', async () => {
  const place = await context()
  const waiting: (() => void)[] = []
  let isHolding = true
  const hold = async () => { if (isHolding) await new Promise<void>((go) => { waiting.push(go) }) }
  const isHeld = (name: string) => eventually(name, () => Promise.resolve(waiting.length > 0))
  const goOn = () => { for (const go of waiting.splice(0)) go() }
  await place.route('**/assets/talk-*.js', async (route) => { await hold(); await route.continue() })
  await place.route(`**/v1/tickets/${ticket.number}*`, async (route) => { await hold(); await route.abort() })
  const { page, frame } = await openWidget(place, CUSTOMERS, who.customer)
  await frame.locator(id(T.widgetHome)).waitFor()
  await page.evaluate(`Helpline.open('${ticket.number}')`)
  await isHeld('what shows it')
  await frame.locator(id(T.widgetTeam)).filter({ hasText: ticket.number }).waitFor()
  await hasOutline('before what shows it is there', frame)
  goOn()
  await isHeld('its state')
  await frame.locator('.skeleton').waitFor()
  await hasOutline('on its way', frame)
  isHolding = false
  goOn()
  await frame.locator(id(T.problem)).waitFor()
  await hasOutline('out of reach', frame)
  await page.evaluate("Helpline.open('TKT-99999999')")
  await frame.locator(id(T.ticketMissing)).waitFor()
  await hasOutline('missing', frame)
})

test('the first stop of Tab leads past the bar and the list, on a narrow page to what is in sight', async () => {
  for (const [base, path, person] of [[CUSTOMERS, '/support', who.customer], [TEAM, '/admin/support', who.admin]] as const) {
    const { page } = await visit(await context(), base, path, person)
    await page.locator(id(T.ticketRow)).first().waitFor()
    const skip = page.locator(id(T.skip))
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe(T.skip)
    expect(await skip.evaluate((element) => getComputedStyle(element).clipPath), 'in sight while it has the focus').toBe('none')
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('MAIN')
    await page.setViewportSize({ width: 360, height: 740 })
    await skip.focus()
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('NAV')
    if (person === who.customer) continue
    await page.goto(`${base}${path}/settings`)
    await page.locator(id(T.settingsLink)).first().waitFor()
    await skip.focus()
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe(T.settingsNav)
  }
})

test('the stars are one stop, and the arrow keys choose among them, in the direction of writing', async () => {
  for (const [locale, onwards, back] of [['en-GB', 'ArrowRight', 'ArrowLeft'], ['ar-EG', 'ArrowLeft', 'ArrowRight']] as const) {
    const { page } = await visit(await context({ locale }), CUSTOMERS, `/support/${rated.number}`, who.customer)
    await page.locator(id(T.rating)).waitFor()
    const chosen = () => page.evaluate((star) => [document.activeElement?.getAttribute('data-value'), document.querySelector(`${star}[aria-checked="true"]`)?.getAttribute('data-value')].join(), id(T.ratingStar))
    expect(await page.locator(id(T.ratingStar, '[tabindex="0"]')).count()).toBe(1)
    await page.locator(id(T.ratingStar, '[tabindex="0"]')).focus()
    for (const [key, star] of [[onwards, 1], [onwards, 2], ['End', 5], [onwards, 1], [back, 5], ['ArrowUp', 4], ['Home', 1], ['ArrowDown', 2]] as const) {
      await page.keyboard.press(key)
      await eventually(`${locale}, ${key}: ${star}`, async () => (await chosen()) === `${star},${star}`)
    }
  }
})

test('a rating leaves the focus where it was: at what took the place of its form, and of its line', async () => {
  const { page } = await visit(await context(), CUSTOMERS, `/support/${rated.number}`, who.customer)
  await page.locator(id(T.ratingStar, '[data-value="4"]')).click()
  await page.locator(id(T.ratingSubmit)).focus()
  await page.keyboard.press('Enter')
  await eventually('at the way to change it', async () => (await focused(page)) === T.ratingChange)
  await page.keyboard.press('Enter')
  await eventually('at the star that was given', async () => (await focused(page)) === T.ratingStar)
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-value'))).toBe('4')
})

test('the menu gives the focus back to its button', async () => {
  const { page } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.admin)
  await message(page, 'An answer').waitFor()
  await page.locator(id(T.preferences)).focus()
  await page.keyboard.press('Enter')
  await page.locator(id(T.menuSettings)).waitFor()
  await page.keyboard.press('Escape')
  await eventually('at the button of the menu', async () => (await focused(page)) === T.preferences)
})

test('letters of twice the size: nothing is cut off, and nothing scrolls sideways', async () => {
  const large = async (name: string, place: Page | Frame) => {
    const before = await place.locator(id(T.page)).evaluate((element) => parseFloat(getComputedStyle(element).fontSize))
    await place.evaluate(() => { document.documentElement.style.fontSize = '200%' })
    expect(await place.locator(id(T.page)).evaluate((element) => parseFloat(getComputedStyle(element).fontSize)), `${name}: larger`).toBeCloseTo(2 * before, 0)
    expect((await place.locator('svg.glyph').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width))).filter((width) => width > 0 && width < 26), `${name}: signs that stay small`).toEqual([])
    const cut = await place.evaluate(() => [...document.querySelectorAll<HTMLElement>('button, p, h1, h2, h3, label, .subject, dd, dt, li, li > a, article')].filter((one) => {
      const style = getComputedStyle(one)
      if (one.getClientRects().length === 0 || style.display.startsWith('inline') || style.visibility === 'hidden' || style.clipPath !== 'none' || one.closest('.hidden') !== null) return false
      // Across, an ellipsis says that there is more.
      return (one.scrollHeight > one.clientHeight + 2 && style.overflowY !== 'visible' && style.overflowY !== 'auto') || (one.scrollWidth > one.clientWidth + 1 && style.textOverflow !== 'ellipsis' && style.overflowX === 'hidden')
    }).map((one) => `${one.tagName} ${one.className}: ${one.innerText.slice(0, 40)}`))
    expect(cut, `${name}: cut off`).toEqual([])
    expect(await place.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${name}: sideways`).toBeLessThanOrEqual(0)
    await place.evaluate(() => { document.documentElement.style.fontSize = '' })
  }
  const { page } = await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await message(page, 'An answer').waitFor()
  await large('ticket of the support page', page)
  await page.goto(`${CUSTOMERS}/support`)
  await page.locator(id(T.ticketRow)).first().waitFor()
  await large('list of the support page', page)
  const { frame } = await openWidget(await context(), CUSTOMERS, who.customer)
  await frame.locator(id(T.ticketRow)).first().waitFor()
  await large('widget', frame)
  await frame.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await message(frame, 'An answer').waitFor()
  await large('ticket in the widget', frame)
  const console = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.admin)).page
  await message(console, 'An answer').waitFor()
  await large('ticket of the console', console)
  await console.goto(`${TEAM}/admin/support`)
  await console.locator(id(T.ticketRow)).first().waitFor()
  await large('list of the console', console)
  for await (const screen of settingsOf(console)) await large(screen, console)
})

test('a few messages are read out; of many at once only their number is, once they have come', async () => {
  const busy = await openTicket(who.customer)
  const place = await context()
  await place.addInitScript((told) => {
    const heard: string[] = []
    Object.assign(window, { heard })
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        const element = target instanceof Element ? target : target.parentElement
        const log = element?.closest('[role=log]')
        if (log?.getAttribute('aria-live') === 'polite') for (const node of addedNodes) if (node instanceof Element && (node.matches('article') || node.querySelector('article') !== null)) heard.push('message')
        const status = element?.closest(told)
        if (status !== null && status !== undefined && status.textContent !== '') heard.push(status.textContent)
      }
    }).observe(document, { childList: true, subtree: true, characterData: true })
  }, id(T.timelineTold))
  const { page } = await visit(place, CUSTOMERS, `/support/${busy.number}`, who.customer)
  await page.locator(`${id(T.timeline)}[aria-live="polite"]`).waitFor()
  const heard = () => page.evaluate((): string[] => [...Reflect.get(window, 'heard')])
  const answer = (body: string) => rest(who.agent, 'POST', `/tickets/${busy.id}/messages`, { body }, TEAM)
  await answer('one by itself')
  await message(page, 'one by itself').waitFor()
  expect(await heard()).toEqual(['message'])
  const numbers = async () => (await heard()).filter((said) => said !== 'message')
  // As many again: the same number is news once more. The first may count the one before it.
  for (const flood of [1, 2, 3]) {
    const before = (await heard()).length
    for (let n = 1; n <= 20; n += 1) await answer(`of many: ${flood}, ${n}`)
    await message(page, `of many: ${flood}, 20`).waitFor()
    await eventually(`the number, ${flood}`, async () => (await numbers()).length === flood, 15_000)
    expect((await heard()).slice(before).filter((one) => one === 'message').length, 'heard one by one').toBeLessThanOrEqual(4)
  }
  const said = await heard()
  expect((await numbers()).slice(1)).toEqual(['20 new', '20 new'])
  await page.locator(`${id(T.timeline)}[aria-live="polite"]`).waitFor()
  await answer('by itself again')
  await message(page, 'by itself again').waitFor()
  expect((await heard()).slice(said.length)).toEqual(['message'])
})
