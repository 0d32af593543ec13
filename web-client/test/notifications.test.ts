// Tests of which tab plays the notification sound, and of a browser that refuses notifications.

import { signal } from '@preact/signals'
import { afterEach, describe, expect, test } from 'vitest'
import { createBell, hushToast, say, toast, toastsFor, type Tabs } from '../src/client/notifications.ts'
import { manualClock } from './help/ticket-server.ts'

const NEWS = { ticket: 't1', number: 'TKT-000001', subject: 'Printer' }
const NAMES = ['Notification', 'window'] as const
const before = NAMES.map((name) => Reflect.get(globalThis, name))
afterEach(() => NAMES.forEach((name, index) => Reflect.set(globalThis, name, before[index])))

/** Simulates a BroadcastChannel: tabs that receive each other's messages. */
function channel() {
  const listeners: { readonly of: object; readonly call: (message: unknown) => void }[] = []
  return (): Tabs => {
    const of = {}
    return {
      post: (message) => { for (const listener of listeners) if (listener.of !== of) listener.call(structuredClone(message)) },
      onMessage: (call) => void listeners.push({ of, call }),
      close() {},
    }
  }
}

function tab(time = manualClock(), tabs: Tabs | null = null, looked = false) {
  const chimes: number[] = []
  const preferences = { sound: signal(true), notify: signal(true) }
  const bell = createBell({ preferences, open() {}, tabs, time, isLookedAt: () => looked, chime: () => chimes.push(time.now()) })
  return { bell, preferences, chimes }
}

describe('the bell', () => {
  test('is silent in every tab while one of them is in front', () => {
    const [time, join] = [manualClock(), channel()]
    const behind = [tab(time, join()), tab(time, join())]
    const front = tab(time, join(), true)
    for (const one of [...behind, front]) one.bell.ring(NEWS)
    time.pass(1_000)
    expect([...behind, front].map((one) => one.chimes.length)).toEqual([0, 0, 0])
  })
  test('is silent once its person has left, whatever arrives later', () => {
    const time = manualClock()
    for (const looked of [false, true]) {
      const { bell, chimes } = tab(time, channel()(), looked)
      bell.dispose()
      bell.ring(NEWS)
      bell.ring({ ...NEWS, kind: 'urgent' })
      time.pass(1_000)
      expect([chimes, toast.peek()]).toEqual([[], null])
    }
  })
  test('rings in one tab if none is in front, and once for news in quick succession', () => {
    const [time, join] = [manualClock(), channel()]
    const tabs = [tab(time, join()), tab(time, join()), tab(time, join())]
    for (let n = 0; n < 5; n++) {
      for (const one of tabs) one.bell.ring({ ...NEWS, ticket: `t${n}` })
      time.pass(400)
    }
    expect(tabs.reduce((sum, one) => sum + one.chimes.length, 0)).toBe(1)
    time.pass(5_000)
    for (const one of tabs) one.bell.ring(NEWS)
    time.pass(1_000)
    expect(tabs.reduce((sum, one) => sum + one.chimes.length, 0)).toBe(2)
  })
  test('is silent in a tab that gets the news after another one has rung, and rings for the same ticket later', () => {
    const [time, join] = [manualClock(), channel()]
    const [first, late] = [tab(time, join()), tab(time, join())]
    first.bell.ring(NEWS)
    time.pass(400)
    late.preferences.notify.value = true
    late.bell.ring(NEWS)
    expect(time.next(), 'nothing waits').toBeNull()
    time.pass(3_500)
    late.bell.ring(NEWS)
    time.pass(400)
    expect([first, late].map((one) => one.chimes.length)).toEqual([1, 1])
  })
  test('does not throw where pages may not show notifications, and switches itself off there (Android)', () => {
    class Refused {
      static permission = 'granted'
      constructor() { throw new TypeError('Illegal constructor') }
    }
    Reflect.set(globalThis, 'Notification', Refused)
    const { bell, preferences } = tab()
    expect(() => bell.ring(NEWS)).not.toThrow()
    expect(preferences.notify.value).toBe(false)
  })
})

test('a toast for one person is not shown to the next one, who cannot undo it either', () => {
  toastsFor('grace')
  say('sent', { label: 'Undo', run() {} })
  toastsFor('grace')
  expect(toast.peek()?.sentence, 'signed in again').toBe('sent')
  toastsFor('carl')
  expect(toast.peek()).toBeNull()
  say('sent')
  toastsFor(null)
  expect(toast.peek()).toBeNull()
  hushToast()
})
