// Browser tests of lists with several pages. The tests read each list to its end, with the pointer and the keyboard, while tickets change.
// The result must equal the server's list.

import type { BrowserContext, Page } from 'playwright-core'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { isObject } from '../src/protocol/narrow.ts'
import { T } from '../src/testids.ts'
import { CUSTOMERS, drawn, eventually, id, message, openTicket, people, rest, TEAM, unique, visit, withBrowser, type Made, type People } from './help.ts'

const context = withBrowser()
const TICKETS = 130
/** The number of tickets that the console fetches with one request. */
const PAGE_TICKETS = 50
/** A word in the subject of every ticket that this test file creates, because other test files create tickets on the same desk. */
const word = unique('paged')
let who: People
const made: Made[] = []
beforeAll(async () => {
  who = await people()
  for (let n = 0; n < TICKETS; n += 10) made.push(...await Promise.all(Array.from({ length: 10 }, (_, m) => openTicket(who.customer, { subject: `${word} ${n + m}`, priority: m % 2 === 0 ? 'urgent' : 'low' }))))
  for (const part of [made.slice(0, 60), made.slice(60, 120)]) await rest(who.agent, 'POST', '/tickets/bulk', { tickets: part.map((ticket) => ticket.id), patch: { assigned_to: part[0] === made[0] ? 'me' : 'nobody' } }, TEAM)
}, 300_000)

/** Fetches the server's whole list, page by page. */
async function listed(query: string): Promise<readonly string[]> {
  const numbers: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await rest(who.agent, 'GET', `/tickets?scope=all&limit=100&${query}${cursor === '' ? '' : `&cursor=${cursor}`}`, undefined, TEAM)
    for (const ticket of Array.isArray(page['tickets']) ? page['tickets'] : []) if (isObject(ticket)) numbers.push(String(ticket['ticket_number']))
    cursor = typeof page['next_cursor'] === 'string' ? page['next_cursor'] : null
  }
  return numbers
}

const inSight = (page: Page) => page.locator('.tickets.virtual li').evaluateAll((rows) => rows.map((row) => ({ place: Number(row.getAttribute('aria-posinset')), count: Number(row.getAttribute('aria-setsize')), number: row.querySelector('a')?.dataset['number'] ?? '' })))
const scroll = (page: Page, top: number) => page.locator('.tickets.virtual').evaluate((list, to) => { list.scrollTop = to }, top)

/** The `count` of a list whose last page is not loaded yet. */
const UNKNOWN = -1

/**
 * Collects all rows of the list: scrolls from the top to the end and waits for pages that are loading. Starts again at the top if the list
 * is replaced during the scrolling.
 */
async function rows(page: Page): Promise<readonly string[]> {
  const all = new Map<number, string>()
  let count = UNKNOWN
  await scroll(page, 0)
  await eventually('the end of the list', async () => {
    const now = await inSight(page)
    const isAnother = (row: (typeof now)[number]) => (count !== UNKNOWN && row.count !== count) || row.number !== (all.get(row.place) ?? row.number)
    if (now.some(isAnother) || (now[0] !== undefined && now[0].count !== UNKNOWN && all.size > now[0].count)) {
      all.clear()
      count = UNKNOWN
      await scroll(page, 0)
      return false
    }
    // If rows between the collected rows and the visible rows are missing, return false, so that `eventually` tries again.
    if ((now[0]?.place ?? Infinity) > all.size + 1) return false
    for (const row of now) all.set(row.place, row.number)
    count = now[0]?.count ?? UNKNOWN
    if (all.size === count) return true
    await scroll(page, (all.size - 6) * 56)
    return false
  }, 60_000)
  return Array.from({ length: all.size }, (_, n) => all.get(n + 1) ?? '')
}

/** Waits until the page's list equals the server's list. The page may still show its previous list at first. */
const becomes = (page: Page, wanted: readonly string[], what: string) => eventually(`the server's list: ${what}`, async () => JSON.stringify(await rows(page)) === JSON.stringify(wanted), 90_000)

async function pointAtList(page: Page): Promise<() => Promise<string>> {
  const box = await page.locator('.tickets.virtual').boundingBox()
  if (box === null) throw new Error('no list')
  const at = [box.x + 150, box.y + 120]
  await page.mouse.move(at[0] ?? 0, at[1] ?? 0)
  return () => page.evaluate(([x, y]) => { const row = document.elementFromPoint(x ?? 0, y ?? 0)?.closest('li'); return `${row?.querySelector('a')?.dataset['number']} at ${Math.round(row?.getBoundingClientRect().top ?? -1)}` }, at)
}

