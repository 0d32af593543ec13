// Browser tests of every screen in German and French: no English sentence is left, and the longer texts fit.

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Frame, Page, Route } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { isObject } from '../src/protocol/narrow.ts'
import { L } from '../src/apps/console/screens/access-log/testids.ts'
import { R } from '../src/apps/console/screens/retention/testids.ts'
import { S } from '../src/apps/console/screens/system/testids.ts'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openTicket, openWidget, people, rest, TEAM, visit, withBrowser, type Made, type People } from './help.ts'

const LOCALES = resolve(import.meta.dirname, '../src/locales')
/** The source folder of the apps. Lazily loaded parts keep their translations next to their code. */
const APPS = resolve(import.meta.dirname, '../src/apps')
const context = withBrowser()
const WIDTHS = [[1280, 800], [360, 740]] as const
let who: People
let ticket: Made
let rated: Made
/** A ticket without an assignee, in the status whose name is the longest. */
let loose: Made
beforeAll(async () => {
  who = await people()
  ticket = await openTicket(who.customer, { priority: 'urgent', category: 'feature_request' })
  await rest(who.agent, 'PATCH', `/tickets/${ticket.id}`, { assigned_to: 'me', status: 'in_progress' }, TEAM)
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'xyz-note', internal: true }, TEAM)
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'xyz-answer' }, TEAM)
  await rest(who.agent, 'PATCH', `/tickets/${ticket.id}`, { status: 'waiting_on_customer' }, TEAM)
  loose = await openTicket(who.customer, { priority: 'urgent' })
  await rest(who.agent, 'PATCH', `/tickets/${loose.id}`, { status: 'waiting_on_admin' }, TEAM)
  rated = await openTicket(who.customer)
  await rest(who.agent, 'PATCH', `/tickets/${rated.id}`, { status: 'resolved' }, TEAM)
})

function sentencesOf(language: string): ReadonlyMap<string, string> {
  const all = new Map<string, string>()
  const parts = readdirSync(APPS, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith(`/locales/${language}.json`)).map((path) => join(APPS, path))
  for (const file of [...readdirSync(join(LOCALES, language)).map((section) => join(LOCALES, language, section)), ...parts]) {
    const table: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (!isObject(table)) throw new Error(`${file} is no table`)
    for (const [key, sentence] of Object.entries(table)) all.set(key, String(sentence))
  }
  return all
}

const PLACE = /\{[^}]*\}/g
const LETTERS_MIN = 4

/** Patterns for the English texts that are not also a text in `language`. They find English texts that were left untranslated. */
function englishOnly(language: string): readonly RegExp[] {
  const own = new Set(sentencesOf(language).values())
  return [...sentencesOf('en').values()]
    .filter((sentence) => !own.has(sentence) && sentence.replace(PLACE, '').replace(/\P{L}/gu, '').length >= LETTERS_MIN)
    .map((sentence) => new RegExp(`^${sentence.split(PLACE).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+')}$`, 's'))
}

interface Seen {
  readonly texts: readonly string[]
  readonly tight: readonly string[]
  readonly wide_px: number
}

/**
 * Collects the visible and spoken texts of the page, except texts that people wrote. Also collects the controls whose text does not fit.
 */
