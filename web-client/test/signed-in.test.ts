// Tests of the client of a signed-in person. The surroundings are simulated: a socket to a scripted server, a storage, locks, and a page.

import { afterEach, expect, test } from 'vitest'
import { memoryStorage } from '../src/client/browser.ts'
import type { Client, ClientEdges } from '../src/client/client.ts'
import { createCustomerClient } from '../src/client/customer-client.ts'
import { createTeamClient } from '../src/client/team-client.ts'
import { createTeam } from '../src/client/team.ts'
import type { Left } from '../src/connection/session.ts'
import { settled, testPage } from './help/page.ts'
import { scriptedServer, socketTo, until, welcome, type Link } from './help/scripted-server.ts'
import type { Json } from '../src/protocol/narrow.ts'

const open: (() => void | Promise<void>)[] = []
afterEach(async () => { for (const close of open.splice(0).toReversed()) await close() })

const ADA = { id: 'u1', name: 'Ada', role: null } as const
const tokens = () => Promise.resolve({ token: 'token', expires_at: null })

async function signedIn(onFrame: (link: Link, frame: Json) => void = () => {}, create = createCustomerClient) {
  const server = await scriptedServer((link, frame) => {
    if (frame['type'] === 'hello') welcome(link, frame)
    else onFrame(link, frame)
  })
  open.push(() => server.close())
  const browser = testPage({ answer: (address, init) => ({ body: { address, method: init?.method ?? 'GET' } }) })
  const locked: string[] = []
  const storage = memoryStorage()
  const edges: ClientEdges = {
    storage,
    page: browser.page,
    sockets: () => socketTo(server.url),
    async locks(name, run) {
      locked.push(name)
      await run()
    },
  }
  const left: [string, Left][] = []
  const client = create(ADA, tokens, 'http://desk.test', (user, why) => left.push([user, why]), edges)
  open.push(() => client.dispose())
  return { client, server, browser, storage, locked, left }
}
const isLive = (client: Client) => until('live', () => client.live.value)
const message = { ticket: '01990000-0000-7000-8000-000000000001', number: 'TKT-000001', body: 'Hello', internal: false, based_on: null, then: null, hold_ms: 0 }

test('a message waits in the given storage, and is sent under a lock for its ticket', async () => {
  const sent: Json[] = []
  const { client, storage, locked } = await signedIn((link, frame) => {
    if (frame['type'] !== 'send') return
    sent.push(frame)
    link.say({ type: 'sent', id: frame['id'], ticket: frame['ticket'], key: frame['key'], seq: 4 })
  })
  client.outbox.queue(message)
  expect([client.unsent.value.length, storage.length]).toEqual([1, 1])
  await until('sent', () => sent.length === 1)
  expect(sent[0]).toMatchObject({ body: 'Hello' })
  expect(locked).toContain(`helpline.outbox.u1.${message.ticket}`)
})

test('a page asks before it closes only while something would be lost with it', async () => {
  const { client, browser, storage } = await signedIn()
  expect([browser.fire('beforeunload'), client.isUnkept()]).toEqual([false, false])
  storage.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }
  client.outbox.queue(message)
  expect([browser.fire('beforeunload'), client.isUnkept()]).toEqual([true, true])
})

test('the network’s online and offline events are handled', async () => {
  const { client, browser, server } = await signedIn()
  await isLive(client)
  browser.fire('offline')
  await until('off', () => !client.live.value)
  browser.fire('online')
  await isLive(client)
  expect(server.links.length).toBe(2)
})

test('another tab’s choices apply here', async () => {
  const { client, browser, storage } = await signedIn()
  storage.setItem('helpline.habits.u1', '{"enter":"breaks"}')
  browser.fire('storage', { key: null })
  expect(client.habits.enter.value).toBe('sends')
  browser.fire('storage', { key: 'helpline.habits.u1' })
  expect(client.habits.enter.value).toBe('breaks')
})

test('requests go to the desk through the given page, with the person’s token', async () => {
  const { client, browser } = await signedIn()
  await client.rest.ticket('TKT-000001')
  expect(browser.requests).toEqual(['http://desk.test/v1/tickets/TKT-000001'])
})

test('another person’s welcome ends the client, and reports why', async () => {
  const server = await scriptedServer((link, frame) => welcome(link, frame, 25_000, 'someone-else'))
  open.push(() => server.close())
  const left: [string, Left][] = []
  const client = createCustomerClient(ADA, tokens, 'http://desk.test', (user, why) => left.push([user, why]), { storage: memoryStorage(), page: testPage().page, sockets: () => socketTo(server.url) })
  open.push(() => client.dispose())
  await until('left', () => left.length === 1)
  expect(left).toEqual([['u1', 'other_user']])
})

test('once disposed, it handles no events and does not reconnect', async () => {
  const { client, browser, server } = await signedIn()
  await isLive(client)
  client.dispose()
  browser.fire('online')
  await settled()
  expect([client.isDisposed, browser.listening(), server.links.length]).toEqual([true, 0, 1])
})

test('a customer’s client watches no list; the team’s does, and changes tickets through the team’s call', async () => {
  const asked: unknown[] = []
  const heard = (_link: Link, frame: Json) => { asked.push(frame['type']) }
  const customer = await signedIn(heard)
  await isLive(customer.client)
  customer.client.session.inbox({ frame() {}, began() {} })
  await settled()
  expect(asked).toEqual([])
  const { client } = await signedIn(heard, createTeamClient)
  await isLive(client)
  client.session.inbox({ frame() {}, began() {} })
  await until('watched', () => asked.length > 0)
  const before = client.rest.changeTicket
  const team = createTeam(client)
  expect(client.rest.changeTicket).toBe(team.changeTicket)
  expect(client.rest.changeTicket).not.toBe(before)
})
