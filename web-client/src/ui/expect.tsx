// Tells a customer what to expect after they have sent a message: the usual reply time and when the desk opens. Values that the server does
// not know are left out.

import { useEffect, useState } from 'preact/hooks'
import type { Client } from '../client/client.ts'
import type { Availability } from '../protocol/generated.ts'
import type { TicketView } from '../protocol/model.ts'
import { t } from '../locales/index.ts'
import { about, closedUntil } from '../locales/own-words.ts'
import { T } from '../testids.ts'

interface ExpectProps {
  readonly client: Client
  readonly availability: Client['rest']['availability']
  readonly ticket: TicketView
  /** The text that says where the customer will find the reply. */
  readonly back: 'expect.back' | 'expect.back_widget'
}

/** Shown while the customer waits for a reply and has no unsent messages. */
export function Expect({ client, availability, ticket, back }: ExpectProps) {
  const waits = ticket.waiting_since !== null
  const [now, setNow] = useState<Availability | null>(null)
  useEffect(() => {
    if (!waits) return
    let current = true
    void availability().then((result) => { if (current && result.ok) setNow(result.value) })
    return () => { current = false }
  }, [availability, waits])
  if (!waits || client.unsent.value.some((entry) => entry.ticket === ticket.id)) return null
  // The usual reply time does not apply while the desk is closed.
  const took = now?.open === true && now.first_answer_s !== null ? ` ${t('expect.took', { time: about(now.first_answer_s) })}` : ''
  return <p class="expect" dir="auto" data-testid={T.expect}>{now?.open === false && <strong>{closedUntil(now.opens_at)}</strong>}{t('expect.sent')}{took} {t(back)}</p>
}
