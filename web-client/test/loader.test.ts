// The launcher's number is of the person who is signed in at the page, and of no one else.

import { afterAll, beforeAll, expect, test, vi } from 'vitest'

/** As much of a page as the loader stands in. */
function page() {
  const listeners = new Map<string, () => void>()
  const element = (): object => ({ style: { setProperty() {} }, attachShadow: element, setAttribute() {}, append() {}, addEventListener() {}, isConnected: true })
  Object.assign(globalThis, {
    window: globalThis,
    location: { href: 'https://desk.test/page', origin: 'https://desk.test' },
    HTMLScriptElement: class {},
    CSSStyleSheet: class { replaceSync() {} },
    requestIdleCallback: (call: () => void) => call(),
    addEventListener() {},
    document: { currentScript: null, createElement: element, createElementNS: element, documentElement: { append() {}, lang: 'en' }, addEventListener: (type: string, call: () => void) => listeners.set(type, call), visibilityState: 'visible' },
  })
  return { lookedAt: () => listeners.get('visibilitychange')?.() }
}

interface Helpline {
  init(given: { getToken: () => Promise<string | null> }): void
  onUnread(listener: (n: number) => void): void
}
const isHelpline = (value: unknown): value is Helpline => typeof value === 'object' && value !== null && 'init' in value

const state: { token: string | null; status: number } = { token: 'ada', status: 200 }
const told: number[] = []
let lookedAt = () => {}
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
  helpline.onUnread((n) => told.push(n))
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
