// Tests of the unread number on the launcher: it belongs to the person who is signed in on the page, and is shown to no one else.

import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Api } from '../src/apps/widget/loader.ts'
import { turned, widgetPage } from './help/widget-page.ts'

const state: { token: string | null } = { token: 'ada' }
const told: number[] = []
let answer = { status: 200 }
let lookedAt = () => {}
let widget: Api
/** The error that a call before `init` throws. */
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
  await turned()
  return told.at(-1)
}

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const page = await widgetPage()
  ;({ widget, answer, lookedAt } = page)
  widget.onUnread((n) => told.push(n))
  early = faultOf(() => widget.open())
  widget.init({ getToken: () => Promise.resolve(state.token) })
})
afterAll(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('it disappears after a sign-out and with an invalid token; an unreachable desk changes nothing', async () => {
  expect(await again()).toBe(3)
  state.token = null
  expect(await again()).toBe(0)
  state.token = 'ada'
  expect(await again()).toBe(3)
  answer.status = 503
  expect(await again()).toBe(3)
  answer.status = 401
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
    [widget.update, [{ getToken: 'eyJ' }], 'getToken is a function'],
    [widget.update, [{ unread: 'no' }], 'unread is true or false'],
    [widget.update, [{ language: 7 }], 'language is a text'],
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

test('a removed listener is not called; after shutdown none is, and `init` works again', async () => {
  const numbers: number[] = []
  const end = widget.on('unread', (n) => numbers.push(n))
  answer.status = 200
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
  await turned()
  await again()
  expect(told.length, 'gone with shutdown').toBe(heard)
  expect(numbers.length).toBeGreaterThan(1)
})
