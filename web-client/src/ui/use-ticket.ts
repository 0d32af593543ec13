// The store of the ticket that the address names, created and disposed as the address changes.

import { useEffect, useState } from 'preact/hooks'
import type { Client } from '../client/client.ts'
import { openTicket, type TicketListener, type TicketStore } from '../client/ticket.ts'

export function useTicket(client: Client, ref: string, listener: TicketListener): TicketStore | null {
  const [open, setOpen] = useState<{ readonly ref: string; readonly store: TicketStore } | null>(null)
  useEffect(() => {
    if (ref === '') return undefined
    const store = openTicket(client, ref, listener)
    setOpen({ ref, store })
    return () => store.dispose()
  }, [client, ref, listener])
  // While the address changes, do not show the old store under the new name.
  return open?.ref === ref ? open.store : null
}

/** Id of the open ticket; null if none is open yet. */
export function idOf(store: TicketStore | null): string | null {
  const opening = store?.opening.value
  return opening?.kind === 'open' ? opening.ticket.id : null
}

/** How many events the open ticket is still missing; null if it is up to date or none is open. */
export function behindOf(store: TicketStore | null): number | null {
  const timeline = store?.timeline.value
  if (timeline === undefined) return null
  if (timeline.syncing || timeline.hole) return timeline.position === null ? null : Math.max(0, timeline.head - timeline.position)
  return null
}
