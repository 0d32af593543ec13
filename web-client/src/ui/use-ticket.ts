// Provides the store of the ticket named in the page's address. Creates a new store, and disposes the old one, when the address changes.

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
  // When the address has just changed, the store may still be of the previous ticket. Return no store in that case.
  return open?.ref === ref ? open.store : null
}

/** The id of the open ticket, or null if no ticket has been loaded. */
export function idOf(store: TicketStore | null): string | null {
  const opening = store?.opening.value
  return opening?.kind === 'open' ? opening.ticket.id : null
}

/** How many events the open ticket still has to fetch. Null if the ticket is up to date, or if no ticket is open. */
export function behindOf(store: TicketStore | null): number | null {
  const timeline = store?.timeline.value
  if (timeline === undefined) return null
  if (timeline.syncing || timeline.hole) return timeline.position === null ? null : Math.max(0, timeline.head - timeline.position)
  return null
}
