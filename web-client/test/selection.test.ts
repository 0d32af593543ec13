// The selection of the console: ranges, what a filter change does to it, what a refusal leaves.

import { signal } from '@preact/signals'
import { expect, test } from 'vitest'
import { NO_FILTERS, type Filters } from '../src/app/filters.ts'
import { createSelection, SELECTED_MAX } from '../src/app/selection.ts'
import { staffTicket } from './help/sample.ts'

const ids = (n: number) => Array.from({ length: n }, (_, index) => `t${index}`)

function list(n: number, refused: readonly string[] = []) {
  const filters = signal<Filters>(NO_FILTERS)
  const sent: (readonly string[])[] = []
  const selection = createSelection(
    { bulk: (change) => { sent.push(change.tickets); return Promise.resolve({ ok: true, value: change.tickets.map((id) => (refused.includes(id) ? { id, ok: false, code: 'conflict' as const } : { id, ok: true })) }) } },
    { order: signal(ids(n)), filters, reload() {}, ticket: (id) => ({ ...staffTicket, id, ticket_number: `TKT-${id}` }) },
  )
  return { selection, filters, sent }
}

test('a range reaches from the one toggled before, in either direction, and a single toggle takes one out', () => {
  const { selection } = list(8)
  selection.toggle('t5', false)
  selection.toggle('t2', true)
  expect([...selection.ids.value].toSorted()).toEqual(['t2', 't3', 't4', 't5'])
  selection.toggle('t3', false)
  expect([...selection.ids.value].toSorted()).toEqual(['t2', 't4', 't5'])
})

test('tickets that are no longer seen are not changed: another view or search clears the selection', async () => {
  const { selection, filters, sent } = list(3)
  selection.toggle('t0', false)
  filters.value = { ...NO_FILTERS, view: 'mine' }
  expect(selection.ids.value.size).toBe(0)
  await selection.apply({ assigned_to: 'me' })
  expect(sent).toEqual([])
})

test('what was refused stays selected, and no more are sent than the server takes at once', async () => {
  const { selection, sent } = list(SELECTED_MAX + 1, ['t1'])
  selection.toggle('t0', false)
  selection.toggle('t2', true)
  await selection.apply({ status: 'resolved' })
  expect([...selection.ids.value]).toEqual(['t1'])
  expect(selection.results.value?.map((one) => [one.number, one.ok])).toEqual([['TKT-t0', true], ['TKT-t1', false], ['TKT-t2', true]])
  selection.toggle('t0', false)
  selection.toggle(`t${SELECTED_MAX}`, true)
  await selection.apply({ status: 'resolved' })
  expect(sent).toHaveLength(1)
})