function look(place: Page | Frame): Promise<Seen> {
  return place.evaluate(([written]) => {
    const texts: string[] = []
    const add = (text: string | null) => { if (text !== null && text.trim() !== '') texts.push(text.trim()) }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node instanceof Element ? node : node.parentElement
      if (element === null || element.closest(`script, style, ${written}`) !== null) continue
      if (node instanceof Element) for (const name of ['aria-label', 'placeholder', 'title', 'alt']) add(node.getAttribute(name))
      else add(node.textContent)
    }
    const tight = [...document.querySelectorAll<HTMLElement>('button, a.button, .badge, .tab, [role="tab"], .stat dt, kbd, .screen-head .titles')].filter((one) => {
      const style = getComputedStyle(one)
      const isDrawn = one.getClientRects().length > 0 && style.visibility !== 'hidden'
      // A badge in a ticket row may cut off the last letters of a long status, so its text may be up to 25 % wider than the badge.
      const room_px = one.matches('.signs .badge') ? one.clientWidth * 1.25 : style.textOverflow === 'ellipsis' ? Infinity : one.clientWidth + 1
      return isDrawn && !style.display.startsWith('inline') && one.scrollWidth > room_px
    }).map((one) => `${one.innerText} (${one.scrollWidth} > ${one.clientWidth})`)
    return { texts, tight, wide_px: document.documentElement.scrollWidth - document.documentElement.clientWidth }
  }, [[id(T.messageBody), id(T.ticketSubject), '.subject', '.snippet'].join(', ')] as const)
}

async function speaks(language: string, name: string, place: Page | Frame): Promise<void> {
  const english = englishOnly(language)
  const { texts, tight, wide_px } = await look(place)
  expect(texts.filter((text) => english.some((sentence) => sentence.test(text))), `${language}, ${name}: English`).toEqual([])
  expect(tight, `${language}, ${name}: does not fit`).toEqual([])
  expect(wide_px, `${language}, ${name}: scrolls sideways`).toBeLessThanOrEqual(0)
}

