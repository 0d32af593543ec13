import { describe, expect, test } from 'vitest'
import type { HistoryEvent } from '../src/protocol/model.ts'
import { reduce } from '../src/timeline/reduce.ts'
import { EMPTY, type Pending, type Timeline, type TimelineInput } from '../src/timeline/state.ts'
import { earlier } from '../src/timeline/versions.ts'
import { items, writtenSince } from '../src/timeline/view.ts'
import { messageEvent, subscribed } from './help/sample.ts'

const run = (inputs: readonly TimelineInput[], from: Timeline = EMPTY) => inputs.reduce(reduce, from)
const event = (seq: number, more?: Parameters<typeof messageEvent>[1]): TimelineInput => ({ type: 'event', event: messageEvent(seq, more) })
const page = (more: Parameters<typeof subscribed>[0]): TimelineInput => ({ type: 'page', page: subscribed(more) })
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => messageEvent(from + index))
const pending = (key: string, at = '2026-01-01T00:00:00Z'): Pending => ({ key, body: key, internal: false, at, state: { kind: 'waiting' } })
const queued = (key: string, at?: string): TimelineInput => ({ type: 'queued', pending: pending(key, at) })
const seqs = (timeline: Timeline) => timeline.events.map((one) => one.seq)

describe('the position', () => {
  test('starts before the latest page and moves only with contiguous events', () => {
    const timeline = run([{ type: 'subscribing' }, page({ events: range(11, 20), head: 20 }), event(21), event(21), event(19)])
    expect(seqs(timeline)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21])
    expect(timeline).toMatchObject({ position: 21, more_before: true, hole: false })
  })
  test('never moves with an ack, not even one far ahead', () => {
    const timeline = run([page({ events: range(1, 3), head: 3 }), queued('mine'), { type: 'acked', key: 'mine', seq: 9 }])
    expect(timeline.position).toBe(3)
    expect(timeline.pending).toMatchObject([{ key: 'mine', state: { kind: 'stored', seq: 9 } }])
  })
  test('a hole is noted, never shown, and filled from where it began', () => {
    const holed = run([page({ events: range(1, 3), head: 3 }), event(5)])
    expect(holed).toMatchObject({ position: 3, hole: true, head: 5 })
    const whole = run([{ type: 'subscribing' }, page({ id: 2, events: range(4, 5), head: 5 })], holed)
    expect(whole).toMatchObject({ position: 5, hole: false })
    expect(seqs(whole)).toEqual([1, 2, 3, 4, 5])
  })
  test('a head beyond the position, told by a ping, is a hole', () => {
    expect(run([page({ events: range(1, 3), head: 3 }), { type: 'head', seq: 4 }]).hole).toBe(true)
    expect(run([page({ events: range(1, 3), head: 3 }), { type: 'head', seq: 3 }]).hole).toBe(false)
  })
  test('pages go on until one says that there are no more', () => {
    const timeline = run([{ type: 'subscribing' }, page({ events: range(1, 2), head: 2, more: true, reset: true }), page({ events: range(3, 4), head: 4, more: true, reset: true })])
    expect(timeline).toMatchObject({ position: 4, syncing: true, hole: false })
    expect(run([page({ events: range(5, 5), head: 5 })], timeline)).toMatchObject({ position: 5, syncing: false, hole: false })
  })
  test('an empty history begins at its head', () => {
    expect(run([page({ events: [], head: 16 })])).toMatchObject({ position: 16, more_before: true, hole: false })
    expect(run([page({ events: [], head: 0 })])).toMatchObject({ position: 0, more_before: false })
  })
})

