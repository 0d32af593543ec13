// Shows the history of a ticket in words, newest first, without the messages.

import { useState } from 'preact/hooks'
import type { TicketStore } from '../client/ticket.ts'
import type { HistoryEvent } from '../protocol/model.ts'
import type { Reader } from '../timeline/view.ts'
import { dateTime } from '../locales/dates.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'
import { inWords, type NameById } from './format.ts'

/** How many rows are shown at first, and how many each click adds. A history may have ten thousand rows. */
const SHOWN_STEP = 200

interface HistoryProps {
  readonly store: TicketStore
  readonly reader: Reader
  readonly nameById: NameById
  readonly shows: (event: HistoryEvent) => boolean
}

export function History({ store, reader, nameById, shows }: HistoryProps) {
  const timeline = store.timeline.value
  const [shown, setShown] = useState(SHOWN_STEP)
  const all = timeline.events.filter(shows)
  const events = all.slice(-shown).toReversed()
  return (
    <div class="history" data-testid={T.history}>
      {events.length === 0 && <p class="muted">{t('timeline.empty_history')}</p>}
      <ol>
        {events.map((event) => (
          <li key={event.seq} data-testid={T.historyRow} data-kind={event.kind}>
            <span>{inWords(event, reader, nameById)}</span>
            <time dateTime={event.at} class="muted">{dateTime(event.at)}</time>
          </li>
        ))}
      </ol>
      {all.length > shown && <button type="button" class="link" onClick={() => setShown(shown + SHOWN_STEP)}>{t('timeline.older_history')}</button>}
      {all.length <= shown && timeline.more_before && <button type="button" class="link" disabled={store.loadingOlder.value} onClick={() => void store.loadOlder(true)}>{t('timeline.older_history')}</button>}
    </div>
  )
}
