// Tests of decoders for single values, and of how they treat values from a server of another release.

import { expect, test } from 'vitest'
import { decodeAvailability, decodeMeView, decodeRejectCode } from '../src/protocol/decoders/first.ts'
import { decodeBulkOutcome, decodePersonFound, decodeStaffTicketPage, decodeTicketCounts } from '../src/protocol/decoders/team.ts'
import { decodeCommonFrame, decodeStaffEvent, decodeStaffFrame, decodeTicketStats } from '../src/protocol/decoders/ticket.ts'
import { all, anything, bool, either, integer, list, nothing, nullable, nullOnly, number, object, or, readable, record, string, tagged, tuple, word } from '../src/protocol/shape.ts'

test('values of their type are decoded, and no others', () => {
  expect([string('x'), string(1), bool(false), bool('false'), number(1.5), number(Number.NaN), number('1')]).toEqual(['x', undefined, false, undefined, 1.5, undefined, undefined])
  expect([integer(0), integer(-1), integer(1.5), integer(2 ** 53), integer('1')]).toEqual([0, undefined, undefined, undefined, undefined])
  expect([nothing(null), nothing(undefined), anything({ a: 1 })]).toEqual([null, undefined, { a: 1 }])
  expect([word(['a', 'b'])('b'), word(['a', 'b'])('c'), word(['a'], { old: 'a' })('old'), word(['a'], { old: 'a' })('toString')]).toEqual(['b', undefined, 'a', undefined])
})

test('absent, null and invalid are distinguished where that matters', () => {
  expect([nullable(string)(undefined), nullable(string)(1), nullable(string)('')]).toEqual([null, null, ''])
  expect([nullOnly(string)(undefined), nullOnly(string)(null), nullOnly(string)(1), nullOnly(string)('x')]).toEqual([null, null, undefined, 'x'])
  expect([or(string, '-')(1), or(string, '-')('')]).toEqual(['-', ''])
})

test('a list is decoded completely, without its invalid entries, or not at all', () => {
  const mixed = ['a', 1, 'b']
  expect([readable(string)(mixed), list(string)(mixed), all(string)(mixed), all(string)(['a'])]).toEqual([['a', 'b'], ['a', 'b'], undefined, ['a']])
  expect([readable(string)(undefined), list(string)({}), all(string)(null)]).toEqual([undefined, [], undefined])
  expect([tuple(string, integer)(['a', 1]), tuple(string, integer)(['a']), record(integer)({ a: 1, b: 'x' }), either(string, integer)(3), either(string, integer)(null)]).toEqual([['a', 1], undefined, { a: 1 }, 3, undefined])
})

test('objects keep only their own fields, and are rejected as a whole', () => {
  const point = object({ x: integer, label: nullable(string) })
  expect([point({ x: 1, more: true }), point({ label: 'a' }), point([]), point(null)]).toEqual([{ x: 1, label: null }, undefined, undefined, undefined])
  const shape = tagged({ point, none: object({}) })
  expect([shape({ type: 'point', x: 2 }), shape({ type: 'none' }), shape({ type: 'toString' }), shape({ type: 1 }), shape({ x: 1 })]).toEqual([{ type: 'point', x: 2, label: null }, { type: 'none' }, undefined, undefined, undefined])
})

test('an older server, which leaves fields out, is understood', () => {
  expect(decodeCommonFrame({ type: 'welcome', id: 1, user: { id: 'u' }, heartbeat_ms: 25_000, limits: {} })).toMatchObject({ role: null, features: [], limits: { body_bytes_max: 16_384 } })
  expect(decodeTicketStats({})).toMatchObject({ open_tickets: 0, needs_answer_tickets: 0, avg_resolution_hours: null })
  expect(decodeTicketCounts({ mine: 3 })).toMatchObject({ mine: 3, all: 0 })
  expect(decodeAvailability({})).toEqual({ open: true, agents_online: false, opens_at: null, hours: null, notice: null, first_answer_s: null })
  expect(decodeRejectCode('invalid_move')).toBe('invalid_transition')
})

test('a newer server, which has new words, is understood as far as possible', () => {
  expect(decodeMeView({ user: { id: 'u' }, role: 'auditor' })).toMatchObject({ role: null })
  expect(decodePersonFound({ user_id: 'u', since: 's', role: 'auditor' })).toBeUndefined()
  expect(decodePersonFound({ user_id: 'u', since: 's' })).toMatchObject({ role: null, blocked: false })
  expect(decodeStaffEvent({ ticket: 't', seq: 1, at: 'a', kind: 'teleported', message: { id: 'm' } })).toMatchObject({ kind: 'unknown', actor: { type: 'system' }, message: null })
})

test('a value that only looks complete is rejected', () => {
  expect(decodeStaffTicketPage({})).toBeUndefined()
  expect(decodeStaffTicketPage({ tickets: [{ id: 1 }] })).toEqual({ tickets: [], next_cursor: null })
  expect(decodeBulkOutcome({ results: [{ id: 'a', ok: true }, {}] })).toBeUndefined()
  const page = { type: 'subscribed', id: 1, ticket: 't', epoch: 'e', head: 2 }
  expect(decodeStaffFrame({ ...page, events: [{ ticket: 't', seq: 1, at: 'a' }] })).toMatchObject({ type: 'subscribed', viewers: [], reads: [], more: false })
  expect(decodeStaffFrame({ ...page, events: [{}] })).toBeUndefined()
  expect(decodeStaffFrame({ type: 'typing', ticket: 't', person: { type: 'customer' } })).toBeUndefined()
})
