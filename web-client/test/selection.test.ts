// Tests of the console's selection of tickets: ranges, changed filters, and refused changes.

import { signal } from '@preact/signals'
import { expect, test } from 'vitest'
import type { TicketPatch } from '../src/protocol/generated.ts'
import { NO_FILTERS, type Filters } from '../src/client/filters.ts'
import { createSelection, SELECTED_MAX } from '../src/client/selection.ts'
import { staffTicket } from './help/sample.ts'

const ids = (n: number) => Array.from({ length: n }, (_, index) => `t${index}`)

function list(n: number, refused: readonly string[] = [], assignees: Readonly<Record<string, string>> = {}, isTold = true) {
  const filters = signal<Filters>(NO_FILTERS)
  const sent: (readonly string[])[] = []
  const patches: TicketPatch[] = []
  const done: string[] = []
  const selection = createSelection(
    { bulk: (change) => { sent.push(change.tickets); patches.push(change.patch); return Promise.resolve({ ok: true, value: change.tickets.map((id) => (refused.includes(id) ? { id, ok: false, code: 'conflict' as const } : { id, ok: true })) }) } },
    { order: signal(ids(n)), filters, reload() {}, ticket: (id) => ({ ...staffTicket, id, ticket_number: `TKT-${id}`, assigned_to: assignees[id] === undefined ? null : { id: assignees[id], name: null } }) },
    (patch, before) => {
      done.push(`${JSON.stringify(patch)} ${before.map(({ id }) => id).join(' ')}`)
      return isTold ? Promise.resolve() : Promise.reject(new TypeError('the part could not be fetched'))
    },
  )
  return { selection, filters, sent, patches, done }
}

test('a range reaches from the last toggled ticket, in either direction, and a single toggle removes one', () => {
  const { selection } = list(8)
  selection.toggle('t5', false)
  selection.toggle('t2', true)
  expect([...selection.ids.value].toSorted()).toEqual(['t2', 't3', 't4', 't5'])
  selection.toggle('t3', false)
  expect([...selection.ids.value].toSorted()).toEqual(['t2', 't4', 't5'])
})

test('tickets that are no longer listed are not changed: another view or search clears the selection', async () => {
  const { selection, filters, sent } = list(3)
  selection.toggle('t0', false)
  filters.value = { ...NO_FILTERS, view: 'mine' }
  expect(selection.ids.value.size).toBe(0)
  await selection.apply({ assigned_to: 'me' })
  expect(sent).toEqual([])
})

test('refused tickets stay selected, and no more are sent than the server accepts at once', async () => {
  const { selection, sent, done } = list(SELECTED_MAX + 1, ['t1'])
  selection.toggle('t0', false)
  selection.toggle('t2', true)
  await selection.apply({ status: 'resolved' })
  expect([...selection.ids.value]).toEqual(['t1'])
  expect(selection.results.value?.map((one) => [one.number, one.ok])).toEqual([['TKT-t0', true], ['TKT-t1', false], ['TKT-t2', true]])
  expect(done, 'can be undone').toEqual(['{"status":"resolved"} t0 t2'])
  selection.toggle('t0', false)
  selection.toggle(`t${SELECTED_MAX}`, true)
  await selection.apply({ status: 'resolved' })
  expect(sent).toHaveLength(1)
})

test('an assignment sends the assignees shown on the screen, and a status change does not', async () => {
  const { selection, sent, patches } = list(3, ['t0'], { t1: 'grace' })
  selection.toggle('t0', false)
  selection.toggle('t2', true)
  await selection.apply({ assigned_to: 'me' })
  expect(sent).toEqual([['t0', 't2'], ['t1']])
  expect(patches).toEqual([{ assigned_to: 'me', if_assigned_to: 'nobody' }, { assigned_to: 'me', if_assigned_to: 'grace' }])
  expect(selection.results.value?.map((one) => one.ok)).toEqual([false, true, true])
  expect([...selection.ids.value]).toEqual(['t0'])
  await selection.apply({ status: 'resolved' })
  expect(patches.at(-1)).toEqual({ status: 'resolved' })
})

test('results are shown only after a refusal, and disappear with the next change', async () => {
  const { selection, done } = list(2, ['t1'])
  selection.toggle('t0', false)
  await selection.apply({ status: 'resolved' })
  expect([selection.results.value, done.length]).toEqual([null, 1])
  selection.toggle('t1', false)
  await selection.apply({ status: 'resolved' })
  expect([selection.results.value?.length, done.length], 'nothing was done').toEqual([1, 1])
  selection.clear()
  selection.toggle('t0', false)
  await selection.apply({ priority: 'high' })
  expect(selection.results.value).toBeNull()
})

test('if the part that reports the change cannot be loaded, the results are shown', async () => {
  const { selection } = list(2, [], {}, false)
  selection.toggle('t0', false)
  await selection.apply({ status: 'resolved' })
  expect(selection.results.value).toEqual([{ id: 't0', ok: true, number: 'TKT-t0' }])
  expect(selection.ids.value.size).toBe(0)
})