describe('a reset', () => {
  test('in the answer drops the known history and keeps the outbox', () => {
    const timeline = run([page({ events: range(1, 9), head: 9 }), queued('mine'), { type: 'subscribing' }, page({ id: 2, epoch: 'e2', reset: true, events: range(3, 4), head: 4 })])
    expect(seqs(timeline)).toEqual([3, 4])
    expect(timeline).toMatchObject({ epoch: 'e2', position: 4, head: 4, hole: false })
    expect(timeline.pending.map((one) => one.key)).toEqual(['mine'])
  })
  test('that is pushed makes the next subscribe start afresh', () => {
    const timeline = run([page({ events: range(1, 9), head: 9 }), queued('mine'), { type: 'reset' }, event(10)])
    expect(timeline).toMatchObject({ position: null, epoch: null, events: [] })
    expect(timeline.pending).toHaveLength(1)
  })
  test('does not keep an acked message that the restored history lacks', () => {
    const timeline = run([page({ events: range(1, 3), head: 3 }), queued('mine'), { type: 'acked', key: 'mine', seq: 5 }, page({ id: 2, epoch: 'e2', reset: true, events: range(1, 2), head: 2 })])
    expect(timeline.pending).toEqual([])
  })
})

describe('pending messages', () => {
  test('become the event with the same key, whether the ack or the event comes first', () => {
    const before = run([page({ events: range(1, 1), head: 1 }), queued('mine')])
    for (const order of [[event(2, { key: 'mine' }), { type: 'acked', key: 'mine', seq: 2 }], [{ type: 'acked', key: 'mine', seq: 2 }, event(2, { key: 'mine' })]] as const) {
      const after = run(order, before)
      expect(after.pending).toEqual([])
      expect(items(after, { side: 'staff', id: 'agent' }).map((one) => one.id)).toEqual(['key-1', 'mine'])
    }
  })
  test('that are in the history already are not shown twice after a reload', () => {
    expect(run([page({ events: [messageEvent(1, { key: 'mine' })], head: 1 }), queued('mine')]).pending).toEqual([])
    expect(run([queued('mine'), page({ events: [messageEvent(1, { key: 'mine' })], head: 1 })]).pending).toEqual([])
  })
  test('are in the order of writing', () => {
    const timeline = run([queued('b', '2026-01-01T00:00:02Z'), queued('a', '2026-01-01T00:00:01Z')])
    expect(timeline.pending.map((one) => one.key)).toEqual(['a', 'b'])
  })
})

describe('edits and redactions', () => {
  const edited = (seq: number, of: number, body: string, kind: 'message_edited' | 'message_redacted'): TimelineInput => {
    const { message } = messageEvent(of)
    return event(seq, { kind, message: message && { ...message, body } })
  }
  test('replace the text everywhere, so that a removed secret leaves the memory', () => {
    const timeline = run([page({ events: [messageEvent(1, { body: 'hunter2' })], head: 1 }), edited(2, 1, 'hunter3', 'message_edited'), edited(3, 1, '', 'message_redacted')])
    expect(JSON.stringify(timeline)).not.toMatch(/hunter/)
    expect(items(timeline, { side: 'customer' })).toHaveLength(1)
  })
  test('take precedence over an older page that was read before them', () => {
    const timeline = run([
      page({ events: range(5, 6), head: 6 }),
      edited(7, 2, '', 'message_redacted'),
      { type: 'older', page: { epoch: 'e1', head: 7, events: [messageEvent(2, { body: 'hunter2' }), ...range(3, 4)], more_before: true } },
    ])
    expect(seqs(timeline)).toEqual([2, 3, 4, 5, 6, 7])
    expect(JSON.stringify(timeline)).not.toMatch(/hunter/)
  })
})

describe('older pages', () => {
  test('are added only without a hole, and only from the same epoch', () => {
    const held = run([page({ events: range(10, 12), head: 12 })])
    const older = (from: number, to: number, epoch = 'e1', more_before = true): TimelineInput => ({ type: 'older', page: { epoch, head: 12, events: range(from, to), more_before } })
    expect(seqs(run([older(5, 9)], held))[0]).toBe(5)
    expect(seqs(run([older(5, 10)], held))[0]).toBe(5)
    expect(seqs(run([older(5, 8)], held))[0]).toBe(10)
    expect(seqs(run([older(5, 9, 'e2')], held))[0]).toBe(10)
    expect(run([older(1, 9, 'e1', false)], held).more_before).toBe(false)
  })
})