test('every view, filter, order and search is the server\'s list to its end', async () => {
  const { page, faults } = await visit(await context(), TEAM, '/admin/support?view=all', who.agent)
  // Use a tall window, so that more rows are visible at once and the test scrolls less.
  await page.setViewportSize({ width: 1280, height: 2_400 })
  await page.locator(id(T.filtersToggle)).click()
  const view = (name: string) => page.locator(id(T.view, `[data-view="${name}"]`))
  const is = async (query: string) => {
    const wanted = await listed(query)
    expect(wanted.length, query).toBeGreaterThan(50)
    await becomes(page, wanted, query)
    return wanted.length
  }
  await is('tab=active')
  for (const sort of ['created', 'oldest'] as const) {
    await page.locator(id(T.sort)).selectOption(sort)
    await is(`tab=active&sort=${sort}`)
  }
  for (const [name, query] of [['mine', 'tab=active&assigned_to=me'], ['unassigned', 'tab=active&assigned_to=nobody'], ['urgent', 'tab=active&priority=urgent'], ['all', 'tab=active']] as const) {
    await view(name).click()
    const count = await is(`${query}&sort=oldest`)
    await eventually('the count of the view', async () => Number(await view(name).getAttribute('data-count')) === count)
  }
  await page.locator(id(T.search)).fill(word)
  await is(`search=${word}&sort=oldest`)
  await page.locator(id(T.filterPriority)).selectOption('low')
  await page.locator(id(T.sort)).selectOption('last_activity')
  await is(`search=${word}&priority=low`)
  expect(faults).toEqual([])
})

test('reading starts again from the top when the list is replaced', async () => {
  const { page } = await visit(await context(), TEAM, '/admin/support?view=all&sort=oldest', who.agent)
  await page.locator(id(T.ticketRow)).first().waitFor()
  const reading = rows(page)
  await eventually('some rows are read', async () => (await inSight(page)).some((row) => row.place > PAGE_TICKETS))
  await page.locator(id(T.view, '[data-view="urgent"]')).click()
  expect(await reading).toEqual(await listed('tab=active&sort=oldest&priority=urgent'))
})

test('under the pointer the list is read to its end while tickets change, and no row moves until asked', async () => {
  const { page } = await visit(await context(), TEAM, `/admin/support?view=all`, who.agent)
  await page.locator(id(T.ticketRow)).first().waitFor()
  const under = await pointAtList(page)
  const before = await under()
  let [busy, changes] = [true, 0]
  onTestFinished(() => { busy = false })
  const changing = (async () => {
    while (busy) {
      // Change tickets of every page. A changed ticket moves to the top of the list, which the test has already read.
      const nth = (changes++ * 37) % TICKETS
      const ticket = made[nth]
      // Leave every third ticket unchanged, so that some visible rows have no change of their own when the list is reordered below.
      if (ticket !== undefined && nth % 3 > 0) await rest(who.customer, 'POST', `/tickets/${ticket.id}/messages`, { body: `change ${changes}` }, CUSTOMERS)
      // Not more than a page of new ones, or on a slow machine the list would grow faster than it can be read.
      if (changes % 10 === 0 && changes <= 10 * PAGE_TICKETS) await openTicket(who.other)
    }
  })()
  await page.locator(id(T.listHeld)).waitFor()
  await eventually('several updates', async () => Number(/\d+/.exec(await page.locator(id(T.listHeld)).innerText())?.[0]) > 5)
  expect(await under(), 'the row under the pointer').toBe(before)

  // Read the list to its end. A ticket that moves to the top before its page is loaded may be missing.
  const seen = new Map<number, string>()
  let [last, isEnd] = [0, false]
  while (!isEnd) {
    await page.mouse.wheel(0, 600)
    const before = last
    await eventually('a page below', async () => {
      const now = await inSight(page)
      last = Math.max(last, ...now.map((row) => row.place))
      isEnd = now.some((row) => row.place === row.count)
      return last > before || isEnd
    })
    for (const { place, number } of await inSight(page)) {
      expect(number, `row ${place} stays what it was`).toBe(seen.get(place) ?? number)
      seen.set(place, number)
    }
  }
  expect(last, 'more than the first page').toBeGreaterThan(PAGE_TICKETS)
  expect(new Set(seen.values()).size, 'each ticket once').toBe(seen.size)
  busy = false
  await changing

  // A click on the "updates" link shows the list in its new order. The visible rows must keep their position, except rows whose own ticket
  // has changed.
  const tops = async () => new Map(await page.locator('.tickets.virtual li').evaluateAll((lines) => lines.map((line): [string, number] => [line.querySelector('a')?.dataset['number'] ?? '', Math.round(line.getBoundingClientRect().top)])))
  const middle = Math.min(60, last - 10)
  await scroll(page, middle * 56)
  await eventually('further down', async () => (await inSight(page)).some((row) => row.place === middle + 1))
  const there = await tops()
  const held = page.locator(id(T.listHeld))
  await held.click()
  // Changes may arrive after a click, and then wait again.
  await eventually('nothing waits', async () => {
    if (await held.count() === 0) return true
    await held.click({ timeout: 1_000 }).catch(() => undefined)
    return false
  })
  await eventually('still before the reader', async () => {
    const now = await tops()
    return [...there].some(([number, top]) => Math.abs((now.get(number) ?? -1e6) - top) <= 1)
  })
  await page.mouse.move(900, 300)
  await scroll(page, 0)
  await becomes(page, await listed('tab=active'), 'in order')
})

