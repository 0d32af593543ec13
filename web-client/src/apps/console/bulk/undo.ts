// After a bulk change, shows a notification that offers to undo it.

import { changedBy, undoOf } from '../../../client/bulk-undo.ts'
import type { Client } from '../../../client/client.ts'
import type { Inbox } from '../../../client/inbox.ts'
import { say } from '../../../client/notifications.ts'
import type { createTeam } from '../../../client/team.ts'
import type { BulkPatch, RejectCode, TicketPatch } from '../../../protocol/generated.ts'
import type { StaffView } from '../../../protocol/model.ts'
import { sentencesCame, t, tProblem, type Refused } from '../../../locales/index.ts'
import { s } from './strings.ts'

/**
 * Refusals which mean that a ticket has changed since the bulk change. Undo does not retry these tickets. Any other refusal may be retried.
 */
const CHANGED_SINCE: readonly (RejectCode | undefined)[] = ['conflict', 'invalid_transition', 'ticket_archived', 'not_found']

/** The parts of the console that undo needs. */
interface Parts {
  readonly client: Pick<Client, 'identity' | 'isDisposed'>
  readonly rest: Pick<ReturnType<typeof createTeam>, 'bulk'>
  readonly inbox: Pick<Inbox, 'reload'>
  /** Returns the ticket as this client last saw it, or undefined if the client has never loaded it. */
  readonly now: (id: string) => StaffView | undefined
}

export async function changedMany({ client, rest, inbox, now }: Parts, patch: TicketPatch, before: readonly StaffView[]): Promise<void> {
  await sentencesCame()
  // Show no notification if the person who made the change has signed out.
  const tell = (...said: Parameters<typeof say>) => { if (!client.isDisposed) say(...said) }
  const changed = changedBy(patch, before, client.identity.id)
  const restored = new Set<string>()
  const undo = async (steps: readonly BulkPatch[]) => {
    let why: Refused | null = null
    const later: BulkPatch[] = []
    for (const [at, step] of steps.entries()) {
      const result = await rest.bulk(step)
      if (!result.ok) {
        why = result.problem
        later.push(...steps.slice(at))
        break
      }
      for (const { id, ok } of result.value) restored[ok ? 'add' : 'delete'](id)
      const failed = result.value.filter(({ ok, code }) => !ok && !CHANGED_SINCE.includes(code))
      if (failed.length === 0) continue
      why = { code: failed[0]?.code ?? 'unknown' }
      later.push({ ...step, tickets: failed.map(({ id }) => id) }, ...steps.slice(at + 1))
      break
    }
    const isLater = (id: string) => later.some(({ tickets }) => tickets.includes(id))
    const back = [...restored].filter((id) => !isLater(id)).length
    const left = changed.filter(({ id }) => !restored.has(id) && !isLater(id)).length
    const sentences = [
      why === null || back > 0 ? s('bulk.restored', { n: back }) : '',
      left > 0 ? s('bulk.left', { n: left }) : '',
      why === null ? '' : tProblem(why),
    ]
    tell(sentences.filter((one) => one !== '').join(' '), why === null ? null : { label: t('app.retry'), run: () => void undo(later) })
    inbox.reload()
  }
  tell(s('bulk.changed', { n: changed.length }), changed.length === 0 ? null : { label: t('action.undo'), key: 'z', run: () => void undo(undoOf(patch, changed, now)) })
}
