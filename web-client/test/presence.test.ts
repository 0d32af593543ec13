// Tests of typing, viewing and read positions, with a clock that the test advances.

import { signal } from '@preact/signals'
import { expect, test } from 'vitest'
import { createPresence } from '../src/client/presence.ts'
import type { SessionState } from '../src/connection/session.ts'
import { LIMITS } from '../src/protocol/generated.ts'
import { TICKET } from './help/sample.ts'
import { manualClock } from './help/ticket-server.ts'

const GRACE = { person: { id: 'grace', type: 'admin', name: 'Grace' }, internal: false } as const
const FADE_MS = LIMITS.typing_fade_ms

function opened() {
  const time = manualClock()
  time.pass(1_000_000)
  const told: object[] = []
  const wire = { isOpen: true }
  const tell = (frame: object) => {
    if (wire.isOpen) told.push(frame)
    return wire.isOpen
  }
  const presence = createPresence({ identity: { id: 'ada' }, connection: signal<SessionState>({ kind: 'off' }), session: { tell } }, time)
  presence.open(TICKET)
  return { time, told, wire, presence }
}

test('a person who types is shown until they stop, post it or fall silent; the reader never is', () => {
  const { time, presence } = opened()
  presence.typed({ ...GRACE, person: { ...GRACE.person, id: 'ada' } }, true)
  expect(presence.typing.value).toEqual([])
  presence.typed(GRACE, true)
  time.pass(FADE_MS - 1)
  presence.typed(GRACE, true)
  time.pass(FADE_MS - 1)
  expect(presence.typing.value, 'said again in time').toEqual([GRACE])
  time.pass(1)
  expect(presence.typing.value).toEqual([])
  for (const end of [() => presence.typed(GRACE, false), () => presence.spoke(GRACE.person), () => presence.disconnected()]) {
    presence.typed(GRACE, true)
    end()
    expect(presence.typing.value).toEqual([])
    expect(time.next(), 'nothing is waited for').toBeNull()
  }
})

test('typing is reported twice per fade time, and ends automatically', () => {
  const { time, told, presence } = opened()
  for (let ms = 0; ms < FADE_MS; ms += 500) {
    presence.wrote(true, false)
    time.pass(500)
  }
  expect(told).toEqual([{ type: 'typing', ticket: TICKET, on: true }, { type: 'typing', ticket: TICKET, on: true }])
  time.pass(60_000)
  expect(told.slice(2)).toEqual([{ type: 'typing', ticket: TICKET, on: false }])
  presence.wrote(false, false)
  expect(told, 'it has ended already').toHaveLength(3)
})

test('the read position is reported after a moment, once, and never backwards', () => {
  const { time, told, presence } = opened()
  presence.saw(3)
  presence.saw(7)
  presence.saw(5)
  expect(told).toEqual([])
  time.pass(1_000)
  expect(told).toEqual([{ type: 'read', ticket: TICKET, seq: 7 }])
  presence.saw(7)
  time.pass(1_000)
  presence.joined()
  expect(told).toHaveLength(1)
})

test('a position that could not be sent is sent with the next subscription; after a restore it is not', () => {
  const { time, told, wire, presence } = opened()
  wire.isOpen = false
  presence.saw(7)
  time.pass(1_000)
  wire.isOpen = true
  presence.joined()
  expect(told).toEqual([{ type: 'read', ticket: TICKET, seq: 7 }])
  presence.disconnected()
  presence.joined()
  expect(told, 'it may not have arrived').toHaveLength(2)
  presence.restarted()
  presence.joined()
  expect(told).toHaveLength(2)
})

test('leaving reports the read position and leaves no timer', () => {
  const { time, told, presence } = opened()
  presence.typed(GRACE, true)
  presence.wrote(true, true)
  presence.saw(2)
  presence.dispose()
  expect(told.slice(1)).toEqual([{ type: 'typing', ticket: TICKET, on: false, internal: true }, { type: 'read', ticket: TICKET, seq: 2 }])
  expect(time.next()).toBeNull()
})
