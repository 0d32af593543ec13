// Browser tests of the widget's settings screen: the look, the preview, the allowed sites, and the snippet to copy.

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { W } from '../src/apps/console/screens/widget/testids.ts'
import { isObject } from '../src/protocol/narrow.ts'
import { T } from '../src/testids.ts'
import { eventually, id, people, rest, TEAM, visit, withBrowser, type People } from './help.ts'

const SCREEN = '/admin/support/settings/widget'
const context = withBrowser()
let who: People
let isKnown = false
beforeAll(async () => {
  who = await people()
  const config: unknown = await (await fetch(`${TEAM}/v1/config`)).json()
  isKnown = isObject(config) && Array.isArray(config['features']) && config['features'].includes('widget_settings')
})
beforeEach(({ skip, task }) => { if (!isKnown && !task.name.includes('build before')) skip('a server of the build before') })
// The tests share one desk. Clear the widget's settings at the end.
afterAll(async () => { if (isKnown) await rest(who.admin, 'PUT', '/settings/widget', { value: null }, TEAM) })

const setting = async () => (await rest(who.admin, 'GET', '/settings', undefined, TEAM))['widget']
const faults = (page: Page) => page.locator(`${id(W.site)} [data-fault]`).evaluateAll((lines) => lines.map((line) => line.getAttribute('data-fault')))
const saved = (page: Page, is = true) => page.locator(id(W.form, `[data-saved="${is}"]`)).waitFor()
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><script>alert(1)</script><circle cx="5" cy="5" r="5" fill="teal"/></svg>'

test('colour, texts, corner and logo show in both previews and are saved', async () => {
  const seen = await visit(await context(), TEAM, SCREEN, who.admin)
  const { page } = seen
  await saved(page)
  await page.locator(id(W.color)).fill('FE0')
  await page.locator(id(W.teamName)).fill('The workshop')
  expect(await page.locator(id(W.color)).inputValue(), 'tidied when it is left').toBe('#ffee00')
  await page.locator(id(W.colorNote)).filter({ hasText: 'black' }).waitFor()
  await page.locator(id(W.greeting)).fill('What can we mend?')
  await page.locator(`${id(W.position)} input[value="left"]`).check()
  await page.locator(id(W.category)).check()
  await page.locator(id(W.logoFile)).setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(SVG) })
  await page.locator(id(W.logo)).waitFor()
  for (const theme of ['light', 'dark']) {
    const look = page.locator(id(W.preview, `[data-theme="${theme}"][data-position="left"]`))
    await look.filter({ hasText: 'The workshop' }).filter({ hasText: 'What can we mend?' }).waitFor()
    expect(await look.evaluate((one) => getComputedStyle(one).colorScheme)).toBe(theme)
    expect(await look.locator('img').count()).toBe(1)
  }
  await page.locator(id(W.save)).click()
  await saved(page)
  expect(await setting()).toMatchObject({ color: '#ffee00', team_name: 'The workshop', greeting: 'What can we mend?', position: 'left', asks_category: true })
  const now = await setting()
  const logo = isObject(now) ? String(now['logo']) : ''
  expect(logo, 'pixels, without the script').toMatch(/^data:image\/(png|webp);base64,/)
  await page.reload()
  await page.locator(id(W.logo)).waitFor()
  await page.locator(id(W.logoRemove)).click()
  await page.locator(id(W.save)).click()
  await saved(page)
  expect(await setting()).toMatchObject({ logo: null })
  expect(seen.faults).toEqual([])
})

test('an image of any size is made small; a file that is no image is refused with a reason', async () => {
  const { page } = await visit(await context(), TEAM, SCREEN, who.admin)
  const photo = await page.evaluate(() => {
    const canvas = document.createElement('canvas')
    canvas.width = 1_600
    canvas.height = 800
    const paint = canvas.getContext('2d')
    const noise = paint?.createImageData(1_600, 800)
    if (noise === undefined || paint === null || paint === undefined) return ''
    for (let n = 0; n < noise.data.length; n++) noise.data[n] = n % 4 === 3 ? 255 : Math.random() * 256
    paint.putImageData(noise, 0, 0)
    return canvas.toDataURL('image/png').split(',')[1] ?? ''
  })
  await page.locator(id(W.logoFile)).setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from(photo, 'base64') })
  const logo = page.locator(id(W.logo))
  await logo.waitFor()
  const { width, height, bytes } = await logo.evaluate((one) => (one instanceof HTMLImageElement ? { width: one.naturalWidth, height: one.naturalHeight, bytes: atob(one.src.split(',')[1] ?? '').length } : { width: 0, height: 0, bytes: 0 }))
  expect([width <= 96, width === 2 * height, bytes <= 12 * 1024, bytes > 0]).toEqual([true, true, true, true])
  await page.locator(id(W.logoFile)).setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
  await page.locator(id(W.logoFault, '[data-fault="broken"]')).waitFor()
  expect(await logo.count(), 'the one before stands').toBe(1)
  await page.locator(id(W.logoFile)).setInputFiles({ name: 'a.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF') })
  await page.locator(id(W.logoFault, '[data-fault="type"]')).waitFor()
})

