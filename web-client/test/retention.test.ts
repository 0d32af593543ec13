// Tests of the retention screen's state: the form's values, the faults at its fields, and what a save or an approval does to the rest.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createAllHolds, createRetention, isId, nextOf, parseRetentionDraft, percentOf, RANGES, remaining, retentionDraftOf, retentionFaultsOf, retentionSettingsOf, type RetentionRest } from '../src/client/retention.ts'
import { leftOut, outcome } from '../src/apps/console/screens/retention/words.ts'
import { LANGUAGES, setLanguage } from '../src/locales/index.ts'
import { decodeRetentionView } from '../src/protocol/decoders/admin.ts'
import type { RetentionRun, RetentionView } from '../src/protocol/generated.ts'
import { UNREACHABLE, type Result } from '../src/rest/request.ts'

afterEach(() => setLanguage('en'))

const ROOT = resolve(import.meta.dirname, '../..')
const sampled: readonly unknown[] = JSON.parse(readFileSync(resolve(ROOT, 'core/golden/rest.RetentionView.json'), 'utf8'))
const views = sampled.map((one): RetentionView => {
  const decoded = decodeRetentionView(one)
  if (decoded === null || decoded === undefined) throw new Error('no sample')
  return decoded
})
const sample = ((): RetentionView => {
  const [first] = views
  if (first === undefined) throw new Error('no sample')
  return first
})()
const isZone = (name: string) => ['UTC', 'Europe/Vienna'].includes(name)
const done = <T>(value: T): Promise<Result<T>> => Promise.resolve({ ok: true, value })
const settle = async () => { for (let n = 0; n < 20; n++) await Promise.resolve() }
const kept = () => { let text = ''; return { read: () => text, write(next: string) { text = next }, isStored: () => true } }

function fake(more: Partial<RetentionRest> = {}): RetentionRest {
  return {
    view: () => done(sample), save: () => done(sample), dryRun: () => done({ plans: [] }), approve: () => done(null), refuse: () => done(null), due: () => done({ tickets: [], next_cursor: null }),
    holds: () => done({ holds: [], next_after: null }), setHold: () => Promise.resolve({ ok: false, problem: UNREACHABLE }), releaseHold: () => done(null),
    ...more,
  }
}

test('settings survive the way through the form', () => {
  for (const view of views) expect(retentionSettingsOf(retentionDraftOf(view))).toEqual(view.settings)
  expect(parseRetentionDraft(JSON.parse(JSON.stringify(retentionDraftOf(sample))))).toEqual(retentionDraftOf(sample))
  expect([parseRetentionDraft(null), parseRetentionDraft({ enabled: true }), parseRetentionDraft({ ...retentionDraftOf(sample), day: 1 })]).toEqual([null, null, null])
})

test('each value out of range is a fault at its own field', () => {
  const good = { ...retentionDraftOf(sample), zone: 'UTC', at: '03:00' }
  expect(retentionFaultsOf(good, isZone)).toEqual(new Set())
  for (const [field, [least, greatest]] of Object.entries(RANGES)) {
    for (const wrong of ['', 'x', '1.5', '-1', String(least - 1), String(greatest + 1)]) expect(retentionFaultsOf({ ...good, [field]: wrong }, isZone), `${field} ${wrong}`).toEqual(new Set([field]))
    for (const right of [String(least), ` ${greatest} `]) expect(retentionFaultsOf({ ...good, [field]: right }, isZone), `${field} ${right}`).toEqual(new Set())
  }
  expect(retentionFaultsOf({ ...good, at: '25:00', zone: 'Mars' }, isZone)).toEqual(new Set(['at', 'zone']))
  expect(retentionSettingsOf({ ...good, archive_months: '١٢', day: '۹' })).toMatchObject({ archive_months: 12, day: 9 })
})

test('the ranges are those of the server', () => {
  const limits = readFileSync(resolve(ROOT, 'core/src/limits/retention.rs'), 'utf8')
  const limit = (name: string) => Number(new RegExp(`const ${name}: \\w+ = ([\\d_]+);`).exec(limits)?.[1])
  expect(RANGES).toEqual({
    archive_months: [limit('RETENTION_MONTHS_MIN'), limit('RETENTION_MONTHS_MAX')],
    delete_months: [limit('RETENTION_MONTHS_MIN'), limit('RETENTION_MONTHS_MAX')],
    access_log_months: [limit('RETENTION_ACCESS_LOG_MONTHS_MIN'), limit('RETENTION_MONTHS_MAX')],
    share_max_percent: [1, 100],
    day: [1, limit('RETENTION_DAY_MAX')],
  })
})

test('a save sends the etag that was read, and forgets the counts of the former rule', async () => {
  const sent: unknown[] = []
  const store = createRetention(fake({ save(settings, etag) { sent.push(etag, settings.archive_months); return done({ ...sample, settings, etag: '"2"' }) } }), kept())
  await settle()
  await store.dryRun.run(null)
  expect(store.plan.value).toEqual({ plans: [] })
  store.settings.change({ archive_months: '12' })
  expect(await store.settings.save()).toBe(true)
  expect(sent).toEqual([sample.etag, 12])
  expect([store.plan.value, store.view.value?.etag, store.settings.isChanged.value]).toEqual([null, '"2"', false])
})

test('a share is never shown as nothing, and what is left to do never negative', () => {
  expect([percentOf(1, 3), percentOf(1, 1_000_000), percentOf(0, 5), percentOf(5, 0), percentOf(7, 7)]).toEqual([33.3, 0.1, 0, 0, 100])
  expect([remaining({ due: 5, changed: 2 }), remaining({ due: 5, changed: 9 })]).toEqual([3, 0])
  expect(nextOf({ next: [{ kind: 'archive', at: 'then' }] }, 'archive')).toBe('then')
  expect(nextOf({ next: [] }, 'delete')).toBeNull()
  expect([isId(' 018F0000-0000-7000-8000-000000000001 '), isId('TKT-000001')]).toEqual([true, false])
})

test('all holds load page by page', async () => {
  const [hold] = sample.holds
  if (hold === undefined) throw new Error('no hold in the sample')
  const asked: (string | undefined)[] = []
  const all = createAllHolds(fake({ holds(after) { asked.push(after); return done({ holds: [{ ...hold, id: after ?? 'first' }], next_after: after === undefined ? 'second' : null }) } }))
  await all.begin()
  await all.more()
  expect([all.list.value?.map(({ id }) => id), all.hasMore.value]).toEqual([['first', 'second'], false])
  await all.begin()
  expect(all.list.value?.map(({ id }) => id)).toEqual(['first'])
  expect(asked).toEqual([undefined, 'second', undefined])
})

test('every state and kind of a run has a sentence in every language, with its number', async () => {
  const [run] = views.flatMap(({ runs }) => runs)
  if (run === undefined) throw new Error('no run in the samples')
  for (const language of LANGUAGES) {
    await setLanguage(language)
    for (const kind of ['archive', 'delete', 'access_log'] as const) {
      for (const state of ['waiting', 'acting', 'done', 'stopped', 'expired'] as const) {
        const said = outcome({ ...run, kind, state, due: 30, changed: 30, reason: 'switched_off' } satisfies RetentionRun)
        expect(said).not.toMatch(/retention\.|[{}|]/)
        if (['waiting', 'acting', 'done'].includes(state)) expect(said).toMatch(/30|٣٠/)
      }
    }
    expect(leftOut({ held: 1, open: 2, younger: 0, undated: 3, busy: 0, refused: 0 })).toHaveLength(3)
  }
})
