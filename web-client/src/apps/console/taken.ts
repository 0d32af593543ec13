// Texts and retry of a change that was refused because a colleague has taken the ticket (become its assignee) first.

import type { Insisting } from '../../client/ticket.ts'
import type { TicketPatch } from '../../protocol/generated.ts'
import type { Problem } from '../../protocol/model.ts'
import { t } from '../../locales/index.ts'

interface Refused {
  readonly problem: Problem
  readonly patch: TicketPatch | null
}

/**
 * Returns a sentence that names the ticket's current assignee, and the label of a button that makes the change anyway. Undefined if the
 * change was refused for another reason.
 */
export function taken({ problem, patch }: Refused): { readonly sentence: string; readonly retry: string } | undefined {
  if (problem.code !== 'conflict' || patch?.if_assigned_to === undefined) return undefined
  const isForMe = patch.assigned_to === 'me'
  const retry = isForMe ? t('taken.take_over') : t('taken.anyway')
  const holder = problem.assigned_to ?? null
  if (holder === null) return { sentence: t('taken.nobody'), retry }
  const name = holder.name ?? t('app.someone')
  return { sentence: isForMe ? t('taken.before_you', { name }) : t('taken.meanwhile', { name }), retry }
}

/** Returns the patch for "do it anyway": the refused patch, on the condition that the assignee is still the person named in the refusal. */
export const insisting: Insisting = (patch, { code, assigned_to }) =>
  code === 'conflict' && patch.if_assigned_to !== undefined ? { ...patch, if_assigned_to: assigned_to?.id ?? 'nobody' } : patch