test('the keyboard reaches all pages, and what is selected there is changed', async () => {
  const place = await context()
  // Pages of the ticket list arrive more slowly than presses of `j`. Presses at the last loaded row must take effect when the next page of
  // the list arrives.
  await lateBy(place, 1_000)
  const { page } = await visit(place, TEAM, `/admin/support?search=${word}&sort=oldest`, who.agent)
  await page.locator(id(T.ticketRow)).first().waitFor()
  const wanted = await listed(`search=${word}&sort=oldest`)
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-number'))
  const picked = [3, 70, 110]
  for (let n = 0; n <= 110; n++) {
    await page.keyboard.press('j')
    if (n % 10 === 0 || picked.includes(n)) await eventually(`row ${n}`, async () => (await focused()) === wanted[n])
    if (picked.includes(n)) await page.keyboard.press('x')
  }
  // Selecting rows with the mouse must work together with selecting them by key.
  const box = page.locator(id(T.select, `[data-number="${wanted[112]}"]`))
  await box.check()
  await page.locator(id(T.bulkPriority)).selectOption('medium')
  await page.locator(id(T.toast)).filter({ hasText: '4 tickets changed' }).waitFor()
  const medium = await listed(`search=${word}&sort=oldest&priority=medium`)
  expect(medium).toEqual([...picked, 112].map((n) => wanted[n]))
})

test('an action after a step into a page that is late counts, and the step is dropped', async () => {
  const place = await context()
  const late = await lateBy(place, 3_000)
  const { page } = await visit(place, TEAM, `/admin/support?search=${word}&sort=oldest`, who.agent)
  await page.locator(id(T.ticketRow)).first().waitFor()
  const wanted = await listed(`search=${word}&sort=oldest`)
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-number'))
  for (let n = 0; n < 50; n++) await page.keyboard.press('j')
  await eventually('the last row that has come', async () => (await focused()) === wanted[49])
  expect(late(), 'the next page has not come').toBe(0)
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await eventually('the next page', async () => late() > 0)
  await eventually('its rows', async () => await page.locator(`[aria-posinset="51"]`).count() > 0 || await page.locator(`a[data-number="${wanted[51]}"]`).count() > 0)
  expect(await focused()).toBe(wanted[48])
})

/** Delays every page of the list except the first by `ms`. Returns a function that returns how many delayed pages have arrived. */
async function lateBy(place: BrowserContext, ms: number): Promise<() => number> {
  let come = 0
  await place.route(/\/v1\/tickets\?.*cursor=/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, ms))
    await route.continue()
    come++
  })
  return () => come
}