describe.each([['de', 'de-DE'], ['fr', 'fr-FR']] as const)('%s', (language, locale) => {
  /** Checks a screen at each width of `WIDTHS`. */
  const atWidths = async (name: string, page: Page, place: Page | Frame = page) => {
    for (const [width, height] of WIDTHS) {
      await page.setViewportSize({ width, height })
      await speaks(language, `${name} at ${width}`, place)
    }
    await page.setViewportSize({ width: 1280, height: 800 })
  }

  test('the support page', async () => {
    const { page, faults } = await visit(await context({ locale }), CUSTOMERS, '/support', who.customer)
    await page.locator(`html[lang="${language}"]`).waitFor()
    await page.locator(id(T.ticketRow)).first().waitFor()
    await atWidths('list', page)
    await page.locator(id(T.preferences)).click()
    await atWidths('settings', page)
    await page.keyboard.press('Escape')
    await page.locator(id(T.tabClosed)).click()
    await page.locator(id(T.search)).fill('ab')
    await page.locator('.search-short').waitFor()
    await atWidths('a search too short', page)
    await page.locator(id(T.search)).fill('nothing-like-this')
    await page.locator(id(T.listEmpty)).waitFor()
    await atWidths('a search that finds nothing', page)
    await page.goto(`${CUSTOMERS}/support/new`)
    await page.locator(id(T.newSubmit)).click()
    await atWidths('a new ticket, refused', page)
    await page.goto(`${CUSTOMERS}/support/${ticket.number}`)
    await message(page, 'xyz-answer').waitFor()
    await atWidths('a ticket', page)
    await page.goto(`${CUSTOMERS}/support/${rated.number}`)
    await page.locator(id(T.rating)).waitFor()
    await atWidths('a rating', page)
    await page.goto(`${CUSTOMERS}/support/TKT-99999999`)
    await page.locator(id(T.ticketMissing)).waitFor()
    await atWidths('a ticket that is missing', page)
    await page.context().setOffline(true)
    await page.locator(id(T.connection)).waitFor()
    await atWidths('offline', page)
    expect(faults).toEqual([])
  })

  test('the console', async () => {
    const { page, faults } = await visit(await context({ locale }), TEAM, '/admin/support', who.admin)
    await page.locator(id(T.view, '[data-view="all"]')).click()
    for (const { number } of [ticket, loose]) await page.locator(id(T.ticketRow, `[data-number="${number}"]`)).waitFor()
    await page.locator(id(T.filtersToggle)).click()
    await atWidths('list and filters', page)
    await page.locator(id(T.select)).first().check()
    await atWidths('a selection', page)
    await page.keyboard.press('Control+k')
    await page.locator(id(T.paletteOption)).first().waitFor()
    await atWidths('palette', page)
    await page.keyboard.press('Escape')
    await page.goto(`${TEAM}/admin/support/${ticket.number}`)
    await message(page, 'xyz-answer').waitFor()
    for (const panel of ['details', 'customer', 'history']) {
      await page.locator(id(T.panelTab, `[data-panel="${panel}"]`)).click()
      if (panel !== 'details') await page.locator(panel === 'customer' ? id(T.customer) : id(T.historyRow)).first().waitFor()
      await atWidths(panel, page)
    }
    await page.locator(id(T.composerNote)).click()
    await page.locator(id(T.composerInput)).fill('a note')
    await atWidths('a note', page)
    await page.locator(id(T.composerInput)).blur()
    await page.keyboard.press('?')
    await page.locator(id(T.keys)).waitFor()
    await atWidths('shortcuts', page)
    await page.goto(`${TEAM}/admin/support/settings/saved-replies`)
    await page.locator(id(T.replyNew)).click()
    await page.locator(id(T.replyShortcut)).fill('Ä')
    await atWidths('saved replies', page)
    await page.goto(`${TEAM}/admin/support/settings/team`)
    await page.locator(id(T.roleSelect)).first().waitFor()
    await page.locator(id(T.roleRemove)).first().click()
    await page.locator(id(T.roleEmail)).fill('nowhere@example.org')
    await page.locator(id(T.roleFind)).click()
    await page.locator(id(T.roleTold, '[data-count="0"]')).waitFor()
    await atWidths('team', page)
    await page.goto(`${TEAM}/admin/support/settings/opening-hours`)
    await page.locator(id(T.hoursKept)).check()
    await page.locator(id(T.hoursZone)).fill('nowhere')
    await page.locator(id(T.hoursSave)).click()
    await page.locator(id(T.hoursFault)).waitFor()
    await atWidths('opening hours', page)
    await page.locator(id(T.preferences)).click()
    await page.locator(id(T.menuSettings)).waitFor()
    await atWidths('the menu', page)
    await page.keyboard.press('Escape')
    await page.goto(`${TEAM}/admin/support/settings/appearance`)
    await page.locator(id(T.settings)).getByRole('heading', { level: 1 }).waitFor()
    await atWidths('appearance', page)
    await page.goto(`${TEAM}/admin/support/settings/access-log`)
    await page.locator(id(L.row)).first().waitFor()
    await atWidths('access log', page)
    await page.goto(`${TEAM}/admin/support/settings/retention`)
    await page.locator(id(R.addHold)).click()
    await page.locator(id(R.holdSave)).click()
    await page.locator(id(R.dryRun)).click()
    await page.locator(id(R.plan)).first().waitFor()
    await page.locator(id(R.day)).fill('40')
    await page.locator(id(R.save)).click()
    await atWidths('retention', page)
    await page.goto(`${TEAM}/admin/support/settings/system`)
    await page.locator(id(S.schedule)).first().waitFor()
    await atWidths('system', page)
    await page.locator(id(S.run)).first().click()
    await atWidths('the question before a run', page)
    await page.keyboard.press('Escape')
    expect(faults).toEqual([])
  })

  test('the widget', async () => {
    const { page, frame, faults } = await openWidget(await context({ locale }), CUSTOMERS, who.customer)
    await frame.locator(`html[lang="${language}"]`).waitFor()
    await frame.locator(id(T.ticketRow)).first().waitFor()
    await speaks(language, 'home', frame)
    await frame.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
    await message(frame, 'xyz-answer').waitFor()
    await speaks(language, 'a ticket', frame)
    await page.setViewportSize({ width: 360, height: 740 })
    await speaks(language, 'a ticket, narrow', frame)
    expect(faults).toEqual([])
  })
})

