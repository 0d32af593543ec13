// The widget over the pages of a site, each a document of its own; and what the site's own calls do.

import type { Frame, Page } from 'playwright-core'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { T } from '../src/testids.ts'
import { askIn, CUSTOMERS, eventually, id, message, openTicket, people, rest, TEAM, unique, watch, widgetFrame, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

const at = (path: string, person: string) => `${CUSTOMERS}${path}?person=${encodeURIComponent(person)}`
const live = (frame: Frame) => frame.locator(id(T.page, '[data-live="true"]')).waitFor()
const isShown = async (page: Page) => {
  const frame = page.frames().find((one) => one.url().includes('/widget'))
  return frame !== undefined && await (await frame.frameElement()).isVisible()
}
const ready = (page: Page, person: string) => page.locator(`#person option[value="${person}"]`).waitFor({ state: 'attached' })

async function onward(page: Page, link: string, person: string): Promise<void> {
  await page.locator('nav a', { hasText: link }).click()
  await ready(page, person)
}

test('over three pages the open ticket, what is begun in it, and then the first screen stay; folded, it stays folded', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  const page = await place.newPage()
  const { faults } = watch(page, place)
  await page.goto(at('/demo', who.customer.name))
  await ready(page, who.customer.name)
  await page.locator('#open').click()
  const frame = await widgetFrame(page)
  await frame.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await message(frame, 'Something happened.').waitFor()
  await frame.locator(id(T.composerInput)).fill('begun on the first page')

  await onward(page, 'Pricing', who.customer.name)
  expect(new URL(page.url()).pathname).toBe('/demo/pricing')
  const second = await widgetFrame(page)
  await second.locator(id(T.ticket, `[data-number="${ticket.number}"]`)).waitFor()
  expect(await second.locator(id(T.composerInput)).inputValue()).toBe('begun on the first page')
  await second.locator(id(T.back)).click()
  await second.locator(id(T.tabClosed)).click()
  await second.locator(id(T.askText)).fill('begun on the second page')

  await onward(page, 'Your account', who.customer.name)
  const third = await widgetFrame(page)
  await third.locator(id(T.tabClosed, '[aria-pressed="true"]')).waitFor()
  expect(await third.locator(id(T.askText)).inputValue()).toBe('begun on the second page')
  await third.locator(id(T.askText)).fill('')
  await third.locator(id(T.widgetClose)).click()
  await onward(page, 'Product', who.customer.name)
  expect(page.frames().length, 'folded').toBe(1)
  expect(faults).toEqual([])
})

test('the next page is of another person, who did not say so: it is folded, and nothing of the one before is seen or kept', async () => {
  const secret = unique('secret')
  const ticket = await openTicket(who.customer, { subject: secret })
  const place = await context()
  const page = await place.newPage()
  await page.goto(at('/demo', who.customer.name))
  await ready(page, who.customer.name)
  await page.locator('#open').click()
  const frame = await widgetFrame(page)
  await frame.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
  await frame.locator(id(T.ticketSubject)).filter({ hasText: secret }).waitFor()
  for (const person of [who.other.name, '']) {
    await page.goto(at('/demo/pricing', person))
    await ready(page, who.other.name)
    await eventually('folded', async () => page.frames().length > 1 || person === '' ? !(await isShown(page)) : false)
    await page.locator('#open').click()
    const next = await widgetFrame(page)
    await (person === '' ? next.locator(id(T.signedOut)).waitFor() : live(next))
    const held = await next.evaluate(() => JSON.stringify([{ ...sessionStorage }, document.documentElement.outerHTML]))
    expect(held).not.toContain(secret)
    expect(held).not.toContain(ticket.number)
    expect(held).not.toContain(who.customer.id)
  }
})

test('without a connection the text stays in its box and says so; with one it becomes a ticket', async () => {
  const place = await context()
  const page = await place.newPage()
  await page.goto(at('/demo', who.customer.name))
  await ready(page, who.customer.name)
  await page.locator('#open').click()
  const frame = await widgetFrame(page)
  await live(frame)
  const text = unique('offline')
  await frame.locator(id(T.askText)).fill(text)
  await place.setOffline(true)
  await frame.locator(id(T.askNotice, '[data-why="offline"]')).waitFor()
  await frame.locator(id(T.askSend)).click()
  await frame.locator(id(T.askText)).waitFor()
  expect(await frame.locator(id(T.askText)).inputValue()).toBe(text)
  await place.setOffline(false)
  await frame.locator(id(T.askNotice)).waitFor({ state: 'detached' })
  await askIn(frame, text)
  await message(frame, text).waitFor()
})

