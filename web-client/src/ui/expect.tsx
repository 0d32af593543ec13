// What a customer may expect once their message is with the desk: nothing is promised that is not known.

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
  /** Where the answer will be found. */
  readonly back: 'expect.back' | 'expect.back_widget'
}

/** Stands while the customer waits for an answer, and all that they wrote has arrived. */
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
  // How long answers take says nothing of the days on which there are none.
  const took = now?.open === true && now.first_answer_s !== null ? ` ${t('expect.took', { time: about(now.first_answer_s) })}` : ''
  return <p class="expect" dir="auto" data-testid={T.expect}>{now?.open === false && <strong>{closedUntil(now.opens_at)}</strong>}{t('expect.sent')}{took} {t(back)}</p>
}
