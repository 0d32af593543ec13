// Tests that this client decodes the sample frames and bodies that the Rust crate `core` writes.

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decodeFrame } from '../src/protocol/decode.ts'
import { problemOf } from '../src/protocol/decode-first.ts'
import { decodeConfig, decodeCustomerPage } from '../src/protocol/decode-rest.ts'
import { decodeAgents, decodeFound, decodeBulk, decodeStaffPage } from '../src/protocol/decode-team.ts'
import * as admin from '../src/protocol/decoders/admin.ts'
import * as files from '../src/protocol/decoders/files.ts'
import * as first from '../src/protocol/decoders/first.ts'
import * as team from '../src/protocol/decoders/team.ts'
import * as ticket from '../src/protocol/decoders/ticket.ts'
import { isObject } from '../src/protocol/narrow.ts'

const GOLDEN = resolve(import.meta.dirname, '../../core/golden')
const names = readdirSync(GOLDEN)
const samples = (name: string): readonly unknown[] => {
  const value: unknown = JSON.parse(readFileSync(join(GOLDEN, name), 'utf8'))
  return Array.isArray(value) ? value : [value]
}

/**
 * Checks that every value that the client keeps equals the sample's value. Values that customers do not get must be null, false or empty.
 */
function agrees(read: unknown, sample: unknown, path: string): void {
  if (isObject(sample)) {
    expect(isObject(read), path).toBe(true)
    for (const [field, value] of Object.entries(sample)) agrees(isObject(read) ? (read[field] ?? null) : undefined, value, `${path}.${field}`)
  } else if (Array.isArray(sample)) {
    expect(Array.isArray(read) ? read.length : -1, path).toBe(sample.length)
    sample.forEach((value, index) => agrees(Array.isArray(read) ? read[index] : undefined, value, `${path}[${index}]`))
  } else expect(read, path).toEqual(sample)
}

describe('frames', () => {
  const frames = names.filter((name) => /^(common|staff|customer)\./.test(name))
  test('there are samples of every frame that a server sends', () => {
    const types = new Set(frames.map((name) => name.split('.')[1]))
    expect(types).toEqual(new Set(['ack', 'bye', 'error', 'event', 'inbox', 'inbox_presence', 'ok', 'ping', 'presence', 'read', 'reset', 'subscribed', 'typing', 'welcome']))
  })
  test.each(frames)('%s is decoded completely', (name) => {
    for (const sample of samples(name)) {
      const frame = decodeFrame(JSON.stringify(sample))
      expect(frame, JSON.stringify(sample)).not.toBeNull()
      if (frame?.type === 'event') agrees({ type: 'event', ...frame.event }, sample, name)
      else agrees(frame, sample, name)
    }
  })
  test('a customer sample never decodes as a note', () => {
    for (const name of frames.filter((one) => one.startsWith('customer.'))) {
      expect(JSON.stringify(samples(name).map((sample) => decodeFrame(JSON.stringify(sample))))).not.toContain('"is_internal":true')
    }
  })
})

describe('bodies', () => {
  const MADE: Readonly<Record<string, (value: unknown) => unknown>> = { ...first, ...admin, ...team, ...ticket, ...files }
  /** The decoder for the sample file `name`. For pages of events, the staff's decoder also reads the customers' sample. */
  const made = (name: string) => MADE[`decode${name.split('.')[1]?.replace('CustomerEventPage', 'StaffEventPage')}`]
  const sent = names.filter((name) => name.startsWith('rest.') && made(name) !== undefined)

  test('types without a decoder are the ones that clients send', () => {
    const source = ['rest', 'jobs', 'retention', 'attachments'].map((name) => readFileSync(resolve(GOLDEN, `../src/protocol/${name}.rs`), 'utf8')).join('\n')
    const requests = source.split('\nrequests! {').slice(1).flatMap((block) => [...(block.split('\n}\n')[0] ?? '').matchAll(/pub struct (\w+)/g)].map(([, name]) => `rest.${name}.json`))
    expect(sent.length).toBeGreaterThan(15)
    expect(names.filter((name) => name.startsWith('rest.') && !sent.includes(name) && !requests.includes(name))).toEqual([])
  })
  test.each(sent)('%s is decoded completely by its generated decoder', (name) => {
    for (const sample of samples(name)) agrees(made(name)?.(sample), sample, name)
  })

  /** Hand-written decoders of the client, for samples without a generated decoder. */
  const READERS: Readonly<Record<string, (value: unknown) => unknown>> = {
    'rest.ClientConfig.json': decodeConfig,
    'rest.BulkOutcome.json': (value) => ({ results: decodeBulk(value) }),
    'rest.RoleView.json': (value) => decodeAgents([value])?.[0],
    'rest.PersonFound.json': (value) => decodeFound([value])?.[0],
    'rest.Problem.json': (value) => problemOf(isObject(value) && typeof value['status'] === 'number' ? value['status'] : 0, value),
    'rest.StaffTicketPage.json': (value) => renamed(decodeStaffPage(value)),
    'rest.CustomerTicketPage.json': (value) => renamed(decodeCustomerPage(value)),
  }
  const renamed = (page: { readonly items: readonly unknown[]; readonly next_cursor: string | null } | null) => page && { tickets: page.items, next_cursor: page.next_cursor }

  test.each(Object.keys(READERS))('%s is decoded completely by the client', (name) => {
    for (const sample of samples(name)) agrees(READERS[name]?.(sample), sample, name)
  })
})

describe('whatever comes', () => {
  test('decodes to a frame or null, never to an exception', () => {
    const odd = ['', '{', 'null', '[]', '1', '"x"', '{}', '{"type":1}', '{"type":"surprise","id":1}', '{"type":"event"}', '{"type":"subscribed","id":1,"events":{}}', '{"type":"ping"}', '{"type":"inbox","tickets":[{"id":1}]}', `${'['.repeat(5_000)}`]
    expect(odd.map((text) => decodeFrame(text)?.type ?? null)).toEqual([...Array(11).fill(null), 'ping', 'inbox', null])
  })
  test('an unknown kind still counts for the position', () => {
    const frame = decodeFrame('{"type":"event","ticket":"t","seq":7,"at":"2026-01-01T00:00:00Z","kind":"teleported","actor":{"type":"robot"},"new":1}')
    expect(frame).toMatchObject({ type: 'event', event: { seq: 7, kind: 'unknown', actor: { type: 'system' } } })
  })
  test('an unknown code is still an error', () => {
    expect(decodeFrame('{"type":"error","id":3,"code":"cosmic"}')).toMatchObject({ id: 3, code: 'unknown' })
  })
})
