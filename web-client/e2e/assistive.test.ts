// Browser tests of screen-reader support and keyboard use, which axe-core cannot check.

import type { Frame, Locator, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { R } from '../src/apps/console/screens/saved-replies/testids.ts'
import { M } from '../src/apps/console/screens/team/testids.ts'
import { PRIORITIES } from '../src/protocol/generated.ts'
import { T } from '../src/testids.ts'
import { settingsOf } from './settings-screens.ts'
import { answeredTicket, CUSTOMERS, eventually, id, message, openTicket, openWidget, people, rest, say, TEAM, unique, visit, withBrowser, type Made, type People } from './help.ts'

const context = withBrowser()
let who: People
let ticket: Made
let rated: Made
beforeAll(async () => {
  who = await people()
  ticket = await answeredTicket(who)
  rated = await openTicket(who.customer)
  await rest(who.agent, 'PATCH', `/tickets/${rated.id}`, { status: 'resolved' }, TEAM)
})

const focused = (place: Page | Frame) => place.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName ?? null)

/** Expects exactly one h1, no skipped heading level, one banner, and one main element (none if `hasMain` is false). */
async function hasOutline(name: string, place: Page | Frame, { hasMain = true } = {}): Promise<void> {
  const levels = await place.evaluate(() => [...document.querySelectorAll('h1, h2, h3, h4')].filter((one) => one.getClientRects().length > 0).map((one) => Number(one.tagName[1])))
  expect(levels.filter((level) => level === 1), `${name}: h1 of ${levels}`).toHaveLength(1)
  expect(new Set(levels).size, `${name}: a level is left out of ${levels}`).toBe(Math.max(...levels))
  expect(await place.getByRole('main').count(), `${name}: main`).toBe(hasMain ? 1 : 0)
  expect(await place.getByRole('banner').count(), `${name}: banner`).toBe(1)
}