test('a page that fails says so below the rows and is fetched again; a response for an old filter is dropped', async () => {
  const place = await context()
  let failing = true
  let held: Promise<void> | null = null
  await place.route(/\/v1\/tickets\?.*cursor=/, async (route) => {
    if (failing) return route.fulfill({ status: 422, json: { code: 'invalid_field', title: 'not now' } })
    await held
    return route.continue()
  })
  const { page } = await visit(place, TEAM, '/admin/support?view=all&sort=oldest', who.agent)
  await page.locator(id(T.ticketRow)).first().waitFor()
  const under = await pointAtList(page)
  const before = await under()
  await scroll(page, 40 * 88)
  await page.locator(id(T.problem)).waitFor()
  await scroll(page, 0)
  await eventually('nothing moved', async () => (await under()) === before)
  failing = false
  await page.locator(id(T.problem)).locator('button').click()
  await eventually('no problem', async () => (await page.locator(id(T.problem)).count()) === 0)
  await becomes(page, await listed('tab=active&sort=oldest'), 'the page is there now')

  // The next page of the current list arrives only after the person has switched to another view.
  await page.reload()
  await page.locator(id(T.ticketRow)).first().waitFor()
  let release = () => {}
  held = new Promise((resolve) => (release = resolve))
  const [asked, answered] = [page.waitForRequest(/cursor=/), page.waitForResponse(/cursor=/)]
  await scroll(page, 40 * 88)
  await asked
  await page.locator(id(T.view, '[data-view="urgent"]')).click()
  release()
  await answered
  await becomes(page, await listed('tab=active&sort=oldest&priority=urgent'), 'of the other filter')
})

test('rows keep their places when the font is large', async () => {
  const { page } = await visit(await context(), TEAM, `/admin/support?search=${word}&sort=oldest`, who.agent)
  await page.locator(id(T.ticketRow)).first().waitFor()
  await page.evaluate(() => { document.documentElement.style.fontSize = '20px' })
  await page.keyboard.press('j')
  await eventually('rows of another height', async () => ((await page.locator('.tickets.virtual li').first().boundingBox())?.height ?? 0) > 65)
  for (let n = 1; n < 60; n++) await page.keyboard.press('j')
  const wanted = await listed(`search=${word}&sort=oldest`)
  await eventually('the sixtieth', async () => (await page.evaluate(() => document.activeElement?.getAttribute('data-number'))) === wanted[59])
  const [list, row] = [await page.locator('.tickets.virtual').boundingBox(), await page.locator(id(T.ticketRow, `[data-number="${wanted[59]}"]`)).boundingBox()]
  expect(row !== null && list !== null && row.y >= list.y - 1 && row.y + row.height <= list.y + list.height + 1, 'in sight').toBe(true)
})

test('a customer reads all their tickets, across a lost connection too, and searches as the server does', async () => {
  const place = await context()
  const { page } = await visit(place, CUSTOMERS, '/support', who.customer)
  // Leave out resolved and closed tickets. The list shows them above the active tickets if they are unread.
  const numbers = () => page.locator(id(T.ticketRow)).evaluateAll((links) => links.filter((link) => !['resolved', 'closed'].includes(link.getAttribute('data-status') ?? '')).map((link) => link.getAttribute('data-number') ?? ''))
  const own = async () => {
    const all: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer = await rest(who.customer, 'GET', `/tickets?limit=100&tab=active${cursor === '' ? '' : `&cursor=${cursor}`}`)
      for (const ticket of Array.isArray(answer['tickets']) ? answer['tickets'] : []) if (isObject(ticket)) all.push(String(ticket['ticket_number']))
      cursor = typeof answer['next_cursor'] === 'string' ? answer['next_cursor'] : null
    }
    return all
  }
  await page.locator(id(T.ticketRow)).first().waitFor()
  await eventually('all of them', async () => {
    const more = page.locator(id(T.listMore))
    if ((await more.count()) > 0) await more.click({ timeout: 500 }).catch(() => {})
    return (await more.count()) === 0
  })
  await eventually('in the server\'s order', async () => JSON.stringify(await numbers()) === JSON.stringify(await own()))
  // While the browser is offline, one ticket on a later page is closed and another is answered.
  await place.setOffline(true)
  await page.locator(id(T.page, '[data-live="false"]')).waitFor()
  const [closed, answered] = [made[5], made[7]]
  if (closed === undefined || answered === undefined) throw new Error('made above')
  await rest(who.agent, 'PATCH', `/tickets/${closed.id}`, { status: 'closed' }, TEAM)
  await rest(who.agent, 'POST', `/tickets/${answered.id}/messages`, { body: 'while you were away' }, TEAM)
  await place.setOffline(false)
  await page.locator(id(T.page, '[data-live="true"]')).waitFor()
  await eventually('as it is now', async () => JSON.stringify(await numbers()) === JSON.stringify(await own()))
  expect((await numbers())[0]).toBe(answered.number)
  // Search for a ticket number without its leading zeros, and for letters whose lower case depends on the language, such as `İ`.
  await page.locator(id(T.search)).fill(answered.number.replace(/TKT-0*/, 'tkt-'))
  await eventually('by its short number', async () => JSON.stringify(await numbers()) === JSON.stringify([answered.number]))
  const far = await openTicket(who.customer, { subject: `${word} İstanbul` })
  await page.locator(id(T.search)).fill(`${word} istanbul`)
  await eventually('by the server\'s rule', async () => JSON.stringify(await numbers()) === JSON.stringify([far.number]))
})

