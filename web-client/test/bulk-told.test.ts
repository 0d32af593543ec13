// Tests of the notification after a bulk change and its undo: how many tickets were restored, how many were left unchanged, and what
// failed.

import { afterEach, expect, test } from 'vitest'
import { changedMany } from '../src/apps/console/bulk/undo.ts'
import { s } from '../src/apps/console/bulk/strings.ts'
import { hushToast, toast } from '../src/client/notifications.ts'
import type { Result } from '../src/rest/request.ts'
import { t, tProblem } from '../src/locales/index.ts'
import type { BulkPatch, BulkResult, RejectCode, TicketPatch } from '../src/protocol/generated.ts'
import type { Problem, StaffView } from '../src/protocol/model.ts'
import { staffTicket } from './help/sample.ts'

afterEach(hushToast)

const ticket = (id: string, more: Partial<StaffView> = {}): StaffView => ({ ...staffTicket, id, status: 'open', assigned_to: null, ...more })
type Answer = Problem['code'] | Readonly<Record<string, RejectCode>>
const DONE: Answer = {}
const settled = () => new Promise((resolve) => { setTimeout(resolve) })

/**
 * Applies the change and then its undo. Each request gets the next element of `answers`. If the element is a string, the whole request
 * fails with this code. Otherwise it maps ids of refused tickets to their codes, and the request changes all other tickets.
 */
async function undone(patch: TicketPatch, before: readonly StaffView[], answers: readonly Answer[]) {
  const sent: BulkPatch[] = []
  const bulk = (change: BulkPatch): Promise<Result<readonly BulkResult[]>> => {
    const answer = answers[sent.push(change) - 1] ?? DONE
    if (typeof answer === 'string') return Promise.resolve({ ok: false, problem: { status: 0, code: answer, title: '', retry_after_ms: null, head: null } })
    return Promise.resolve({ ok: true, value: change.tickets.map((id) => { const code = answer[id]; return code === undefined ? { id, ok: true } : { id, ok: false, code } }) })
  }
  await changedMany({ client: { identity: { id: 'me', name: 'Me', role: 'support_agent' }, isDisposed: false }, rest: { bulk }, inbox: { reload() {} }, now: () => undefined }, patch, before)
  const act = async () => {
    toast.peek()?.action?.run()
    await settled()
    return [toast.peek()?.sentence, toast.peek()?.action?.label]
  }
  return { said: await act(), act, sent }
}

test.each<Problem['code']>(['unreachable', 'rate_limited', 'forbidden', 'unavailable'])('%s is reported as such, and can be retried', async (code) => {
  const { said, act, sent } = await undone({ status: 'resolved' }, [ticket('a')], [code])
  expect(said).toEqual([tProblem({ code }), t('app.retry')])
  expect(await act()).toEqual([s('bulk.restored', { n: 1 }), undefined])
  expect(sent[1]).toEqual(sent[0])
})

test('a retry covers only what a step did not reach', async () => {
  const { said, act, sent } = await undone({ status: 'closed' }, [ticket('a'), ticket('b', { status: 'in_progress' })], [DONE, DONE, 'unavailable'])
  expect(said, 'b is but half the way back').toEqual([`${s('bulk.restored', { n: 1 })} ${tProblem({ code: 'unavailable' })}`, t('app.retry')])
  expect(await act()).toEqual([s('bulk.restored', { n: 2 }), undefined])
  expect(sent.at(-1)).toEqual({ tickets: ['b'], patch: { status: 'in_progress' } })
})

test('a ticket that was changed since is left alone; one that the server could not change now is retried', async () => {
  const { said, act, sent } = await undone({ assigned_to: 'me' }, [ticket('a'), ticket('b'), ticket('c')], [{ b: 'conflict', c: 'unavailable' }])
  expect(said).toEqual([`${s('bulk.restored', { n: 1 })} ${s('bulk.left', { n: 1 })} ${tProblem({ code: 'unavailable' })}`, t('app.retry')])
  expect(await act()).toEqual([`${s('bulk.restored', { n: 2 })} ${s('bulk.left', { n: 1 })}`, undefined])
  expect(sent.at(-1)?.tickets).toEqual(['c'])
})
