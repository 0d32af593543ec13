// Tests that undo reverts a bulk change ticket by ticket, and leaves alone the tickets that were changed again after the bulk change.

import { expect, test } from 'vitest'
import { changedBy, undoOf } from '../src/client/bulk-undo.ts'
import { STATUSES } from '../src/protocol/generated.ts'
import type { StaffView } from '../src/protocol/model.ts'
import { statusesAfter, wayBack } from '../src/protocol/words.ts'
import { staffTicket } from './help/sample.ts'

const ticket = (id: string, more: Partial<StaffView> = {}): StaffView => ({ ...staffTicket, id, status: 'open', priority: 'low', assigned_to: null, ...more })
const known = (...tickets: readonly StaffView[]) => (id: string) => tickets.find((one) => one.id === id)

test('each status goes back to its former value, in steps that the server accepts', () => {
  const before = [ticket('a'), ticket('b', { status: 'in_progress' }), ticket('c'), ticket('d')]
  const now = known(...before.map((one) => ({ ...one, seq: one.seq + 1, status: one.id === 'c' ? 'closed' as const : 'resolved' as const })))
  const steps = undoOf({ status: 'resolved' }, before, now)
  expect(steps, 'c was closed since').toEqual([{ tickets: ['a', 'd'], patch: { status: 'open' } }, { tickets: ['b'], patch: { status: 'in_progress' } }])
  for (const from of STATUSES) for (const to of STATUSES) {
    const by = wayBack(from, to)
    expect(by.at(-1)?.status).toBe(to)
    if (by.length === 1) expect(statusesAfter(from)).toContain(to)
  }
})

test('priorities go back in groups; one that another person changed since stays', () => {
  const before = [ticket('a'), ticket('b', { priority: 'high' }), ticket('c'), ticket('d')]
  const now = known(...before.map((one) => ({ ...one, seq: one.seq + 1, priority: one.id === 'd' ? 'medium' as const : 'urgent' as const })))
  expect(undoOf({ priority: 'urgent' }, before, now)).toEqual([{ tickets: ['a', 'c'], patch: { priority: 'low' } }, { tickets: ['b'], patch: { priority: 'high' } }])
})

test('a ticket without news since the change is assumed to be unchanged since', () => {
  const before = [ticket('a'), ticket('b')]
  const onlyBefore = known(ticket('a'))
  expect(undoOf({ status: 'resolved' }, before, onlyBefore)).toEqual([{ tickets: ['a', 'b'], patch: { status: 'open' } }])
  expect(undoOf({ priority: 'urgent' }, before, onlyBefore)).toEqual([{ tickets: ['a', 'b'], patch: { priority: 'low' } }])
})

test('an assignment is undone only if the assignee is still the same: the server compares', () => {
  const before = [ticket('a'), ticket('b', { assigned_to: { id: 'grace', name: null } })]
  expect(undoOf({ assigned_to: 'me' }, before, known())).toEqual([
    { tickets: ['a'], patch: { assigned_to: 'nobody', if_assigned_to: 'me' } },
    { tickets: ['b'], patch: { assigned_to: 'grace', if_assigned_to: 'me' } },
  ])
})

test('a ticket that already had the value is not changed, and so not undone', () => {
  const ids = (patch: Parameters<typeof changedBy>[0]) => changedBy(patch, [ticket('a', { status: 'resolved', priority: 'high', assigned_to: { id: 'me-id', name: null } }), ticket('b')], 'me-id').map(({ id }) => id)
  expect([ids({ status: 'resolved' }), ids({ priority: 'high' }), ids({ assigned_to: 'me' }), ids({ assigned_to: 'grace' })]).toEqual([['b'], ['b'], ['b'], ['a', 'b']])
})
