// Tests of editing a message. A refused edit shows the reason and keeps the text, edits are separate from drafts, and removing a message
// ends its edit.

import { signal } from '@preact/signals'
import { expect, test } from 'vitest'
import type { Client } from '../src/client/client.ts'
import { changesOf } from '../src/client/edit-changes.ts'
import { createEdits } from '../src/client/edits.ts'
import { keptText } from '../src/client/kept-text.ts'
import type { SessionState } from '../src/connection/session.ts'
import type { Problem, TicketMessage } from '../src/protocol/model.ts'
import { reduce } from '../src/timeline/reduce.ts'
import { EMPTY, type TimelineInput } from '../src/timeline/state.ts'
import { messageEvent, staffTicket, subscribed } from './help/sample.ts'

let people = 0
function opened({ role = 'support_agent', status = 'open' }: { readonly role?: string; readonly status?: 'open' | 'closed' } = {}, user = `agent-${++people}`) {
  const asked: (readonly string[])[] = []
  const answer: { refusal: Problem['code'] | null } = { refusal: null }
  const result = () => Promise.resolve(answer.refusal === null ? { ok: true, value: null } : { ok: false, problem: { status: 409, code: answer.refusal, title: '', retry_after_ms: null, head: null } })
  const parts = {
    identity: { id: user, name: 'Grace', role },
    connection: signal<SessionState>({ kind: 'off' }),
    rest: {
      edit: (...all: readonly string[]) => { asked.push(['edit', ...all]); return result() },
      redact: (...all: readonly string[]) => { asked.push(['redact', ...all]); return result() },
    },
  }
  const isDesk = (_value: unknown): _value is Client => true
  if (!isDesk(parts)) throw new Error('enough of a desk')
  const timeline = signal(EMPTY)
  const ticket = { ...staffTicket, side: 'staff' as const, status }
  const edits = createEdits({ client: parts, timeline, open: () => ({ ticket, reader: { side: 'staff', id: user } }) })
  const step = (input: TimelineInput) => { timeline.value = reduce(timeline.value, input); edits.grown() }
  const one = (seq: number, more: Partial<TicketMessage> = {}) => {
    const event = messageEvent(seq)
    return event.message === null ? event : { ...event, message: { ...event.message, sender_id: user, ...more } }
  }
  step({ type: 'page', page: subscribed({ events: [one(1), one(2, { sender_id: 'other' })], head: 2 }) })
  const message = (index: number) => {
    const found = timeline.value.events[index]?.message
    if (found == null) throw new Error('a message')
    return found
  }
  return { edits: { ...edits, ...changesOf(edits) }, step, one, message, asked, answer, user }
}

test('people edit and remove their own messages, an admin removes any, and no message of a closed ticket can be edited', () => {
  const agent = opened()
  expect([agent.edits.mayEdit(agent.message(0)), agent.edits.mayRemove(agent.message(0))]).toEqual([true, true])
  expect([agent.edits.mayEdit(agent.message(1)), agent.edits.mayRemove(agent.message(1))]).toEqual([false, false])
  const admin = opened({ role: 'admin' })
  expect([admin.edits.mayEdit(admin.message(1)), admin.edits.mayRemove(admin.message(1))]).toEqual([false, true])
  const shut = opened({ status: 'closed' })
  expect([shut.edits.mayEdit(shut.message(0)), shut.edits.mayRemove(shut.message(0))]).toEqual([false, true])
})

test('a refusal says why and keeps the text; the next attempt may succeed', async () => {
  const { edits, message, answer, asked } = opened()
  edits.begin(message(0), 'edit')
  edits.write('better')
  answer.refusal = 'ticket_closed'
  await edits.save()
  expect(edits.changing.value).toMatchObject({ isBusy: false, problem: { code: 'ticket_closed' } })
  expect(edits.texts.value.get(message(0).id)).toBe('better')
  answer.refusal = null
  await edits.save()
  expect(edits.changing.value).toBeNull()
  expect(edits.texts.value.size).toBe(0)
  expect(asked).toEqual([['edit', staffTicket.id, 'message-1', 'better'], ['edit', staffTicket.id, 'message-1', 'better']])
})

