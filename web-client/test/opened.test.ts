import { expect, test } from 'vitest'
import { createOpenedTickets } from '../src/client/opened.ts'
import { EMPTY } from '../src/timeline/state.ts'
import { staffTicket } from './help/sample.ts'

const ticket = (n: number) => ({ ...staffTicket, id: `t${n}`, ticket_number: `TKT-00000${n}` })
const read = { ...EMPTY, position: 3, syncing: true, hole: true }

test('an opened ticket is found by its id and number, as it was; pending work is not kept', () => {
  const opened = createOpenedTickets()
  opened.keep(ticket(1), read)
  for (const ref of ['t1', 'TKT-000001']) expect(opened.find(ref)).toEqual({ ticket: ticket(1), timeline: { ...EMPTY, position: 3, syncing: false, hole: false, answering: null, pending: [] } })
  expect(opened.find('t2')).toBeNull()
  expect(createOpenedTickets().find('t1'), 'another person’s').toBeNull()
})

test('a ticket that is gone, or that was never loaded, is not kept', () => {
  const opened = createOpenedTickets()
  opened.keep(ticket(1), read)
  opened.keep(ticket(1), null)
  opened.keep(ticket(2), EMPTY)
  expect([opened.find('t1'), opened.find('t2')]).toEqual([null, null])
})

test('the eight latest are kept', () => {
  const opened = createOpenedTickets()
  for (let n = 1; n <= 8; n++) opened.keep(ticket(n), read)
  opened.keep(ticket(1), read)
  opened.keep(ticket(9), read)
  expect([1, 2, 3, 9].map((n) => opened.find(`t${n}`) !== null)).toEqual([true, false, true, true])
})