test('a message is named by its author and time, and a note says that it is one', async () => {
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

test('each screen has one h1, one main and one banner, and skips no heading level', async () => {
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

test('in the widget, a ticket that is loading, fails to load or is missing has the outline of a page too', async () => {
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

test('the first Tab stop skips the bar and the list; on a narrow page it leads to the visible part', async () => {
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

test('the stars are one Tab stop, and the arrow keys choose among them in the direction of writing', async () => {
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

test('after a rating the focus is on the button to change it, and after that button on the star that was given', async () => {
  const { page } = await visit(await context(), CUSTOMERS, `/support/${rated.number}`, who.customer)
  await page.locator(id(T.ratingStar, '[data-value="4"]')).click()
  await page.locator(id(T.ratingSubmit)).focus()
  await page.keyboard.press('Enter')
  await eventually('at the way to change it', async () => (await focused(page)) === T.ratingChange)
  await page.keyboard.press('Enter')
  await eventually('at the star that was given', async () => (await focused(page)) === T.ratingStar)
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-value'))).toBe('4')
})

test('what opens over the page gives the focus back to its opener when it closes', async () => {
  const { page } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.admin)
  await message(page, 'An answer').waitFor()
  const opens = async (name: string, place: Page, opener: Locator, opened: string) => {
    await opener.focus()
    await place.keyboard.press('Enter')
    await place.locator(opened).first().waitFor()
    expect(await opener.evaluate((element) => element === document.activeElement), `${name}: has the focus`).toBe(false)
    await place.keyboard.press('Escape')
    await eventually(`${name}: back at its opener`, () => opener.evaluate((element) => element === document.activeElement))
  }
  await opens('palette', page, page.getByRole('button', { name: /command palette/i }), 'dialog[open]')
  await opens('keys', page, page.getByRole('button', { name: 'Keyboard shortcuts' }), 'dialog[open]')
  await page.locator(id(T.preferences)).focus()
  await page.keyboard.press('Enter')
  await page.locator(id(T.menuSettings)).waitFor()
  await page.keyboard.press('Escape')
  await eventually('at the button of the menu', async () => (await focused(page)) === T.preferences)
  await page.goto(`${TEAM}/admin/support/settings/team`)
  await opens('question', page, page.locator(id(M.block)).last(), 'dialog[open]')
  const customer = (await visit(await context(), CUSTOMERS, '/support', who.customer)).page
  await opens('new ticket', customer, customer.locator(id(T.newTicket)), id(T.newForm))
})

test('a row of buttons is one Tab stop, with arrow keys in the direction of writing, Home and End; so are tabs', async () => {
  for (const [locale, onwards, back] of [['en-GB', 'ArrowRight', 'ArrowLeft'], ['ar-EG', 'ArrowLeft', 'ArrowRight']] as const) {
    const { page } = await visit(await context({ locale }), TEAM, `/admin/support/${ticket.number}`, who.agent)
    await message(page, 'An answer').waitFor()
    const at = (name: string) => page.evaluate((one) => document.activeElement?.getAttribute(`data-${one}`) ?? '', name)
    for (const [testid, name, all, isTab] of [
      [T.panelTab, 'panel', ['details', 'customer', 'history'], true],
      [T.view, 'view', ['needs_answer', 'mine', 'all'], false],
    ] as const) {
      const row = page.locator(id(testid))
      const order = await row.evaluateAll((buttons, attribute) => buttons.map((one) => one.getAttribute(`data-${attribute}`) ?? ''), name)
      expect(order, 'what is there').toEqual(expect.arrayContaining([...all]))
      expect(await page.locator(id(testid, '[tabindex="0"]')).count(), `${testid}: stops`).toBe(1)
      await page.locator(id(testid, '[tabindex="0"]')).focus()
      for (const [key, index] of [['Home', 0], [onwards, 1], [onwards, 2], [back, 1], ['End', order.length - 1], [onwards, 0], [back, order.length - 1], ['ArrowUp', order.length - 2], ['ArrowDown', order.length - 1]] as const) {
        await page.keyboard.press(key)
        expect(await at(name), `${locale}, ${testid}, ${key}`).toBe(order[index])
        if (isTab) await page.locator(id(testid, `[aria-selected="true"][data-${name}="${order[index]}"]`)).waitFor()
      }
    }
    expect(await page.getByRole('tabpanel').evaluate((element) => document.getElementById(element.getAttribute('aria-labelledby') ?? '')?.getAttribute('data-panel'))).toBe('history')
    const rows = await page.getByRole('toolbar').all()
    expect(rows.length, 'views, figures, ways to write').toBe(3)
    for (const row of rows) expect(await row.locator('button[tabindex="0"]').count(), `${locale}: one stop in ${await row.getAttribute('class')}`).toBe(1)
  }
  for (const place of [(await visit(await context(), CUSTOMERS, '/support', who.customer)).page, (await openWidget(await context(), CUSTOMERS, who.customer)).frame]) {
    await place.locator(id(T.ticketRow)).first().waitFor()
    await place.locator(id(T.tabActive)).press('ArrowRight')
    expect(await focused(place)).toBe(T.tabClosed)
    expect(await place.locator(id(T.tabClosed)).getAttribute('aria-pressed'), 'only chosen by Enter').toBe('false')
    await place.locator(id(T.tabClosed)).press('Enter')
    await place.locator(id(T.tabClosed, '[aria-pressed="true"][tabindex="0"]')).waitFor()
  }
})

test('after a deletion, the focus is on what took the place of the deleted element', async () => {
  const names = [1, 2, 3].map((n) => `${unique('tidy')}-${n}`)
  for (const shortcut of names) await rest(who.admin, 'PUT', `/saved-replies/${crypto.randomUUID()}`, { shortcut, title: shortcut, body: 'Hello' }, TEAM)
  const { page } = await visit(await context(), TEAM, '/admin/support/settings/saved-replies', who.admin)
  const rows = page.locator(id(T.replyRow))
  await rows.first().waitFor()
  await page.locator(id(R.search)).fill('tidy-')
  await eventually('those alone', async () => (await rows.count()) === names.length)
  const inList = () => page.evaluate((row) => document.activeElement?.closest(`[data-testid="${row}"]`)?.getAttribute('data-shortcut') ?? '', T.replyRow)
  const order = await rows.evaluateAll((all) => all.map((one) => one.getAttribute('data-shortcut') ?? ''))
  const remove = async (shortcut: string | undefined) => {
    await page.locator(id(T.replyRow, `[data-shortcut="${shortcut}"]`)).locator(id(R.menu)).focus()
    await page.keyboard.press('Enter')
    await eventually('the menu has the focus', () => page.evaluate(() => document.activeElement?.role === 'menuitem'))
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.locator(id(T.replyRow, `[data-shortcut="${shortcut}"]`)).waitFor({ state: 'detached' })
  }
  await remove(order[1])
  await eventually('at the next row', async () => (await inList()) === order[2])
  await remove(order[2])
  await eventually('at the row before', async () => (await inList()) === order[0])

  const place = await context()
  const customer = (await visit(place, CUSTOMERS, '/support', who.customer)).page
  await customer.locator(id(T.search)).fill(unique('none'))
  await customer.locator(id(T.listEmpty)).getByRole('button').press('Enter')
  await customer.locator(id(T.ticketRow)).first().waitFor()
  await eventually('at the list', () => customer.evaluate(() => document.activeElement?.closest('nav') != null))
  const bar = customer.locator(id(T.connection))
  const goes = async (how: () => Promise<unknown>) => {
    await place.setOffline(true)
    await bar.locator(id(T.connectionRetry)).focus()
    await how()
    await place.setOffline(false)
    await bar.waitFor({ state: 'detached' })
  }
  await goes(() => Promise.resolve())
  await eventually('at what the page is for', async () => (await focused(customer)) === 'MAIN')
  await goes(() => customer.evaluate(() => { if (document.activeElement instanceof HTMLElement) document.activeElement.blur() }))
  // The focus must not move. To be sure, wait three times as long as the app takes to move the focus.
  await customer.evaluate(() => new Promise((done) => setTimeout(done, 300)))
  expect(await focused(customer), 'a person who has left it is not brought back').toBe('BODY')
})

/** Runs in the page: records each text that is added to a live region, as a screen reader would read it out. */
function listen(): void {
  const heard: string[] = []
  Object.assign(window, { heard })
  new MutationObserver((changes) => {
    for (const { target, addedNodes, type } of changes) {
      for (const node of type === 'characterData' ? [target] : addedNodes) {
        const element = node instanceof Element ? node : node.parentElement
        const region = element?.closest('[aria-live], [role=log], [role=status], [role=alert]')
        const text = (node.textContent ?? '').trim()
        if (region != null && region.getAttribute('aria-live') !== 'off' && region.isConnected && text !== '') heard.push(text)
      }
    }
  }).observe(document, { childList: true, subtree: true, characterData: true })
}
const heard = (place: Page | Frame) => place.evaluate((): string[] => [...Reflect.get(window, 'heard')])

test('a few messages and changes are read out one by one; of many at once only the number is read, after the last one', async () => {
  const busy = await openTicket(who.customer)
  const place = await context()
  await place.addInitScript(listen)
  // Keep the frames that arrive while `work` runs, and hand them over together. A slow server would spread them over seconds, in which
  // a few at a time are rightly read out one by one.
  let kept: (() => void)[] | null = null
  await place.routeWebSocket(/\/v1\/ws/, (socket) => {
    const server = socket.connectToServer()
    server.onMessage((frame) => {
      if (kept === null || frame.includes('"ping"')) socket.send(frame)
      else kept.push(() => socket.send(frame))
    })
  })
  const atOnce = async (work: () => Promise<unknown>) => {
    const frames: (() => void)[] = kept = []
    await work()
    kept = null
    for (const send of frames) send()
  }
  const { page } = await visit(place, CUSTOMERS, `/support/${busy.number}`, who.customer)
  await page.locator(`${id(T.timeline)}[aria-live="polite"]`).waitFor()
  const answer = (body: string) => rest(who.agent, 'POST', `/tickets/${busy.id}/messages`, { body }, TEAM)
  await answer('one by itself')
  await message(page, 'one by itself').waitFor()
  const numbers = async () => (await heard(page)).filter((said) => /^\d+ new$/.test(said))
  expect((await heard(page)).filter((said) => said.includes('one by itself'))).toHaveLength(1)
  // Each of the three floods has 20 messages, and "20 new" must be read out each time, although the text is the same. For the first flood
  // the number may be 21, because it may include the single message sent above.
  for (const flood of [1, 2, 3]) {
    const before = (await heard(page)).length
    await atOnce(async () => { for (let n = 1; n <= 20; n += 1) await answer(`of many: ${flood}, ${n}`) })
    await message(page, `of many: ${flood}, 20`).waitFor()
    await eventually(`the number, ${flood}`, async () => (await numbers()).length === flood, 30_000)
    expect((await heard(page)).slice(before).filter((one) => one.includes('of many')).length, 'heard one by one').toBeLessThanOrEqual(4)
  }
  const said = await heard(page)
  expect((await numbers()).slice(1)).toEqual(['20 new', '20 new'])
  await page.locator(`${id(T.timeline)}[aria-live="polite"]`).waitFor()
  await answer('by itself again')
  await message(page, 'by itself again').waitFor()
  expect((await heard(page)).slice(said.length).filter((one) => one.includes('by itself again'))).toHaveLength(1)

  const changed = (await heard(page)).length
  // Send all 16 changes at once. Two requests in a row may set the same priority; the later request then changes nothing.
  await atOnce(() => Promise.all(Array.from({ length: 16 }, (_, n) => rest(who.agent, 'PATCH', `/tickets/${busy.id}`, { priority: PRIORITIES[n % PRIORITIES.length] }, TEAM))))
  await eventually('the number of the changes', async () => (await heard(page)).slice(changed).some((one) => /^\d+ new$/.test(one)), 30_000)
  expect((await heard(page)).slice(changed).length, `${(await heard(page)).slice(changed)}`).toBeLessThanOrEqual(6)
})

test('a person’s own messages and their progress are not read out; another person’s typing is read out once', async () => {
  const talk = await openTicket(who.customer)
  const place = await context()
  await place.addInitScript(listen)
  await place.addInitScript((user) => localStorage.setItem(`helpline.habits.${user}`, JSON.stringify({ undo_s: 5 })), who.customer.id)
  const { page } = await visit(place, CUSTOMERS, `/support/${talk.number}`, who.customer)
  await page.locator(`${id(T.timeline)}[aria-live="polite"]`).waitFor()
  await message(page, 'Something happened.').waitFor()
  await say(page, 'My own words')
  await message(page, 'My own words').locator(id(T.messageHeld)).waitFor()
  await message(page, 'My own words', 'stored').waitFor()
  const agent = (await visit(await context(), TEAM, `/admin/support/${talk.number}`, who.agent)).page
  await message(agent, 'My own words').waitFor()
  await message(page, 'My own words', 'seen').waitFor()
  expect((await heard(page)).filter((said) => /My own words|Sen[dt]|Seen|Undo|Waiting/.test(said)), 'own words').toEqual([])

  const typing = page.locator(id(T.typing))
  const told = async () => (await heard(page)).filter((said) => said.includes('typing')).length
  const types = async () => {
    await agent.locator(id(T.composerInput)).pressSequentially('so')
    await typing.filter({ hasText: 'typing' }).waitFor()
    await agent.locator(id(T.composerInput)).fill('')
    await eventually('it fades', async () => (await typing.innerText()).trim() === '', 30_000)
  }
  await types()
  expect(await told(), 'the first time').toBe(1)
  await types()
  expect(await told(), 'nothing has come of it').toBe(1)
  await say(agent, 'An answer at last')
  await message(page, 'An answer at last').waitFor()
  await eventually('it fades', async () => (await typing.innerText()).trim() === '', 30_000)
  await types()
  expect(await told(), 'after an answer').toBe(2)
  expect((await heard(page)).filter((said) => said.includes('An answer at last')), 'the answer').toHaveLength(1)
})

test('a warning that a text is too long is read out once, not at each key, and describes the field', async () => {
  const place = await context()
  const { frame } = await openWidget(place, CUSTOMERS, who.customer)
  const { page } = await visit(place, CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await message(page, 'An answer').waitFor()
  const grows = async (name: string, where: Page | Frame, field: string, length: number) => {
    const input = where.locator(id(field))
    await where.evaluate(listen)
    await input.fill('x'.repeat(length))
    await eventually(`${name}: it is read out`, async () => (await heard(where)).some((said) => said.includes('oo long')))
    await input.press('End')
    for (const key of 'abc') await input.press(key)
    expect((await heard(where)).filter((said) => said.includes('oo long')), `${name}: heard`).toHaveLength(1)
    const told = () => input.evaluate((element) => document.getElementById(element.getAttribute('aria-describedby') ?? '')?.textContent ?? '')
    expect(await told(), name).toContain('4 ')
    await input.fill('')
    await eventually(`${name}: no more`, async () => (await told()) === '')
  }
  await grows('first message in the widget', frame, T.askText, 16_385)
  await grows('composer', page, T.composerInput, 16_385)
  await page.goto(`${CUSTOMERS}/support/new`)
  await page.locator(id(T.newForm)).waitFor()
  await grows('subject of a new ticket', page, T.newSubject, 201)
})
