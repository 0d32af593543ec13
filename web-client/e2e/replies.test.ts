// Browser tests of the team's and the personal saved replies: edited in place, searched, and inserted by typing a slash.

import type { Locator, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { R } from '../src/apps/console/screens/saved-replies/testids.ts'
import { isObject } from '../src/protocol/narrow.ts'
import { T } from '../src/testids.ts'
import { eventually, id, openTicket, people, rest, TEAM, unique, visit, withBrowser, type People } from './help.ts'

const SCREEN = '/admin/support/settings/saved-replies'
const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

async function knows(feature: string): Promise<boolean> {
  const config: unknown = await (await fetch(`${TEAM}/v1/config`)).json()
  return isObject(config) && Array.isArray(config['features']) && config['features'].includes(feature)
}
const row = (page: Page, shortcut: string) => page.locator(id(T.replyRow, `[data-shortcut="${shortcut}"]`))
const errorOf = (field: Locator) => field.evaluate((one) => (one.getAttribute('aria-describedby') ?? '').split(' ').map((name) => document.getElementById(name)).filter((part) => part?.getAttribute('role') === 'alert').map((part) => part?.textContent).join())
const save = (shortcut: string, more: object = {}) => rest(who.admin, 'PUT', `/saved-replies/${crypto.randomUUID()}`, { shortcut, title: shortcut, body: 'Text', ...more }, TEAM)
const write = async (place: Locator, shortcut: string, title: string, body: string) => {
  await place.locator(id(T.replyShortcut)).fill(shortcut)
  await place.locator(id(T.replyTitle)).fill(title)
  await place.locator(id(T.replyBody)).fill(body)
}

test('an admin writes one, errors show at their field, and an agent inserts it with a slash, its variables filled in', async () => {
  const shortcut = unique('hi').toLowerCase()
  const seen = await visit(await context(), TEAM, SCREEN, who.admin)
  const admin = seen.page
  await admin.locator(id(T.replyNew)).click()
  const form = admin.locator(id(R.form))
  await write(form, 'Not A Shortcut', '', 'Dear {{customer_first_name|there}}, about {{ticket_number}}: {{unknown}}, {{agent_name}}')
  expect(await errorOf(form.locator(id(T.replyShortcut))), 'at once').toBe('Lowercase letters, digits, - and _')
  expect(await form.locator(id(R.unknown)).innerText()).toContain('{{unknown}}')
  await form.locator(id(T.replySave)).click()
  expect(await errorOf(form.locator(id(T.replyTitle)))).not.toBe('')
  await eventually('the first fault has the focus', () => form.locator(id(T.replyShortcut)).evaluate((field) => field === document.activeElement))
  await form.locator(id(T.replyShortcut)).fill(shortcut)
  await form.locator(id(T.replyTitle)).fill('Greeting')
  await form.locator(id(T.replySave)).click()
  await row(admin, shortcut).locator(id(R.open)).waitFor()

  await admin.locator(id(T.replyNew)).click()
  await write(form, shortcut, 'Again', 'Again')
  await form.locator(id(T.replySave)).click()
  await eventually('taken', async () => (await errorOf(form.locator(id(T.replyShortcut)))).includes(`/${shortcut}`))
  await form.locator(id(T.replyShortcut)).fill(`${shortcut}x`)
  expect(await errorOf(form.locator(id(T.replyShortcut))), 'no longer').toBe('')
  await form.locator(id(R.cancel)).click()

  const ticket = await openTicket(who.customer)
  const agent = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)).page
  await agent.locator(id(T.composerInput)).pressSequentially(`/${shortcut.slice(0, 6)}`)
  await agent.locator(id(T.replyOption, `[data-shortcut="${shortcut}"]`)).waitFor()
  await agent.keyboard.press('Enter')
  expect(await agent.locator(id(T.composerInput)).inputValue()).toBe(`Dear ${who.customer.name.split(' ')[0]}, about ${ticket.number}: {{unknown}}, ${who.agent.name}`)
  expect(seen.faults).toEqual([])
})

test('by keyboard: a variable is inserted at the cursor, and the preview shows it filled in and with its fallback', async () => {
  const { page } = await visit(await context(), TEAM, SCREEN, who.admin)
  await page.locator(id(T.replyNew)).focus()
  await page.keyboard.press('Enter')
  const body = page.locator(id(T.replyBody))
  await body.fill('Hi !')
  await body.press('ArrowLeft')
  await page.locator(id(R.variable, '[data-variable="customer_first_name"]')).focus()
  await page.keyboard.press('Enter')
  expect(await body.inputValue()).toBe('Hi {{customer_first_name|there}}!')
  expect(await page.locator(id(R.preview)).innerText()).toBe('Hi Mary!')
  await page.locator(id(R.nameless)).focus()
  await page.keyboard.press('Space')
  expect(await page.locator(id(R.preview)).innerText()).toBe('Hi there!')
  await page.locator(id(R.cancel)).focus()
  await page.keyboard.press('Enter')
  expect(await page.locator(id(R.form)).count()).toBe(0)
  await page.locator(`${id(T.toast)} button`).click()
  expect(await body.inputValue(), 'discarded, and undone').toBe('Hi {{customer_first_name|there}}!')
})

