// Browser tests of a network that fails during a conversation: no message is lost or sent twice, and unsent messages are kept.

import type { BrowserContext, WebSocketRoute } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openTicket, people, rest, say, TEAM, texts, unique, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

/** `whole` drops no frames, `deaf` drops all frames from the server, and `mute` drops all `send` frames to the server. */
type Wire = 'whole' | 'deaf' | 'mute'

/** Routes every WebSocket of the browser context through a connection that the test can break. */
async function onTheWire(of: BrowserContext) {
  let wire: Wire = 'whole'
  const sockets = new Set<WebSocketRoute>()
  const sends: string[] = []
  await of.routeWebSocket(/\/v1\/ws/, (page) => {
    const server = page.connectToServer()
    sockets.add(page)
    page.onMessage((frame) => {
      const isSend = String(frame).includes('"type":"send"')
      if (isSend) sends.push(String(frame))
      if (!(wire === 'mute' && isSend)) server.send(frame)
    })
    server.onMessage((frame) => { if (wire !== 'deaf') page.send(frame) })
    page.onClose(() => { sockets.delete(page); void server.close() })
    server.onClose((code, reason) => { sockets.delete(page); void page.close({ ...(code === undefined ? {} : { code }), ...(reason === undefined ? {} : { reason }) }) })
  })
  return {
    sends,
    set: (to: Wire) => { wire = to },
    /** Closes all WebSockets, as a restarting proxy would. */
    async cut() {
      for (const socket of [...sockets]) await socket.close({ code: 4001, reason: 'cut' })
    },
  }
}

const shows = async (page: Parameters<typeof texts>[0], expected: readonly string[]) => JSON.stringify((await texts(page)).slice(-expected.length)) === JSON.stringify(expected)

test('offline in the middle: both keep writing, and afterwards each sees every message once, in the same order', async () => {
  const ticket = await openTicket(who.customer)
  const support = await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  const { page: agent } = await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)
  const customer = support.page
  await say(customer, 'before')
  await message(agent, 'before').waitFor()

  await support.context.setOffline(true)
  await customer.locator(id(T.connection, '[data-state="waiting"]')).waitFor()
  for (const text of ['away 1', 'away 2', 'away 3']) await say(customer, text)
  await message(customer, 'away 3', 'waiting').waitFor()
  for (const text of ['meanwhile 1', 'meanwhile 2']) {
    await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: text }, TEAM)
  }
  await support.context.setOffline(false)

  const whole = ['Something happened.', 'before', 'meanwhile 1', 'meanwhile 2', 'away 1', 'away 2', 'away 3']
  await eventually('everything at the customer', () => shows(customer, whole), 45_000)
  await eventually('everything at the agent', () => shows(agent, whole))
  await eventually('the connection is silent again', async () => (await customer.locator(id(T.connection)).count()) === 0)
  expect((await texts(customer)).length).toBe(whole.length)
  expect((await texts(agent)).length).toBe(whole.length)
  expect(await customer.locator(id(T.message, '[data-state="waiting"]')).count()).toBe(0)
})

test('an ack is lost with its connection: the message is sent again with the same key and stored once', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  const wire = await onTheWire(place)
  const { page } = await visit(place, CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await message(page, 'Something happened.').waitFor()
  wire.set('deaf')
  await say(page, 'only once')
  await eventually('sent', () => Promise.resolve(wire.sends.length === 1))
  await eventually('committed', async () => JSON.stringify(await rest(who.customer, 'GET', `/tickets/${ticket.id}/activity?limit=200`)).includes('only once'))
  await message(page, 'only once', 'waiting').waitFor()
  wire.set('whole')
  await wire.cut()
  await message(page, 'only once', 'stored').waitFor()
  expect(await message(page, 'only once').count()).toBe(1)
  const history = JSON.stringify(await rest(who.customer, 'GET', `/tickets/${ticket.id}/activity?limit=200`))
  expect(history.split('only once').length - 1).toBe(1)
  const keys = new Set(wire.sends.map((frame) => /"key":"([^"]+)"/.exec(frame)?.[1]))
  expect(keys.size).toBe(1)
})

test('a reload keeps an unsent message, which is sent once the connection works', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  const wire = await onTheWire(place)
  const { page } = await visit(place, CUSTOMERS, `/support/${ticket.number}`, who.customer)
  const text = unique('patient')
  wire.set('mute')
  await say(page, text)
  await message(page, text, 'waiting').waitFor()
  await page.reload()
  await message(page, text, 'waiting').waitFor()
  wire.set('whole')
  await wire.cut()
  await message(page, text, 'stored').waitFor()
  await page.reload()
  await message(page, text, 'stored').waitFor()
  expect(await message(page, text).count()).toBe(1)
})

test('lost events are fetched while the connection is cut again and again and the agent writes', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  const wire = await onTheWire(place)
  const { page } = await visit(place, CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await message(page, 'Something happened.').waitFor()
  const written: string[] = []
  for (let n = 1; n <= 12; n++) {
    written.push(`line ${n}`)
    await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: `line ${n}` }, TEAM)
    if (n % 4 === 0) await wire.cut()
  }
  await eventually('all lines', () => shows(page, ['Something happened.', ...written]), 30_000)
})

test('a second tab of the same person shows the message once, waiting or stored', async () => {
  const ticket = await openTicket(who.customer)
  const place = await context()
  const one = (await visit(place, CUSTOMERS, `/support/${ticket.number}`, who.customer)).page
  const two = (await visit(place, CUSTOMERS, `/support/${ticket.number}`, who.customer)).page
  for (let n = 1; n <= 5; n++) await say(n % 2 === 0 ? one : two, `from tab ${n}`)
  for (const page of [one, two]) {
    await eventually('five, once each', async () => (await page.locator(id(T.message, '[data-state="stored"]')).count()) === 6)
    expect(await page.locator(id(T.message)).count()).toBe(6)
  }
  await expect.poll(() => texts(one)).toEqual(await texts(two))
})

test('a long history loads backward page by page, without missing messages', async () => {
  const ticket = await openTicket(who.customer)
  for (let n = 1; n <= 70; n++) await rest(who.agent, 'POST', `/tickets/${ticket.id}/messages`, { body: `line ${n}.` }, TEAM)
  const { page } = await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)
  await message(page, 'line 70.').waitFor()
  await eventually('the beginning', async () => {
    await page.locator(id(T.timeline)).evaluate((thread) => { thread.scrollTop = 0 })
    return (await page.locator(id(T.timelineOlder)).count()) === 0
  })
  await eventually('the whole', () => shows(page, ['Something happened.', ...Array.from({ length: 70 }, (_, index) => `line ${index + 1}.`)]))
})