test('earlier messages load while new ones arrive, each once and in order', async () => {
  const ticket = await openTicket(who.customer)
  let more = 0
  while (more < 110) await rest(++more % 2 === 0 ? who.customer : who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: `line ${more}.` }, TEAM)
  const { page } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  await message(page, `line ${more}.`).waitFor()
  let busy = true
  onTestFinished(() => { busy = false })
  const writing = (async () => { while (busy && more < 250) await rest(who.customer, 'POST', `/tickets/${ticket.id}/messages`, { body: `line ${++more}.` }, CUSTOMERS) })()
  await eventually('the first of all', async () => {
    await page.locator(id(T.timeline)).evaluate((thread) => { thread.scrollTop = 0 })
    return (await message(page, 'Something happened.').count()) === 1
  }, 30_000)
  busy = false
  await writing
  const position = Number((await rest(who.agent, 'GET', `/tickets/${ticket.id}`, undefined, TEAM))['seq'])
  await page.locator(id(T.timeline, `[data-position="${position}"]`)).waitFor()
  // The history has more messages than the page renders at once, so scroll from the top to the end.
  const seen: string[] = []
  await eventually('the last of all', async () => {
    for (const text of await page.locator(id(T.messageBody)).allInnerTexts()) if (!seen.includes(text.trim())) seen.push(text.trim())
    await page.locator(id(T.timeline)).evaluate((thread) => { thread.scrollTop += 500 })
    // Wait for a render after each scroll. A message that is scrolled past before it is rendered would not be seen.
    await drawn(page)
    return seen.includes(`line ${more}.`)
  }, 30_000)
  expect(seen).toEqual(['Something happened.', ...Array.from({ length: more }, (_, n) => `line ${n + 1}.`)])
})

test('earlier messages that fail to load are fetched again, and are found behind a page that holds only edits', async () => {
  const ticket = await openTicket(who.customer, { description: 'the first of all' })
  const sent = await rest(who.customer, 'POST', `/tickets/${ticket.id}/messages`, { body: 'version 0' })
  const events = (await rest(who.customer, 'GET', `/tickets/${ticket.id}/activity?limit=10`))['events']
  const last: unknown = Array.isArray(events) ? events.at(-1) : null
  const edited = isObject(last) && last['seq'] === sent['seq'] && isObject(last['message']) ? String(last['message']['id']) : ''
  for (let n = 1; n <= 55; n++) await rest(who.customer, 'PATCH', `/tickets/${ticket.id}/messages/${edited}`, { body: `version ${n}` })
  const place = await context()
  let [asked, failing] = [0, true]
  await place.route(/\/activity\?.*before=/, (route) => {
    asked++
    return failing ? route.fulfill({ status: 503, json: { code: 'unavailable', title: 'not now' } }) : route.continue()
  })
  const { page } = await visit(place, CUSTOMERS, `/support/${ticket.number}`, who.customer)
  // The newest page of the history contains no visible messages, so there is nothing to scroll. Dispatch scroll events instead.
  await page.locator(id(T.problem)).waitFor()
  for (let n = 0; n < 20; n++) await page.locator(id(T.timeline)).dispatchEvent('scroll')
  expect(asked, 'scrolling asks a failing server now and then').toBe(1)
  failing = false
  await page.locator(id(T.timelineOlder)).click()
  await message(page, 'the first of all').waitFor()
  await message(page, 'version 55').waitFor()
  expect(await page.locator(id(T.problem)).count(), 'and nothing is said of it any longer').toBe(0)
})
