// Tests of the state of background work: its reasons to be held, one change at a time, and the list of dead deliveries.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { createDeadList, createJobs, holdReasons, lagMs, type JobsRest } from '../src/client/jobs.ts'
import { decodeJobsView } from '../src/protocol/decoders/admin.ts'
import type { DeadDelivery, JobsView } from '../src/protocol/generated.ts'
import { UNREACHABLE, type Result } from '../src/rest/request.ts'

const sampled: readonly unknown[] = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../core/golden/rest.JobsView.json'), 'utf8'))
const view = ((): JobsView => {
  const decoded = decodeJobsView(sampled[0])
  if (decoded === null || decoded === undefined) throw new Error('no sample')
  return decoded
})()
const done = <T>(value: T): Promise<Result<T>> => Promise.resolve({ ok: true, value })
const refuse = (code: 'not_found'): Promise<Result<never>> => Promise.resolve({ ok: false, problem: { ...UNREACHABLE, status: 409, code } })

/** REST calls that record their names. `more` replaces some. */
function fake(more: Partial<JobsRest> = {}) {
  const calls: string[] = []
  const call = (name: string) => () => { calls.push(name); return done(null) }
  const rest: JobsRest = {
    view() { calls.push('view'); return done(view) },
    pauseConsumer: call('pauseConsumer'), decideEvent: call('decideEvent'), decideTimer: call('decideTimer'), pauseSchedule: call('pauseSchedule'), runSchedule: call('runSchedule'), confirmIdentity: call('confirmIdentity'), resumeClock: call('resumeClock'),
    dead: () => done({ deliveries: [], next_cursor: null }),
    replay: (ids) => done({ replayed: ids.length }),
    ...more,
  }
  return { rest, calls }
}
const parts = { time: { now: () => 0, after: () => () => {} }, isSeen: () => true }

test('a hold has a reason that an admin can tell apart: never confirmed, moved, restored, the clock', () => {
  const held = { ...view.hold, unconfirmed: true, public_url: 'https://a.example', clock_jump_ms: null }
  expect(holdReasons({ ...held, confirmed_public_url: null })).toEqual(['unknown'])
  expect(holdReasons({ ...held, confirmed_public_url: 'https://b.example' })).toEqual(['moved'])
  expect(holdReasons({ ...held, confirmed_public_url: 'https://a.example' })).toEqual(['restored'])
  expect(holdReasons({ ...held, confirmed_public_url: 'https://a.example', clock_jump_ms: -1 })).toEqual(['restored', 'clock'])
  expect(holdReasons({ ...held, unconfirmed: false })).toEqual([])
  expect(holdReasons({ ...held, unconfirmed: false, clock_jump_ms: 0 })).toEqual(['clock'])
})

test('the lag is counted by the database’s clock, and never negative', () => {
  expect(lagMs('2026-01-02T00:00:10Z', '2026-01-02T00:00:00Z')).toBe(10_000)
  expect(lagMs('2026-01-02T00:00:00Z', '2026-01-02T00:00:10Z')).toBe(0)
  expect(lagMs('2026-01-02T00:00:00Z', null)).toBeNull()
})

test('one change is sent at a time, and the new state is loaded before the button is free again', async () => {
  const { rest, calls } = fake()
  const jobs = createJobs(rest, parts)
  await jobs.view.reload()
  calls.length = 0
  const first = jobs.change('one', (one) => one.resumeClock())
  expect(jobs.busy.value).toBe('one')
  expect(await jobs.change('two', (one) => one.runSchedule('x'))).toBeNull()
  expect(await first).toEqual({ value: null })
  expect(calls).toEqual(['resumeClock', 'view'])
  expect(jobs.busy.value).toBeNull()
  jobs.view.dispose()
})

test('after a refusal the new state is loaded too, and the reason stays until the next change', async () => {
  const { rest, calls } = fake({ decideTimer: () => refuse('not_found') })
  const jobs = createJobs(rest, parts)
  await jobs.view.reload()
  calls.length = 0
  expect(await jobs.change('timer/7', (one) => one.decideTimer(7, 'skip'))).toBeNull()
  expect(calls).toEqual(['view'])
  expect([jobs.refused.value?.key, jobs.refused.value?.problem.code]).toEqual(['timer/7', 'not_found'])
  await jobs.change('clock', (one) => one.resumeClock())
  expect(jobs.refused.value).toBeNull()
  jobs.view.dispose()
})

const dead = (id: string): DeadDelivery => ({ id, receiver: 'hook', ticket_id: null, ticket_number: null, seq: null, attempts: 8, error: 'refused', created_at: '', dead_at: '' })

test('dead deliveries load page by page; beginning again forgets the pages and a late answer', async () => {
  const asked: (string | undefined)[] = []
  const late: (() => void)[] = []
  let isLate = false
  const { rest } = fake({
    dead(_kind, cursor) {
      asked.push(cursor)
      const answer: Result<{ deliveries: DeadDelivery[]; next_cursor: string | null }> = { ok: true, value: { deliveries: [dead(cursor ?? 'first')], next_cursor: cursor === undefined ? 'second' : null } }
      return isLate ? new Promise((settle) => { late.push(() => settle(answer)) }) : Promise.resolve(answer)
    },
  })
  const list = createDeadList(rest, 'webhook')
  await list.begin()
  expect([list.deliveries.value?.map(({ id }) => id), list.hasMore.value]).toEqual([['first'], true])
  await list.more()
  expect([list.deliveries.value?.map(({ id }) => id), list.hasMore.value]).toEqual([['first', 'second'], false])
  isLate = true
  const former = list.begin()
  isLate = false
  await list.begin()
  late.forEach((settle) => settle())
  await former
  expect(list.deliveries.value?.map(({ id }) => id)).toEqual(['first'])
  expect(asked).toEqual([undefined, 'second', undefined, undefined])
})
