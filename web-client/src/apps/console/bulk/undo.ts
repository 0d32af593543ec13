// Says what was done to many tickets, with a way to undo it.

import { changedBy, undoOf } from '../../../client/bulk-undo.ts'
import type { Client } from '../../../client/client.ts'
import type { Inbox } from '../../../client/inbox.ts'
import { say } from '../../../client/notifications.ts'
import type { createTeam } from '../../../client/team.ts'
import type { TicketPatch } from '../../../protocol/generated.ts'
import type { StaffView } from '../../../protocol/model.ts'
import { sentencesCame, t } from '../../../locales/index.ts'
import { s } from './strings.ts'

/** What of the console it needs. */
interface Parts {
  readonly client: Pick<Client, 'identity' | 'isDisposed'>
  readonly rest: Pick<ReturnType<typeof createTeam>, 'bulk'>
  readonly inbox: Pick<Inbox, 'reload'>
  /** A ticket as it is, as far as is known. */
  readonly now: (id: string) => StaffView | undefined
}

export async function changedMany({ client, rest, inbox, now }: Parts, patch: TicketPatch, before: readonly StaffView[]): Promise<void> {
  await sentencesCame()
  // To this person, as long as they sit here.
  const tell = (...said: Parameters<typeof say>) => { if (!client.isDisposed) say(...said) }
  const changed = changedBy(patch, before, client.identity.id)
  const undo = async () => {
    const restored = new Set<string>()
    for (const step of undoOf(patch, changed, now)) {
      const result = await rest.bulk(step)
      for (const { id, ok } of result.ok ? result.value : step.tickets.map((id) => ({ id, ok: false }))) {
        if (ok) restored.add(id)
        else restored.delete(id)
      }
    }
    const left = changed.length - restored.size
    tell(`${s('bulk.restored', { n: restored.size })}${left > 0 ? ` ${s('bulk.left', { n: left })}` : ''}`)
    inbox.reload()
  }
  tell(s('bulk.changed', { n: before.length }), changed.length === 0 ? null : { label: t('action.undo'), key: 'z', run: () => void undo() })
}