test('sites by keyboard: an address becomes an origin, and an invalid one shows an error on its line', async () => {
  const { page } = await visit(await context(), TEAM, SCREEN, who.admin)
  await page.locator(id(W.siteAdd)).focus()
  await page.keyboard.press('Enter')
  const line = (n: number) => page.locator(`${id(W.site, `[data-site="${n}"]`)} input`)
  await eventually('the new line has the focus', () => line(0).evaluate((input) => input === document.activeElement))
  await page.keyboard.type('www.example.com/help')
  await page.keyboard.press('Enter')
  await eventually('the next line', async () => (await line(1).count()) === 1 && line(1).evaluate((input) => input === document.activeElement))
  expect(await line(0).inputValue()).toBe('https://www.example.com')
  await page.keyboard.type('ftp://x')
  await page.keyboard.press('Enter')
  await eventually('a third', async () => (await line(2).count()) === 1 && line(2).evaluate((input) => input === document.activeElement))
  await page.keyboard.type('https://www.example.com')
  await page.locator(id(W.save)).click()
  await eventually('both are told', async () => JSON.stringify(await faults(page)) === '["origin","twice"]')
  await eventually('the first has the focus', () => line(1).evaluate((input) => input === document.activeElement))
  await page.locator(`${id(W.site, '[data-site="2"]')} ${id(W.siteRemove)}`).click()
  await line(1).fill('http://127.0.0.1:3000')
  expect(await faults(page)).toEqual([])
  await page.locator(id(W.save)).click()
  await saved(page)
  expect(await setting()).toMatchObject({ sites: ['https://www.example.com', 'http://127.0.0.1:3000'] })
})

test('the snippet is copied with this desk’s own address, the button confirms it, and the policy is next to it', async () => {
  const place = await context()
  await place.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { page } = await visit(place, TEAM, SCREEN, who.admin)
  const code = page.locator(id(W.code))
  expect(await code.innerText()).toContain(`<script src="${TEAM}/widget.js"></script>`)
  await page.locator(id(W.copy)).click()
  await page.locator(id(W.copied)).filter({ hasText: 'Copied' }).waitFor()
  expect(await page.locator(id(W.copy)).innerText()).toBe('Copied')
  expect((await page.evaluate(() => navigator.clipboard.readText())).trim()).toBe((await code.innerText()).trim())
  await page.locator(`${id(W.install)} [role="tab"][aria-selected="true"]`).focus()
  await page.keyboard.press('ArrowRight')
  await code.filter({ hasText: `script-src ${TEAM}; frame-src ${TEAM}; connect-src ${TEAM}` }).waitFor()
})

test('a second tab shows what the first has saved, and does not overwrite it unseen; drafts are kept', async () => {
  const place = await context()
  const one = (await visit(place, TEAM, SCREEN, who.admin)).page
  await saved(one)
  await one.locator(id(W.greeting)).fill('mine')
  await one.goto('about:blank')
  await rest(who.admin, 'PUT', '/settings/widget', { value: { greeting: 'theirs' } }, TEAM)
  await one.goBack()
  await one.locator(id(W.overtaken)).waitFor()
  expect(await one.locator(id(W.save)).isDisabled(), 'saved only after a decision').toBe(true)
  expect(await setting()).toMatchObject({ greeting: 'theirs' })
  await one.locator(`${id(W.overtaken)} button`).nth(1).click()
  await one.locator(id(W.save)).click()
  await saved(one)
  expect(await setting()).toMatchObject({ greeting: 'mine' })
})

test('on a phone and from right to left nothing scrolls sideways', async () => {
  const { page } = await visit(await context({ viewport: { width: 360, height: 740 } }), TEAM, `${SCREEN}?lang=ar`, who.admin)
  await page.locator('html[dir="rtl"]').waitFor()
  await page.locator(id(W.form)).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  expect(await page.locator(id(W.form)).evaluate((form) => form.scrollWidth - form.clientWidth)).toBeLessThanOrEqual(0)
})

test('agents are told that the screen is for admins; at a server of the build before it is not offered', async () => {
  const { page } = await visit(await context(), TEAM, SCREEN, isKnown ? who.agent : who.admin)
  await page.locator(id(T.settingsNav)).waitFor()
  expect(await page.locator(id(T.settingsLink, '[data-screen="settings/widget"]')).count()).toBe(0)
  if (!isKnown) return
  await page.locator(id(T.settingsOnlyAdmins)).waitFor()
  expect(await page.locator(id(W.form)).count()).toBe(0)
})