test('unsaved text survives a reload; what another tab saved meanwhile is not overwritten unseen', async () => {
  const shortcut = unique('two')
  const made = await save(shortcut)
  const place = await context()
  const { page } = await visit(place, TEAM, SCREEN, who.admin)
  await row(page, shortcut).locator(id(R.open)).click()
  await page.locator(id(T.replyBody)).fill('mine')
  await page.reload()
  await page.locator(id(T.replyBody)).waitFor()
  expect(await page.locator(id(T.replyBody)).inputValue()).toBe('mine')
  await rest(who.admin, 'PUT', `/saved-replies/${String(made['id'])}`, { shortcut, title: shortcut, body: 'theirs' }, TEAM)
  await page.locator(id(T.replySave)).click()
  await page.locator(id(R.overtaken)).waitFor()
  await page.locator(`${id(R.overtaken)} button`).first().click()
  await row(page, shortcut).filter({ hasText: 'theirs' }).locator(id(R.open)).waitFor()
})

test('found by its text, deleted and restored; on a phone from right to left nothing scrolls sideways', async () => {
  const [shortcut, word] = [unique('find'), unique('needle')]
  await save(shortcut, { body: `A long text with a ${word} in it` })
  await save(unique('other'))
  const { page } = await visit(await context({ viewport: { width: 360, height: 740 } }), TEAM, `${SCREEN}?lang=ar`, who.admin)
  await page.locator('html[dir="rtl"]').waitFor()
  await page.locator(id(R.search)).fill(word)
  await eventually('only that one', async () => (await page.locator(id(T.replyRow)).count()) === 1)
  await row(page, shortcut).locator(id(R.open)).click()
  await page.locator(id(R.form)).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  expect(await page.locator(id(R.form)).evaluate((form) => form.scrollWidth - form.clientWidth)).toBeLessThanOrEqual(0)
  await page.locator(id(T.replyDelete)).click()
  await eventually('gone', async () => (await page.locator(id(T.replyRow)).count()) === 0)
  await page.locator(`${id(T.toast)} button`).click()
  await row(page, shortcut).waitFor()
})

test('a deletion whose response is lost counts; undo restores the reply with its unsaved text', async () => {
  const shortcut = unique('gone')
  await save(shortcut, { body: 'Saved words' })
  const { page } = await visit(await context(), TEAM, SCREEN, who.admin)
  await row(page, shortcut).locator(id(R.open)).click()
  await page.locator(id(T.replyBody)).fill('Unsaved words')
  await page.route('**/v1/saved-replies/*', async (route) => {
    if (route.request().method() !== 'DELETE') return route.continue()
    await route.fetch()
    await route.abort()
  })
  await page.locator(id(T.replyDelete)).click()
  await page.locator(id(R.form)).waitFor({ state: 'detached' })
  await page.locator(`${id(T.toast)} button`).click()
  await page.locator(id(T.replyBody)).waitFor()
  expect(await page.locator(id(T.replyBody)).inputValue()).toBe('Unsaved words')
  await page.locator(id(T.replySave)).click()
  await page.locator(id(R.form)).waitFor({ state: 'detached' })
  await row(page, shortcut).filter({ hasText: 'Unsaved words' }).waitFor()
})

test('agents write their own next to the team’s, in folders; the slash offers their own first', async ({ skip }) => {
  if (!(await knows('reply_folders'))) skip('a server of the build before')
  const [shared, folder] = [unique('shared'), unique('Folder')]
  await save(shared, { folder, body: 'From the team' })
  const { page } = await visit(await context(), TEAM, SCREEN, who.agent)
  await page.locator(id(R.folder, `[data-folder="${folder}"]`)).locator(row(page, shared)).waitFor()
  await row(page, shared).locator(id(R.open)).click()
  expect(await page.locator(id(R.form)).count(), 'the team’s is only read').toBe(0)
  await row(page, shared).locator(id(R.copy)).click()
  await page.locator(id(T.replyShortcut)).fill(shared)
  await page.locator(id(T.replyBody)).fill('My own')
  await page.locator(id(T.replySave)).click()
  await eventually('beside it', async () => (await row(page, shared).count()) === 2)
  await page.locator(`${id(R.scope)} [data-scope="mine"]`).click()
  await eventually('only mine', async () => (await row(page, shared).count()) === 1)
  await row(page, shared).locator(id(R.menu)).click()
  await page.locator('[data-item="move-out"]').click()
  await page.locator(id(R.folder, '[data-folder=""]')).locator(row(page, shared)).waitFor()
  const ticket = await openTicket(who.customer)
  await page.goto(`${TEAM}/admin/support/${ticket.number}`)
  await page.locator(id(T.composerInput)).pressSequentially(`/${shared}`)
  await eventually('both', async () => (await page.locator(id(T.replyOption, `[data-shortcut="${shared}"]`)).count()) === 2)
  await page.keyboard.press('Enter')
  expect(await page.locator(id(T.composerInput)).inputValue()).toBe('My own')
  const colleague = (await visit(await context(), TEAM, SCREEN, who.colleague)).page
  await row(colleague, shared).waitFor()
  expect(await row(colleague, shared).count(), 'no one else sees it').toBe(1)
})

test('an unfinished shortcut without a match is not sent by Enter, Ctrl+Enter or the keyboard’s "Send & resolve"; the button sends it', async () => {
  const ticket = await openTicket(who.customer)
  const { page } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  const field = page.locator(id(T.composerInput))
  const begun = `/${unique('none').toLowerCase()}`
  await field.pressSequentially(begun)
  await page.locator(id(T.replyMenu)).waitFor()
  for (const key of ['Enter', 'Control+Enter', 'Control+Shift+Enter', 'Escape', 'Enter', 'Enter']) await field.press(key)
  expect(await field.inputValue()).toBe(begun)
  await page.locator(id(T.composerSend)).click()
  await page.locator(id(T.message)).filter({ hasText: begun }).waitFor()
  expect(await page.locator(id(T.message)).filter({ hasText: begun }).count()).toBe(1)
})
