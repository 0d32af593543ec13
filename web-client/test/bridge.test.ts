// Tests of the iframe's side of the messages between the widget's iframe and its host page: which messages it accepts, and what it sends.

import { expect, test } from 'vitest'
import { createBridge, type BridgeEvents } from '../src/client/bridge.ts'
import { settled, testPage } from './help/page.ts'
import { manualClock } from './help/ticket-server.ts'

const SITE = 'https://shop.test'

function framed() {
  const said: unknown[] = []
  const host = { postMessage: (message: unknown, origin: string) => { said.push([message, origin]) } }
  const heard: unknown[] = []
  const listen = (name: string) => (...what: readonly unknown[]) => { heard.push([name, ...what]) }
  const events: BridgeEvents = { init: listen('init'), open: listen('open'), wish: listen('wish'), forget: listen('forget') }
  const browser = testPage()
  const time = manualClock()
  const bridge = createBridge(host, SITE, events, browser.page, time)
  const say = (data: object, from: { readonly source?: unknown; readonly origin?: string } = {}) => browser.fire('message', { source: host, origin: SITE, data: { helpline: 1, ...data }, ...from })
  return { bridge, browser, time, said, heard, say, host }
}

test('says at once that it is ready, only to the site for which it was opened', () => {
  const { said, bridge } = framed()
  bridge.unread(3)
  bridge.place(true)
  bridge.message('TKT-000001')
  bridge.ticket('TKT-000002')
  bridge.close()
  bridge.forgotten('same')
  expect(said).toEqual([
    { helpline: 1, type: 'ready' },
    { helpline: 1, type: 'unread', n: 3 },
    { helpline: 1, type: 'place', deep: true },
    { helpline: 1, type: 'message', ticket: 'TKT-000001' },
    { helpline: 1, type: 'ticket', ticket: 'TKT-000002' },
    { helpline: 1, type: 'close' },
    { helpline: 1, type: 'forgotten', whose: 'same' },
  ].map((message) => [message, SITE]))
})

test('accepts messages of the host, and none from another window or site or in another shape', () => {
  const { heard, say, browser, host } = framed()
  say({ type: 'open', on: true }, { source: {} })
  say({ type: 'open', on: true }, { origin: 'https://evil.test' })
  browser.fire('message', { source: host, origin: SITE, data: { type: 'open', on: true } })
  browser.fire('message', { source: host, origin: SITE, data: 'open' })
  say({ type: 'unknown' })
  expect(heard).toEqual([])
  say({ type: 'init', language: 'de', theme: 4, was: true })
  say({ type: 'open', on: false, byPerson: true })
  say({ type: 'open' })
  say({ type: 'go', ticket: 'TKT-000001' })
  say({ type: 'write', text: 'Hello' })
  say({ type: 'back' })
  say({ type: 'forget', all: true })
  expect(heard).toEqual([
    ['init', { language: 'de', theme: undefined, was: true, look: { helpline: 1, type: 'init', language: 'de', theme: 4, was: true } }],
    ['open', false, true], ['open', true, false], ['wish', { kind: 'go', ticket: 'TKT-000001' }], ['wish', { kind: 'write', text: 'Hello' }], ['wish', { kind: 'back' }], ['forget', true],
  ])
})

test('a token answers the request that asked for it', async () => {
  const { bridge, say } = framed()
  const [one, two, three] = [bridge.token(), bridge.token(), bridge.token()]
  const failed = three.catch((error: unknown) => String(error))
  say({ type: 'token', id: 2, token: 'second' })
  say({ type: 'token', id: 1, token: null })
  say({ type: 'token', id: 3, failed: true })
  expect(await one).toBeNull()
  expect(await two).toBe('second')
  expect(await failed).toContain('no token')
})

test('a request to a host that does not answer ends after 15 seconds', async () => {
  const { bridge, time, say } = framed()
  let outcome = 'asked'
  bridge.token().then(() => { outcome = 'given' }, () => { outcome = 'given up' })
  time.pass(14_999)
  await settled()
  expect(outcome).toBe('asked')
  time.pass(1)
  await settled()
  expect(outcome).toBe('given up')
  say({ type: 'token', id: 1, token: 'too late' })
  await settled()
  expect(outcome).toBe('given up')
})

test('ignores messages after it is disposed', () => {
  const { bridge, browser, heard, say } = framed()
  bridge.dispose()
  say({ type: 'back' })
  expect([heard, browser.listening()]).toEqual([[], 0])
})