describe('reads', () => {
  test('only move forward, and mark what the other side has seen', () => {
    const customer = { id: 'c', type: 'customer', name: 'Ada' } as const
    const timeline = run([page({ events: range(1, 3), head: 3 }), { type: 'read', mark: { person: customer, seq: 2 } }, { type: 'read', mark: { person: customer, seq: 1 } }])
    const seen = items(timeline, { side: 'staff', id: 'agent' }).map((one) => one.kind === 'message' && one.seen)
    expect(seen).toEqual([true, true, false])
  })
  test('messages of others after a position are reported, one’s own are not', () => {
    const timeline = run([page({ events: range(1, 3), head: 3 })])
    expect(writtenSince(timeline, 1, { side: 'staff', id: 'agent' })).toEqual([])
    expect(writtenSince(timeline, 1, { side: 'staff', id: 'somebody else' }).map((one) => one.seq)).toEqual([2, 3])
  })
})

test('finding messages of others after a position costs only what came after it, not the whole history', () => {
  let looked = 0
  const events = Array.from({ length: 1_000 }, (_, index) => new Proxy(messageEvent(index + 1), { get(of, name, me) { looked++; return Reflect.get(of, name, me) } }))
  const timeline = run([page({ events, head: 1_000 })])
  looked = 0
  expect(writtenSince(timeline, 998, { side: 'staff', id: 'somebody else' }).length).toBe(2)
  expect(looked).toBeLessThan(100)
})

describe('a removed text', () => {
  const said = messageEvent(1, { body: 'my password is tulip' })
  const edited = messageEvent(2, { kind: 'message_edited', old_value: 'my password is tulip', message: { ...messageEvent(1).message!, body: 'my pass is tulip', edited_at: '2026-01-01T00:00:00Z' } })
  const removed = messageEvent(3, { kind: 'message_redacted', message: { ...messageEvent(1).message!, body: '', redacted_at: '2026-01-01T00:01:00Z' } })
  const older: TimelineInput = { type: 'older', page: { epoch: 'e1', head: 3, events: [said], more_before: false } }

  test('leaves no trace: not in the message, not as the old text of an edit, in any order of arrival', () => {
    const live = run([page({ events: [said, edited], head: 2 }), { type: 'event', event: removed }])
    const paged = run([page({ events: [edited, removed], head: 3 }), older])
    for (const timeline of [live, paged]) {
      expect(seqs(timeline)).toEqual([1, 2, 3])
      expect(JSON.stringify(timeline)).not.toContain('tulip')
    }
  })
  test('is not a version of its message; an edit is, with the time when it was written', () => {
    const before = run([page({ events: [said, edited], head: 2 })])
    expect(earlier(before, before.events[0]!.message!)).toEqual([{ at: said.message!.created_at, text: 'my password is tulip' }])
    const after = run([{ type: 'event', event: removed }], before)
    expect(earlier(after, after.events[0]!.message!)).toEqual([])
  })
})

test('a checked file changes its message in place, and is no line of the history', () => {
  const file = (state: 'checking' | 'infected') => ({ id: 'f1', name: 'setup.exe', content_type: '', size_bytes: 9, state, width: null, height: null, preview: false })
  const added = messageEvent(1)
  const withFile = (event: HistoryEvent, state: 'checking' | 'infected', more: Partial<HistoryEvent> = {}): HistoryEvent => ({ ...event, message: event.message === null ? null : { ...event.message, attachments: [file(state)] }, ...more })
  const before = reduce(EMPTY, { type: 'page', page: subscribed({ events: [withFile(added, 'checking')], head: 1 }) })
  for (const kind of ['attachment_checked', 'internal_attachment_checked'] as const) {
    const after = reduce(before, { type: 'event', event: withFile(added, 'infected', { seq: 2, kind, old_value: 'f1', new_value: 'infected' }) })
    expect(after.events[0]?.message?.attachments.map(({ state }) => state)).toEqual(['infected'])
    expect(items(after, { side: 'customer' }).map((item) => item.kind)).toEqual(['message'])
    expect(after.position).toBe(2)
  }
})
