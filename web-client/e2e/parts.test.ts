// Browser tests of widget scripts that fail to load when they are needed. No text is lost, the person sees an error message, and a retry
// loads the scripts.

import type { BrowserContext, Frame, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, say, unique, widgetFrame, withBrowser } from './help.ts'
import { newcomerToken } from './newcomer.ts'

const context = withBrowser()
const TALK = '**/assets/talk-*.js'

async function opened(place: BrowserContext): Promise<{ readonly page: Page; readonly frame: Frame }> {
  const page = await place.newPage()
  await page.goto(`${CUSTOMERS}/demo?person=Ada%20Lovelace`)
  await page.locator('#person option[value="Ada Lovelace"]').waitFor({ state: 'attached' })
  await page.locator('#open').click()
  return { page, frame: await widgetFrame(page) }
}

/** Creates a browser context for a new person, and a function that reads the server's data as that person. */
async function newcomer() {
  const [place, token] = [await context(), await newcomerToken()]
  await place.route('**/dev/token', (route) => route.fulfill({ json: { token } }))
  const get = async (path: string) => (await fetch(`${CUSTOMERS}/v1${path}`, { headers: { authorization: `Bearer ${token}` } })).text()
  return { place, get }
}

async function describe(frame: Frame, subject: string, description: string): Promise<void> {
  await frame.locator(id(T.askText)).fill(`${subject}\n${description}`)
  await frame.locator(id(T.askSend)).click()
}

test('a ticket is created before its view can load: the person is told, and the ticket is shown later', async () => {
  const { place, get } = await newcomer()
  await place.route(TALK, (route) => route.abort())
  await place.route('**/assets/markdown-*.js', (route) => route.abort())
  const { frame } = await opened(place)
  const subject = unique('no talk')
  await describe(frame, subject, 'Hello **there**')
  await frame.locator(id(T.problem)).waitFor()
  expect(await get('/tickets?scope=own')).toContain(subject)
  // The retry button loads the missing script at once, without waiting for the automatic retry.
  await frame.locator(id(T.problem)).getByRole('button').click()
  await place.unroute(TALK)
  await frame.locator(id(T.ticketSubject)).filter({ hasText: subject }).waitFor()
  // The Markdown parser cannot be loaded, so the message is shown as typed.
  await message(frame, 'Hello **there**').waitFor()
  await say(frame, 'and one more')
  await message(frame, 'and one more', 'stored').waitFor()
})

test('an unsent message is kept while the code that sends it cannot load, and is sent automatically later', async () => {
  const { place, get } = await newcomer()
  const { page, frame } = await opened(place)
  await describe(frame, unique('waits'), 'The first message.')
  const number = await frame.locator(id(T.ticket)).getAttribute('data-number') ?? ''
  await message(frame, 'The first message.').waitFor()
  await place.setOffline(true)
  const text = unique('written without a connection')
  await say(frame, text)
  await message(frame, text, 'waiting').waitFor()
  await page.close()
  await place.route(TALK, (route) => route.abort())
  await place.setOffline(false)
  const again = await opened(place)
  await again.frame.locator(id(T.problem)).waitFor()
  expect(await again.frame.evaluate(() => JSON.stringify({ ...localStorage }))).toContain(text)
  expect(await get(`/tickets/${number}/activity?limit=50`)).not.toContain(text)
  await place.unroute(TALK)
  await eventually('it is sent', async () => (await get(`/tickets/${number}/activity?limit=50`)).includes(text))
  expect(await again.frame.evaluate(() => Object.keys({ ...localStorage }).filter((name) => name.includes('.outbox.')))).toEqual([])
})

test('the parser’s output has the styles that are loaded with it', async () => {
  const { place } = await newcomer()
  const { frame } = await opened(place)
  await describe(frame, unique('list'), '\n- one\n- `two`')
  const code = frame.locator(id(T.messageBody)).locator('ul code')
  await code.waitFor()
  expect(await code.evaluate((element) => [getComputedStyle(element).paddingInlineStart !== '0px', getComputedStyle(element.closest('ul') ?? element).listStyleType])).toEqual([true, 'disc'])
})