test('English texts from the server are not shown on a German page', async () => {
  const { page } = await visit(await context({ locale: 'de-AT' }), CUSTOMERS, '/support', who.customer)
  const refuse = (title: string) => page.route(/\/v1\/tickets\?.*search=/, (route) => route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ code: 'invalid_field', title, status: 422 }) }))
  await refuse('search: needs a ticket number, or a word of at least 3 characters (2 in Chinese, Japanese or Korean)')
  await page.locator(id(T.search)).fill('abc')
  await page.locator(id(T.searchRefused)).waitFor()
  expect(await page.locator(id(T.searchRefused)).innerText()).toBe('Danach kann nicht gesucht werden. Geben Sie eine Ticketnummer oder ein Wort mit mindestens 3 Buchstaben ein.')
  await page.unrouteAll()
  await refuse('search: is of a kind that a later server refuses')
  await page.locator(id(T.search)).fill('abcd')
  await eventually('another reason', async () => (await page.locator(id(T.searchRefused)).innerText()) === 'Danach kann nicht gesucht werden. Dieser Wert ist nicht zulässig.')
})

test('a chosen language survives a reload, applies in another tab, and wins over the device’s', async () => {
  const place = await context({ locale: 'de-DE' })
  const { page } = await visit(place, CUSTOMERS, '/support', who.customer)
  await page.locator('html[lang="de"]').waitFor()
  expect(await page.locator('h1').first().innerText()).toBe('Ihre Tickets')
  await page.locator(id(T.preferences)).click()
  await page.locator(id(T.preferencesLanguage)).selectOption('fr')
  await page.locator('html[lang="fr"][dir="ltr"]').waitFor()
  expect(await page.locator('h1').first().innerText()).toBe('Vos tickets')
  await page.reload()
  await page.locator('html[lang="fr"]').waitFor()
  const other = await place.newPage()
  await other.goto(`${CUSTOMERS}/support`)
  await other.locator('html[lang="fr"]').waitFor()
})

test('a lazily loaded part is never shown in English while its texts load', async () => {
  const { page } = await visit(await context({ locale: 'fr-FR' }), TEAM, '/admin/support', who.admin)
  await page.locator(id(T.ticketRow)).first().waitFor()
  const held: Route[] = []
  await page.route(/\/assets\/fr-/, (route) => { held.push(route) })
  await page.evaluate((bulk) => {
    const shown: string[] = []
    new MutationObserver(() => { for (const bar of document.querySelectorAll<HTMLElement>(bulk)) shown.push(bar.innerText) }).observe(document.body, { childList: true, subtree: true, characterData: true })
    Object.assign(window, { shown })
  }, id(T.bulk))
  await page.locator(id(T.select)).first().check()
  await eventually('its sentences are asked for', () => Promise.resolve(held.length > 0))
  await page.evaluate(async () => { for (let frame = 0; frame < 3; frame += 1) await new Promise((next) => requestAnimationFrame(next)) })
  await Promise.all(held.map((route) => route.continue()))
  await page.unrouteAll()
  await page.locator(id(T.bulk)).waitFor()
  const english = englishOnly('fr')
  const shown: unknown = await page.evaluate('window.shown.flatMap((text) => text.split("\\n"))')
  expect(shown).not.toHaveLength(0)
  expect(Array.isArray(shown) ? shown.filter((text) => english.some((sentence) => sentence.test(String(text)))) : shown).toEqual([])
})

test('a language that fails to load changes nothing, is reported, and works at the next attempt', async () => {
  const { page } = await visit(await context(), CUSTOMERS, '/support', who.customer)
  await page.route(/\/assets\/page-/, (route) => route.abort())
  await page.locator(id(T.preferences)).click()
  const select = page.locator(id(T.preferencesLanguage))
  await select.selectOption('fr')
  await page.locator(id(T.toast)).filter({ hasText: 'Couldn’t load Français' }).waitFor()
  expect([await select.inputValue(), await page.locator('html').getAttribute('lang')]).toEqual(['en', 'en'])
  await page.unrouteAll()
  await page.locator(id(T.toastAction)).click()
  await page.locator('html[lang="fr"]').waitFor()
  expect(await select.inputValue()).toBe('fr')
})