test('a begun text is kept when another one is begun, and across a reload; discarded, it is gone', () => {
  const { edits, message, user } = opened({}, 'agent-kept')
  edits.begin(message(0), 'edit')
  edits.write('half')
  edits.leave()
  expect(opened({}, user).edits.texts.value.get('message-1')).toBe('half')
  edits.begin(message(0), 'edit')
  expect(edits.texts.value.get('message-1')).toBe('half')
  edits.giveUp()
  expect(opened({}, user).edits.texts.value.size).toBe(0)
})

test('a message edited in another tab in the meantime is overwritten only if the author insists', async () => {
  const { edits, step, one, message, asked } = opened()
  edits.begin(message(0), 'edit')
  edits.write('from here')
  step({ type: 'event', event: { ...one(3), kind: 'message_edited', message: { ...message(0), body: 'from there' } } })
  await edits.save()
  expect(edits.changing.value?.problem?.code).toBe('stale')
  expect(asked).toEqual([])
  await edits.save()
  expect(asked).toHaveLength(1)
})

const foreign = (seq: number, message: TicketMessage, body: string) => ({ ...messageEvent(seq), kind: 'message_edited' as const, message: { ...message, body } })

test.each([['left and begun again', false], ['read again after a reload', true]])('the same holds if it was edited there while the text here was %s', async (_name, isReloaded) => {
  const first = opened()
  first.edits.begin(first.message(0), 'edit')
  first.edits.write('from here')
  first.edits.leave()
  const { edits, step, message, asked } = isReloaded ? opened({}, first.user) : first
  step({ type: 'event', event: foreign(3, message(0), 'from there') })
  edits.begin(message(0), 'edit')
  expect(edits.texts.value.get('message-1')).toBe('from here')
  await edits.save()
  expect(edits.changing.value?.problem?.code).toBe('stale')
  expect(asked).toEqual([])
  await edits.save()
  expect(asked).toHaveLength(1)
})

test('a text that was begun and not changed follows the edit from the other tab', () => {
  const { edits, step, message } = opened()
  edits.begin(message(0), 'edit')
  step({ type: 'event', event: foreign(3, message(0), 'from there') })
  edits.leave()
  edits.begin(message(0), 'edit')
  expect(edits.texts.value.get('message-1')).toBe('from there')
})

test('a text stored by an older build is read', async () => {
  keptText('agent-old', `edit.${staffTicket.id}.message-1`).write('half')
  const { edits, message, asked } = opened({}, 'agent-old')
  edits.begin(message(0), 'edit')
  expect(edits.texts.value.get('message-1')).toBe('half')
  await edits.save()
  expect(asked).toHaveLength(1)
})

test('a text changed during a save stays, and is saved next', async () => {
  const { edits, step, message, asked, user } = opened()
  edits.begin(message(0), 'edit')
  edits.write('better')
  const saving = edits.save()
  edits.write('better still')
  await saving
  expect(edits.changing.value).toMatchObject({ of: 'message-1', isBusy: false, problem: null })
  expect(edits.texts.value.get('message-1')).toBe('better still')
  expect(opened({}, user).edits.texts.value.get('message-1'), 'over a reload').toBe('better still')
  step({ type: 'event', event: foreign(3, message(0), 'better') })
  await edits.save()
  expect(asked.map((one) => one.at(-1))).toEqual(['better', 'better still'])
  expect(edits.changing.value).toBeNull()
  expect(edits.texts.value.size).toBe(0)
})

test('the history may show a save after the next one: that is not another person’s edit', async () => {
  const { edits, message, asked } = opened()
  edits.begin(message(0), 'edit')
  edits.write('better')
  const saving = edits.save()
  edits.write('better still')
  await saving
  await edits.save()
  expect(asked).toHaveLength(2)
})

test('a removed message is no longer edited: the begun text would be a trace of it', () => {
  const { edits, step, one, message } = opened()
  edits.begin(message(0), 'edit')
  edits.write('the secret again')
  step({ type: 'event', event: { ...one(3), kind: 'message_redacted', message: { ...message(0), body: '', redacted_at: '2026-01-01T00:00:00Z' } } })
  expect(edits.changing.value).toBeNull()
  expect(edits.texts.value.size).toBe(0)
})
