// Tests that a ticket is resolved after its reply only if no one else has changed the ticket since the reply was written.

import { afterEach, expect, test } from 'vitest'
import { hushToast, toast } from '../src/client/notifications.ts'
import { resolveAnswered } from '../src/apps/console/resolve-answered/resolve-answered.ts'
import { s } from '../src/apps/console/resolve-answered/strings.ts'
import type { ConsoleContext } from '../src/apps/console/context.ts'
import type { Queued } from '../src/outbox/store.ts'
import type { HistoryEvent } from '../src/protocol/model.ts'
import '../src/locales/team.ts'
import { messageEvent, staffTicket } from './help/sample.ts'

afterEach(hushToast)

const answer: Queued = { key: 'k', ticket: 't1', number: 'TKT-000001', body: 'done', internal: false, based_on: 4, at: '', order: 1, refused: null, hold_until: null, paused: false, files: [], then: 'resolved', sent: 5 }
const by = (id: string, type: 'admin' | 'customer' = 'admin') => ({ actor: { id, type, name: null } })

/** Simulates a "Send & resolve" reply that `events` have followed, and calls the code that resolves the ticket. */
async function since(events: readonly HistoryEvent[], head = events.at(-1)?.seq ?? 5, becomes = 'done', isLeft = (_asked: number) => false) {
  let asked = 0
  const changes: object[] = []
  const parts = {
    client: {
      identity: { id: 'me' },
      get isDisposed() { return isLeft(asked) },
      rest: {
        activity: () => { asked++; return Promise.resolve({ ok: true, value: { epoch: 'e', head, events, more_before: true } }) },
        ticket: () => { asked++; return Promise.resolve({ ok: true, value: { ...staffTicket, status: 'in_progress' } }) },
        changeTicket: (_id: string, patch: object) => { asked++; changes.push(patch); return Promise.resolve({ ok: true, value: staffTicket }) },
      },
    },
    inbox: { take() {} },
    go() {},
    now: (): object => ({ store: null }),
  }
  const isWork = (_value: unknown): _value is ConsoleContext => true
  if (!isWork(parts)) throw new Error('enough of the work')
  expect(await resolveAnswered(parts, answer)).toMatchObject({ kind: becomes })
  return { changes, said: toast.peek()?.sentence }
}

test.each([
  ['nothing', []],
  ['what the author did', [messageEvent(6, by('me')), messageEvent(7, { ...by('me'), kind: 'assigned' })]],
  ['what followed from the answer itself', [messageEvent(6, { actor: { id: null, type: 'system', name: null }, kind: 'unassigned' })]],
  ['what moves nothing', [messageEvent(6, { ...by('other'), kind: 'priority_changed' })]],
])('an answered ticket is resolved after %s', async (_name, events) => {
  expect((await since(events)).changes).toEqual([{ status: 'resolved' }])
})

test.each([
  ['a status', 'status_changed'], ['a reopening', 'reopened'], ['an assignment', 'assigned'], ['its end', 'unassigned'], ['a message', 'message_added'], ['a note', 'internal_note_added'],
] as const)('%s by a colleague since then leaves the ticket as it is, and is reported', async (_name, kind) => {
  expect(await since([messageEvent(6, { ...by('other'), kind })])).toEqual({ changes: [], said: s('action.moved_since', { number: answer.number }) })
})

test('a customer who has written since then is named', async () => {
  expect(await since([messageEvent(6, by('ada', 'customer'))])).toEqual({ changes: [], said: s('action.written_since', { number: answer.number }) })
})

test('more history than a page holds does not count as none', async () => {
  expect(await since([messageEvent(6, { ...by('other'), kind: 'priority_changed' })], 90)).toEqual({ changes: [], said: s('action.moved_since', { number: answer.number }) })
})

test.each([[1, 'later', []], [2, 'later', []], [3, 'done', [{ status: 'resolved' }]]] as const)('after question %i its author has left: %s, and nothing is shown to the next person', async (n, becomes, changes) => {
  expect(await since([], 5, becomes, (asked) => asked >= n)).toEqual({ changes, said: undefined })
})
