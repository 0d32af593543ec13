// The store of the ticket that a place in the address bar names, for as long as it does.

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
  // Between two places the store of the one before is not shown under the name of the next.
  return open?.ref === ref ? open.store : null
}

/** The id of the ticket that is open; null: none is yet. */
export function idOf(store: TicketStore | null): string | null {
  const opening = store?.opening.value
  return opening?.kind === 'open' ? opening.ticket.id : null
}

/** How many rows the open ticket is known to lack; null: it is up to date, or there is none. */
export function behindOf(store: TicketStore | null): number | null {
  const timeline = store?.timeline.value
  if (timeline === undefined) return null
  if (timeline.syncing || timeline.hole) return timeline.position === null ? null : Math.max(0, timeline.head - timeline.position)
  return null
}
