// Browser tests of the console tour: it is offered once, works with the keyboard, and can be started again from the command palette.

import { beforeAll, expect, test } from 'vitest'
import { STEPS } from '../src/apps/console/tour/steps.ts'
import { T, TOUR } from '../src/testids.ts'
import { eventually, id, openTicket, people, TEAM, unique, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

test('a new agent takes the tour, keeps working meanwhile, and is not asked again', async () => {
  const ticket = await openTicket(who.customer)
  const { page, faults } = await visit(await context(), TEAM, '/admin/support?view=all', who.agent)
  await page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).waitFor()
  await page.locator(id(TOUR.start)).click()
  const card = page.locator(id(TOUR.card))
  await card.waitFor()
  expect(await page.locator(id(TOUR.offer)).count(), 'its offer is out of the way').toBe(0)
  const seen: (string | null)[] = []
  for (;;) {
    seen.push(await card.getAttribute('data-step'))
    // The page below the tour stays usable: the third step asks the agent to open a ticket.
    if (seen.length === 3) {
      await page.locator(id(T.ticketRow, `[data-number="${ticket.number}"]`)).click()
      await page.locator(id(T.composerInput)).waitFor()
    }
    await page.locator(id(TOUR.next)).focus()
    await page.keyboard.press('Enter')
    if (seen.length === 7) break
    await page.locator(id(TOUR.card, `:not([data-step="${seen.at(-1) ?? ''}"])`)).waitFor()
  }
  expect(seen).toEqual(['views', 'list', 'ticket', 'answer', 'note', 'keys', 'settings'])
  await card.waitFor({ state: 'detached' })
  await page.goto(`${TEAM}/admin/support?view=all`)
  await page.locator(id(T.ticketRow)).first().waitFor()
  expect(await page.locator(id(TOUR.offer)).count(), 'taken').toBe(0)
  await page.keyboard.press('Control+k')
  await page.locator(id(T.paletteInput)).fill('tour')
  await page.keyboard.press('Enter')
  await card.waitFor()
  await page.keyboard.press('Escape')
  await card.waitFor({ state: 'detached' })
  expect(faults).toEqual([])
})

test('each step points at something, even if the person only clicks Next; the focus is restored afterwards', async () => {
  await openTicket(who.customer)
  const { page } = await visit(await context(), TEAM, '/admin/support?view=all', who.colleague)
  // Steps about a ticket are only for a list that has one.
  await page.locator(id(T.ticketRow)).first().waitFor()
  await page.locator(id(TOUR.start)).focus()
  await page.keyboard.press('Enter')
  const card = page.locator(id(TOUR.card))
  const seen: (string | null)[] = []
  for (const step of STEPS) {
    const points = step.at.length > 0
    await page.locator(id(TOUR.card, `[data-step="${step.name}"][data-points="${points}"]`)).waitFor()
    seen.push(await card.locator('.tour-foot > span').innerText())
    if (step.name === 'ticket') {
      await page.locator(id(TOUR.next)).press('Enter')
      await page.locator(id(T.composerInput)).waitFor()
      await eventually('the tour goes on from there', async () => (await page.locator(id(TOUR.next)).innerText()) === 'Next')
      expect(await card.getAttribute('data-step')).toBe('ticket')
    }
    await page.locator(id(TOUR.next)).press('Enter')
  }
  expect(seen).toEqual(STEPS.map((_step, at) => `${at + 1} of ${STEPS.length}`))
  await card.waitFor({ state: 'detached' })
  const focused = () => page.evaluate(() => document.activeElement?.localName)
  expect(await focused(), 'where its offer was').toBe('main')
  await page.locator(id(T.composerInput)).focus()
  for (const end of ['Escape', 'button']) {
    await page.keyboard.press('Control+k')
    await page.locator(id(T.paletteInput)).fill('tour')
    await page.keyboard.press('Enter')
    await eventually('in the tour', () => card.evaluate((one) => one === document.activeElement))
    if (end === 'Escape') await page.keyboard.press('Escape')
    else await page.locator(id(TOUR.end)).press('Enter')
    await card.waitFor({ state: 'detached' })
    expect(await focused(), end).toBe('textarea')
  }
})

test('declining the offer leaves the focus in the page; without tickets, no step is about one', async () => {
  const { page } = await visit(await context(), TEAM, `/admin/support?view=all&search=${unique('none')}`, who.admin)
  await page.locator(id(TOUR.offer)).locator('button').last().press('Enter')
  await page.locator(id(TOUR.offer)).waitFor({ state: 'detached' })
  expect(await page.evaluate(() => document.activeElement?.localName)).toBe('main')
  await page.locator(id(T.listEmpty)).waitFor()
  await page.keyboard.press('Control+k')
  await page.locator(id(T.paletteInput)).fill('tour')
  await page.keyboard.press('Enter')
  for (const name of ['views', 'list', 'keys', 'settings']) {
    await page.locator(id(TOUR.card, `[data-step="${name}"]`)).waitFor()
    await page.locator(id(TOUR.next)).press('Enter')
  }
  await page.locator(id(TOUR.card)).waitFor({ state: 'detached' })
})

test('a part that was removed by an update: a reload is offered once, and drafts survive it', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  const draft = unique('draft')
  await page.locator(id(T.composerInput)).fill(draft)
  await page.route(/\/assets\/tour-/, (route) => route.fulfill({ status: 404 }))
  const ask = async () => {
    await page.keyboard.press('Control+k')
    await page.locator(id(T.paletteInput)).fill('tour')
    await page.keyboard.press('Enter')
  }
  await ask()
  const reload = page.locator(id(T.outdated)).getByRole('button')
  await reload.waitFor()
  await Promise.all([page.waitForEvent('load'), reload.click()])
  await page.locator(id(T.composerInput)).waitFor()
  expect(await page.locator(id(T.composerInput)).inputValue()).toBe(draft)
  await ask()
  await page.locator('p.problem').getByText('Try again').waitFor()
  expect(await page.locator(id(T.outdated)).count(), 'it did not help').toBe(0)
  await page.unrouteAll()
  await page.locator('p.problem').getByText('Try again').click()
  await page.locator(id(TOUR.card)).waitFor()
})

test('a part that fails to load temporarily is fetched again, and no reload is offered', async () => {
  const { page } = await visit(await context(), TEAM, '/admin/support', who.agent)
  await page.locator(id(T.page, '[data-live=true]')).waitFor()
  const probed = page.waitForResponse((answer) => answer.request().method() === 'HEAD' && answer.url().includes('/assets/tour-'))
  await page.route(/\/assets\/tour-/, (route) => route.request().method() === 'HEAD' ? route.continue() : route.abort())
  await page.keyboard.press('Control+k')
  await page.locator(id(T.paletteInput)).fill('tour')
  await page.keyboard.press('Enter')
  const retry = page.locator('p.problem').getByText('Try again')
  await retry.waitFor()
  await probed
  await page.evaluate(() => new Promise(requestAnimationFrame))
  expect(await page.locator(id(T.outdated)).count()).toBe(0)
  await page.unrouteAll()
  await retry.click()
  await page.locator(id(TOUR.card)).waitFor()
})
