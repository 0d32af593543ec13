// The tour of the console: offered once, by keyboard as well, and found again in the palette.

import { beforeAll, expect, test } from 'vitest'
import { T, TOUR } from '../src/testids.ts'
import { id, openTicket, people, TEAM, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

test('a new agent is shown around, goes on working meanwhile, and is not asked again', async () => {
  const ticket = await openTicket(who.customer)
  const { page, faults } = await visit(await context(), TEAM, '/admin/support?view=all', who.agent)
  await page.locator(id(TOUR.start)).click()
  const card = page.locator(id(TOUR.card))
  await card.waitFor()
  expect(await page.locator(id(TOUR.offer)).count(), 'its offer is out of the way').toBe(0)
  const seen: (string | null)[] = []
  for (;;) {
    seen.push(await card.getAttribute('data-step'))
    // What is below can be used: the third step asks for a ticket to be opened.
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