test('the calls of a site: a ticket by number, a text, events, an update at once, shutdown with all that it set up, and again', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  const page = await place.newPage()
  const { faults } = watch(page, place)
  await page.goto(at('/demo', who.customer.name))
  await ready(page, who.customer.name)
  await page.evaluate("window.told = []; for (const name of ['ready', 'open', 'close', 'message', 'ticket']) Helpline.on(name, (value) => window.told.push([name, value?.ticket ?? '']))")
  const told = () => page.evaluate('window.told.map((one) => one.join(" ").trim())')
  await page.evaluate(`Helpline.open('${ticket.number.toLowerCase()}')`)
  const frame = await widgetFrame(page)
  await frame.locator(id(T.ticket, `[data-number="${ticket.number}"]`)).waitFor()
  await message(frame, 'Something happened.').waitFor()
  await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: 'Here I am.' }, TEAM)
  await eventually('told of the answer', async () => JSON.stringify(await told()).includes(`message ${ticket.number}`))
  const text = unique('by the site')
  await page.evaluate(`Helpline.open({ text: '${text}' })`)
  await eventually('the text', async () => (await frame.locator(id(T.askText)).inputValue()) === text)
  await page.evaluate("Helpline.update({ color: '#e8b100', greeting: 'Good to see you', teamName: 'Brightfold', language: 'ar' })")
  await frame.locator(id(T.widgetGreeting)).filter({ hasText: 'Good to see you' }).waitFor()
  await frame.locator('html[dir="rtl"]').waitFor()
  const top = await frame.locator('.widget-top').evaluate((bar) => [getComputedStyle(bar).backgroundColor, getComputedStyle(bar.querySelector('h1') ?? bar).color])
  expect(top).toEqual(['rgb(232, 177, 0)', 'rgb(0, 0, 0)'])
  await frame.locator(id(T.askSend)).click()
  await frame.locator(id(T.ticket)).waitFor()
  const number = await frame.locator(id(T.ticket)).getAttribute('data-number') ?? ''
  await page.evaluate('Helpline.close()')
  expect(await told()).toEqual(['open', 'ready', `message ${ticket.number}`, `ticket ${number}`, 'close'])
  const wrong = await page.evaluate(`[() => Helpline.open(7), () => Helpline.open('x'), () => Helpline.on('unraed', () => {}), () => Helpline.update({ color: 'yellow' })].map((call) => { try { call(); return '' } catch (fault) { return fault.name + ' ' + fault.message } })`)
  expect(wrong).toEqual([expect.stringContaining('TypeError Helpline.open'), expect.stringContaining('TypeError Helpline.open'), expect.stringContaining('unraed'), expect.stringContaining('#rrggbb')])

  await page.evaluate('Helpline.shutdown()')
  await eventually('taken away', () => page.evaluate(() => document.querySelectorAll('html > div').length === 0 && sessionStorage.length === 0 && document.adoptedStyleSheets.length === 0))
  expect(await page.evaluate(() => Object.keys(localStorage).filter((name) => /helpline\.(draft|text|outbox)/.test(name))), 'nothing of the person').toEqual([])
  expect(await page.evaluate("(() => { try { Helpline.open() } catch (fault) { return fault.message } })()")).toContain('Helpline.init')
  const before = (await told() as string[]).length
  await page.locator('#init').click()
  await page.locator('#open').click()
  await live(await widgetFrame(page))
  expect((await told() as string[]).length, 'its listeners are gone').toBe(before)
  expect(faults).toEqual([])
})

test('what the desk\'s settings say is believed: colour, side and name, unless the page says otherwise', async () => {
  const place = await context()
  const page = await place.newPage()
  const { faults } = watch(page, place)
  await rest(who.admin, 'PUT', '/settings/widget', { value: { color: '#e8b100', position: 'left', team_name: 'Brightfold' } }, TEAM)
  onTestFinished(() => rest(who.admin, 'PUT', '/settings/widget', { value: null }, TEAM).then(() => {}))
  const script = async () => (await fetch(`${CUSTOMERS}/widget.js`)).text()
  await eventually('the script knows it', async () => (await script()).includes('#e8b100'), 20_000)
  await page.goto(at('/demo', who.customer.name))
  await ready(page, who.customer.name)
  await page.evaluate('Helpline.open()')
  const frame = await widgetFrame(page)
  await frame.locator(id(T.widgetTeam)).filter({ hasText: 'Brightfold' }).waitFor()
  await eventually('the colour', async () => (await frame.locator('.widget-top').evaluate((bar) => getComputedStyle(bar).backgroundColor)) === 'rgb(232, 177, 0)')
  const left = async () => (await (await frame.frameElement()).boundingBox())?.x ?? Number.NaN
  expect(await left()).toBeLessThan(100)
  await page.evaluate("Helpline.update({ position: 'right', teamName: 'Ours' })")
  await frame.locator(id(T.widgetTeam)).filter({ hasText: 'Ours' }).waitFor()
  await eventually('on the right', async () => (await left()) > 100)
  expect(faults).toEqual([])
})
