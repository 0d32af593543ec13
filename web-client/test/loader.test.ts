// The launcher's number is of the person who is signed in at the page, and of no one else.

import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Api } from '../src/apps/widget/loader.ts'

/** As much of a page as the loader stands in. */
function page() {
  const listeners = new Map<string, () => void>()
  const element = (): object => ({ style: { setProperty() {} }, attachShadow: element, setAttribute() {}, append() {}, remove() {}, addEventListener() {}, isConnected: true })
  Object.assign(globalThis, {
    window: globalThis,
    location: { href: 'https://desk.test/page', origin: 'https://desk.test' },
    HTMLScriptElement: class {},
    CSSStyleSheet: class { replaceSync() {} },
    requestIdleCallback: (call: () => void) => call(),
    addEventListener() {},
    document: { currentScript: null, createElement: element, createElementNS: element, documentElement: { append() {}, lang: 'en' }, addEventListener: (type: string, call: () => void) => listeners.set(type, call), removeEventListener: (type: string) => listeners.delete(type), hidden: false },
  })
  return { lookedAt: () => listeners.get('visibilitychange')?.() }
}

const isHelpline = (value: unknown): value is Api => typeof value === 'object' && value !== null && 'init' in value

const state: { token: string | null; status: number } = { token: 'ada', status: 200 }
const told: number[] = []
let lookedAt = () => {}
let widget: Api
/** What was thrown before it was set up. */
let early: unknown

function faultOf(call: () => void): unknown {
  try {
    call()
    return null
  } catch (fault) {
    return fault
  }
}

const again = async () => {
  vi.setSystemTime(Date.now() + 61_000)
  lookedAt()
  for (let n = 0; n < 5; n++) await new Promise((done) => setImmediate(done))
  return told.at(-1)
}

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  lookedAt = page().lookedAt
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(state.status === 200 ? '{"tickets":3,"messages":4}' : '{}', { status: state.status })))
  await import('../src/apps/widget/loader.ts')
  const helpline: unknown = Reflect.get(globalThis, 'Helpline')
  if (!isHelpline(helpline)) throw new Error('a loader')
  widget = helpline
  helpline.onUnread((n) => told.push(n))
  early = faultOf(() => helpline.open())
  helpline.init({ getToken: () => Promise.resolve(state.token) })
})
afterAll(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('it goes when nobody is signed in any more, and when the token is no longer good; a desk that is away changes nothing', async () => {
  expect(await again()).toBe(3)
  state.token = null
  expect(await again()).toBe(0)
  state.token = 'ada'
  expect(await again()).toBe(3)
  state.status = 503
  expect(await again()).toBe(3)
  state.status = 401
  expect(await again()).toBe(0)
})

test('a wrong call says what is wrong', () => {
  expect(early).toEqual(new TypeError('Helpline.open: call Helpline.init first'))
  const calls: readonly (readonly [unknown, readonly unknown[], string])[] = [
    [widget.init, [null], 'Helpline.init takes an object'],
    [widget.init, [{}], 'getToken'],
    [widget.update, [{ color: 'yellow' }], 'color is #rrggbb'],
    [widget.update, [{ position: 'top' }], 'position is left or right'],
    [widget.update, [{ theme: 'sepia' }], 'theme is auto, light or dark'],
    [widget.update, [{ getToken: 'eyJ' }], 'getToken'],
    [widget.open, ['42'], 'TKT-000042'],
    [widget.open, [{ txt: 'x' }], '{ text }'],
    [widget.open, [null], '{ text }'],
    [widget.on, ['unraed', () => {}], 'there is no event unraed, only ready, open'],
    [widget.on, ['unread', 'x'], 'a function'],
  ]
  for (const [call, args, why] of calls) {
    expect(() => { if (typeof call === 'function') Reflect.apply(call, null, args) }, why).toThrow(TypeError)
    expect(() => { if (typeof call === 'function') Reflect.apply(call, null, args) }, why).toThrow(why)
  }
})

test('a listener that ended hears no more; after shutdown none does, and it may be set up again', async () => {
  const numbers: number[] = []
  const end = widget.on('unread', (n) => numbers.push(n))
  state.status = 200
  await again()
  expect(numbers).toEqual([3])
  end()
  await again()
  expect(numbers).toEqual([3])
  const heard = told.length
  widget.shutdown()
  expect(() => widget.update({ color: '#ffffff' })).toThrow('Helpline.init')
  widget.init({ getToken: () => 'bob' })
  widget.on('unread', (n) => numbers.push(n))
  for (let n = 0; n < 5; n++) await new Promise((done) => setImmediate(done))
  await again()
  expect(told.length, 'gone with shutdown').toBe(heard)
  expect(numbers.length).toBeGreaterThan(1)
})
