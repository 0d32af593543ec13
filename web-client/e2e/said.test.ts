// Browser tests that texts are shown exactly as sent, once, and in every tab. Also tests a widget script that runs twice.

import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openTicket, people, rest, say, TEAM, unique, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

test('paths, sums, empty marks and invisible characters are shown as typed on both sides, and links have the right targets', async () => {
  const { number } = await openTicket(who.customer)
  const { page, faults } = await visit(await context(), CUSTOMERS, `/support/${number}`, who.customer)
  const agent = await visit(await context(), TEAM, `/admin/support/${number}`, who.agent)
  const word = unique('said')
  const lines = [`\\\\fileserver\\docs ${word}`, `2*3*4 ${word}`, `> ${word} \\*`, `${word} （https://example.com/a）です`]
  for (const line of lines) await say(page, line)
  for (const one of [page, agent.page]) {
    for (const text of [`\\\\fileserver\\docs ${word}`, `2*3*4 ${word}`, `${word} \\*`]) await message(one, text).waitFor()
    await one.locator(`${id(T.messageBody)} a[href="https://example.com/a"]`).waitFor()
  }
  await say(page, '>')
  await eventually('a mark alone is shown', async () => (await agent.page.locator(id(T.messageBody)).allInnerTexts()).at(-1)?.trim() === '>')
  await page.locator(id(T.composerInput)).fill('\u200b\u2060')
  expect(await page.locator(id(T.composerSend)).isDisabled(), 'what shows nothing is not sent').toBe(true)
  expect([...faults, ...agent.faults]).toEqual([])
})

test('a new ticket whose response was lost is created once: after a reload, and from another device', async () => {
  const [place, other] = [await context(), await context()]
  const subject = unique('Cut off')
  const describe = async (page: Awaited<ReturnType<typeof visit>>['page']) => {
    await page.locator(id(T.newSubject)).fill(subject)
    await page.locator(id(T.newDescription)).fill('Sent, and nothing came back.')
  }
  const { page } = await visit(place, CUSTOMERS, '/support/new', who.customer)
  let posted = 0
  await page.route('**/v1/tickets', async (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    posted++
    await route.fetch()
    await route.abort('connectionreset')
  })
  await describe(page)
  await page.locator(id(T.newSubmit)).click()
  await page.locator(id(T.problem)).waitFor()
  expect(posted).toBe(1)
  const second = await visit(other, CUSTOMERS, '/support/new', who.customer)
  await describe(second.page)
  await second.page.locator(id(T.newSubmit)).click()
  await second.page.locator(id(T.ticket)).waitFor()
  await page.unroute('**/v1/tickets')
  await page.reload()
  expect(await page.locator(id(T.newSubject)).inputValue(), 'kept').toBe(subject)
  await page.locator(id(T.newSubmit)).click()
  await page.locator(id(T.ticket)).waitFor()
  expect(await page.locator(id(T.ticket)).getAttribute('data-number')).toBe(await second.page.locator(id(T.ticket)).getAttribute('data-number'))
  const found = await rest(who.customer, 'GET', `/tickets?search=${subject.replace(' ', '%20')}`)
  expect(Array.isArray(found['tickets']) ? found['tickets'].length : 0).toBe(1)
})

test('two tabs on one ticket: neither erases the other’s text, and a text sent in one disappears from the other', async () => {
  const { number } = await openTicket(who.customer)
  const place = await context()
  const [a, b] = [await visit(place, CUSTOMERS, `/support/${number}`, who.customer), await visit(place, CUSTOMERS, `/support/${number}`, who.customer)]
  const field = (one: typeof a) => one.page.locator(id(T.composerInput))
  for (const one of [a, b]) await field(one).waitFor()
  await field(b).fill('begun in b')
  await eventually('heard in a', async () => (await field(a).inputValue()) === 'begun in b')
  await field(a).fill('begun in b, and on in a')
  await eventually('heard in b', async () => (await field(b).inputValue()) === 'begun in b, and on in a')
  await field(a).press('Enter')
  await eventually('gone from b', async () => (await field(b).inputValue()) === '')
  await field(b).fill('only in b')
  await eventually('heard in a', async () => (await field(a).inputValue()) === 'only in b')
  await b.page.reload()
  await field(b).waitFor()
  expect(await field(b).inputValue()).toBe('only in b')
})

test('a new ticket being described in one tab appears in a second tab, and is complete in both', async () => {
  const place = await context()
  const [a, b] = [(await visit(place, CUSTOMERS, '/support/new', who.customer)).page, (await visit(place, CUSTOMERS, '/support/new', who.customer)).page]
  for (const round of [1, 2, 3, 4, 5]) {
    const [subject, description] = [`Subject ${round}`, `Said in round ${round}`]
    await a.locator(id(T.newSubject)).fill(subject)
    await a.locator(id(T.newDescription)).fill(description)
    await eventually('heard in b', async () => (await b.locator(id(T.newDescription)).inputValue()) === description)
    expect(await a.locator(id(T.newSubject)).inputValue()).toBe(subject)
    expect(await a.locator(id(T.newDescription)).inputValue()).toBe(description)
  }
  // Empty the draft. Otherwise the next test would start with its text.
  await a.locator(id(T.newSubject)).fill('')
  await a.locator(id(T.newDescription)).fill('')
})

test('the widget exists once if its script runs twice, and again after the page’s content was replaced', async () => {
  const page = await (await context()).newPage()
  await page.goto(`${CUSTOMERS}/demo?person=${encodeURIComponent(who.customer.name)}`)
  await page.locator(`#person option[value="${who.customer.name}"]`).waitFor({ state: 'attached' })
  const launchers = () => page.evaluate(() => document.querySelectorAll('html > div').length)
  expect(await launchers()).toBe(1)
  const again = () => page.evaluate(async (src) => {
    const script = document.createElement('script')
    script.src = src
    document.body.append(script)
    await new Promise((done) => script.addEventListener('load', done))
    Reflect.get(window, 'Helpline')?.init({ getToken: () => Promise.resolve(null), language: 'constructor' })
  }, `${CUSTOMERS}/widget.js`)
  await again()
  await again()
  expect(await launchers(), 'run again').toBe(1)
  // Replace and count in one step: the launcher comes back by itself when the unread number arrives.
  expect(await page.evaluate(() => {
    document.documentElement.replaceChildren(document.createElement('head'), document.createElement('body'))
    return document.querySelectorAll('html > div').length
  })).toBe(0)
  await again()
  expect(await launchers(), 'replaced').toBe(1)
})

test('a search that the server refuses shows the reason at its field', async () => {
  const { page } = await visit(await context(), TEAM, '/admin/support?view=all', who.agent)
  await page.route('**/v1/tickets?*search=*', (route) => route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'search: needs a ticket number, or a word of at least 3 characters (2 in Chinese, Japanese or Korean)', status: 422, code: 'invalid_field' }) }))
  await page.locator(id(T.search)).fill('退款')
  await page.locator(id(T.searchRefused)).filter({ hasText: 'a word of at least 3 letters' }).waitFor()
  expect(await page.locator(id(T.problem)).count()).toBe(0)
})
