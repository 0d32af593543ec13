// Resolves a ticket after a "Send & resolve" reply has been stored. This code is loaded when such a reply is first sent.

import type { Saying } from '../../../client/notifications.ts'
import type { FollowOutcome, Queued } from '../../../client/client.ts'
import { mayPass } from '../../../client/paged-tickets.ts'
import { LIMITS, type Kind } from '../../../protocol/generated.ts'
import type { Problem } from '../../../protocol/model.ts'
import { isOver, wayBack } from '../../../protocol/words.ts'
import { t, tProblem } from '../../../locales/index.ts'
import { tell, told } from '../actions.ts'
import type { ConsoleContext } from '../context.ts'
import { s } from './strings.ts'

const RETRY_MS = 3_000

/**
 * If another person has caused an event of one of these kinds since the reply, the ticket is not resolved, because the agent has not seen
 * the event. The kinds for resolving and closing are left out, because a resolved or closed ticket is recognised by its status.
 */
const MOVES: readonly (Kind | 'unknown')[] = ['message_added', 'internal_note_added', 'status_changed', 'reopened', 'escalated', 'assigned', 'unassigned']

/**
 * Resolves the ticket after a "Send & resolve" reply has been stored. May be called twice for one reply. If another person has written in
 * the ticket or changed it since the reply, the ticket is not resolved and the agent is notified. The ticket is also not resolved if more
 * than one page of events has followed the reply.
 */
export async function resolveAnswered(context: ConsoleContext, { ticket: id, number, sent }: Queued): Promise<FollowOutcome> {
  const { rest } = context.client
  const open: Saying['action'] = { label: t('unsent.open'), run: () => context.go(number) }
  /**
   * Returned if the author of the reply has closed the page or signed out. Resolving the ticket is then retried by another tab of the
   * author, or by this browser when the author signs in again.
   */
  const left: FollowOutcome = { kind: 'later', ms: RETRY_MS }
  const failed = (problem: Problem): FollowOutcome => {
    if (context.client.isDisposed) return left
    if (mayPass(problem)) return { kind: 'later', ms: problem.retry_after_ms ?? RETRY_MS }
    tell(context, s('action.not_resolved', { number, reason: tProblem(problem) }), open)
    return { kind: 'done' }
  }
  const since = await rest.activity(id, { after: sent ?? 0 }, LIMITS.page_events)
  if (!since.ok) return failed(since.problem)
  if (context.client.isDisposed) return left
  const { events, head } = since.value
  const moves = events.filter(({ kind, actor }) => MOVES.includes(kind) && actor.type !== 'system' && actor.id !== context.client.identity.id)
  const isWhole = (events.at(-1)?.seq ?? sent ?? 0) >= head
  if (moves.length > 0 || !isWhole) {
    const isWritten = moves.some(({ kind, actor }) => kind === 'message_added' && actor.type === 'customer')
    tell(context, s(isWritten ? 'action.written_since' : 'action.moved_since', { number }), open)
    return { kind: 'done' }
  }
  const before = await rest.ticket(id)
  if (!before.ok) return failed(before.problem)
  if (context.client.isDisposed) return left
  if (before.value.side !== 'staff' || isOver(before.value.status)) return { kind: 'done' }
  const result = await rest.changeTicket(id, { status: 'resolved' })
  if (!result.ok) return failed(result.problem)
  context.inbox.take(result.value)
  context.now().store?.told(result.value)
  told(context, before.value, t('action.resolved', { number }), wayBack('resolved', before.value.status))
  return { kind: 'done' }
}
