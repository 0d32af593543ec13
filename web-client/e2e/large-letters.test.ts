// Browser tests of pages at twice the default font size, which people can set in their browsers.

import type { CDPSession, Frame, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { answeredTicket, CUSTOMERS, id, message, openTicket, openWidget, people, rest, TEAM, unique, visit, withBrowser, type Made, type People } from './help.ts'
import { settingsOf } from './settings-screens.ts'

const context = withBrowser()
let who: People
let ticket: Made
beforeAll(async () => {
  who = await people()
  ticket = await answeredTicket(who)
})

/** Sets the default font size, as the browser's settings do. This also scales `rem` units and the widths in media queries. */
async function setLetters(place: Page | Frame, times: number): Promise<void> {
  const page = 'page' in place ? place.page() : place
  const session = sessions.get(page) ?? page.context().newCDPSession(page)
  sessions.set(page, session)
  await (await session).send('Page.setFontSizes', { fontSizes: { standard: 16 * times, fixed: 13 * times } })
  await place.waitForFunction((px) => parseFloat(getComputedStyle(document.documentElement).fontSize) === px, 16 * times)
}
const sessions = new WeakMap<Page, Promise<CDPSession>>()

/**
 * Runs in the page: lists the controls and headings that a person cannot reach, because they are outside of the page, covered, or too
 * narrow.
 */
function outOfReach(): readonly string[] {
  const scrollsAcross = '.overview, .table-scroll, .site-links, pre'
  const faults: string[] = []
  const letter_px = parseFloat(getComputedStyle(document.documentElement).fontSize)
  const open = [...document.querySelectorAll('dialog[open], :popover-open')].at(-1) ?? document
  for (const one of open.querySelectorAll<HTMLElement>('button, a[href], input, select, textarea, summary, h1, h2')) {
    const { display, visibility, clipPath, opacity } = getComputedStyle(one)
    if (one.getClientRects().length === 0 || visibility === 'hidden' || clipPath !== 'none' || opacity === '0' || one.closest('.hidden, [aria-hidden="true"]') !== null || one.closest(scrollsAcross) !== null) continue
    const name = `${one.tagName} ${one.className} ${(one.ariaLabel ?? one.innerText).slice(0, 30)}`
    one.scrollIntoView({ block: 'center', inline: 'nearest' })
    const { left, right, top, bottom, width } = one.getBoundingClientRect()
    if (left < -1 || right > document.documentElement.clientWidth + 1) faults.push(`beside the page: ${name}`)
    if (one.matches('select, textarea, input:not([type=checkbox], [type=radio], [type=color])') && width < 4 * letter_px) faults.push(`pressed together: ${name}`)
    // A long text wraps over several lines, so check several points of the element. For an inline element, only a point near its left edge
    // is sure to be on the text.
    const y = (top + bottom) / 2
    for (const x of display === 'inline' ? [left + 2] : [left + 3, (left + right) / 2, right - 3]) {
      const found = document.elementFromPoint(x, y)
      if (found !== null && found !== one && !one.contains(found) && !found.contains(one) && found.closest('label')?.contains(one) !== true && found.closest('.row-check') === null) faults.push(`below ${found.tagName} ${found.className}: ${name}`)
    }
  }
  for (const one of document.querySelectorAll<HTMLElement>('main, nav, aside, section, form, header, dialog, .screen, .ticket, .timeline, .page')) {
    if (one.closest(scrollsAcross) !== null || one.getClientRects().length === 0 || one.scrollWidth <= one.clientWidth + 1 || getComputedStyle(one).overflowX === 'visible') continue
    const { left, right } = one.getBoundingClientRect()
    const wide = [...one.querySelectorAll('*')].findLast((part) => part.closest(`${scrollsAcross}, .hidden, label[hidden]`) === null && (part.getBoundingClientRect().right > right + 1 || part.getBoundingClientRect().left < left - 1))
    faults.push(`scrolls across: ${one.tagName} ${one.className}, for ${wide?.tagName} ${wide?.className} ${wide?.textContent?.slice(0, 30)}`)
  }
  return [...new Set(faults)]
}

test('twice the font size on a narrow screen: nothing is cut, covered or squeezed', async () => {
  const viewport = { width: 360, height: 740 }
  const faults: Record<string, readonly string[]> = {}
  const look = async (name: string, place: Page | Frame) => {
    await setLetters(place, 2)
    await place.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    const found = await place.evaluate(outOfReach)
    if (found.length > 0) faults[name] = found
  }
  const long = await openTicket(who.customer, { subject: 'The invoice of October shows the old address of our office', priority: 'urgent' })
  await rest(who.agent, 'PATCH', `/tickets/${long.id}`, { assigned_to: 'me', priority: 'urgent' }, TEAM)
  await rest(who.admin, 'PUT', `/saved-replies/${crypto.randomUUID()}`, { shortcut: unique('long'), title: 'An answer with a title that is longer than one line', body: 'Hello '.repeat(20) }, TEAM)
  for (const locale of ['de-DE', 'ar-EG']) {
    const { page } = await visit(await context({ viewport, locale }), CUSTOMERS, '/support', who.customer)
    await page.locator(id(T.ticketRow)).first().waitFor()
    await look(`${locale}, list`, page)
    await page.locator(id(T.newTicket)).click()
    await page.locator(id(T.newForm)).waitFor()
    await look(`${locale}, new ticket`, page)
    await page.goto(`${CUSTOMERS}/support/${long.number}`)
    await message(page, 'Something happened.').waitFor()
    await look(`${locale}, ticket`, page)
    await page.locator(id(T.detailsToggle)).click()
    await look(`${locale}, its details`, page)

    const { frame } = await openWidget(await context({ viewport, locale }), CUSTOMERS, who.customer)
    await frame.locator(id(T.ticketRow)).first().waitFor()
    await look(`${locale}, widget`, frame)
    await frame.locator(id(T.ticketRow, `[data-number="${long.number}"]`)).click()
    await message(frame, 'Something happened.').waitFor()
    await look(`${locale}, ticket in the widget`, frame)

    const console = (await visit(await context({ viewport, locale }), TEAM, `/admin/support/${long.number}`, who.admin)).page
    await message(console, 'Something happened.').waitFor()
    await look(`${locale}, ticket of the console`, console)
    await console.locator(id(T.detailsToggle)).click()
    for (const panel of ['details', 'customer', 'history']) {
      await console.locator(id(T.panelTab, `[data-panel="${panel}"]`)).click()
      if (panel !== 'details') await console.locator(panel === 'customer' ? id(T.customer) : id(T.historyRow)).first().waitFor()
      await look(`${locale}, ${panel}`, console)
    }
    await console.goto(`${TEAM}/admin/support`)
    await console.locator(id(T.ticketRow)).first().waitFor()
    await look(`${locale}, list of the console`, console)
    await console.locator(id(T.preferences)).click()
    await console.locator(id(T.preferencesTheme)).waitFor()
    await look(`${locale}, preferences`, console)
    await console.keyboard.press('Escape')
    await console.locator(id(T.select)).first().check({ force: true })
    await console.locator(id(T.bulkTake)).waitFor()
    await look(`${locale}, what is selected`, console)
    await console.locator(id(T.bulkClear)).click()
    await console.goto(`${TEAM}/admin/support/settings`)
    const links = console.locator(id(T.settingsLink))
    await links.first().waitFor()
    await look(`${locale}, the way to the settings`, console)
    for (const screen of await links.evaluateAll((all) => all.map((one) => one.dataset['screen'] ?? ''))) {
      await console.goto(`${TEAM}/admin/support/${screen}`)
      await console.locator(id(T.settings)).getByRole('heading', { level: 1 }).waitFor()
      await look(`${locale}, ${screen}`, console)
    }
  }
  expect(faults).toEqual({})
}, 180_000)

test('twice the font size: nothing is cut off, and nothing scrolls sideways', async () => {
  const large = async (name: string, place: Page | Frame) => {
    const before = await place.locator(id(T.page)).evaluate((element) => parseFloat(getComputedStyle(element).fontSize))
    await setLetters(place, 2)
    expect(await place.locator(id(T.page)).evaluate((element) => parseFloat(getComputedStyle(element).fontSize)), `${name}: larger`).toBeCloseTo(2 * before, 0)
    expect((await place.locator('svg.glyph').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width))).filter((width) => width > 0 && width < 26), `${name}: signs that stay small`).toEqual([])
    const cut = await place.evaluate(() => [...document.querySelectorAll<HTMLElement>('button, p, h1, h2, h3, label, .subject, dd, dt, li, li > a, article')].filter((one) => {
      const style = getComputedStyle(one)
      if (one.getClientRects().length === 0 || style.display.startsWith('inline') || style.visibility === 'hidden' || style.clipPath !== 'none' || one.closest('.hidden') !== null) return false
      // A single line that ends with an ellipsis is allowed.
      return (one.scrollHeight > one.clientHeight + 2 && style.overflowY !== 'visible' && style.overflowY !== 'auto') || (one.scrollWidth > one.clientWidth + 1 && style.textOverflow !== 'ellipsis' && style.overflowX === 'hidden')
    }).map((one) => `${one.tagName} ${one.className}: ${one.innerText.slice(0, 40)}`))
    expect(cut, `${name}: cut off`).toEqual([])
    expect(await place.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${name}: sideways`).toBeLessThanOrEqual(0)
    await setLetters(place, 1)
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
