// The tab with the ticket's history, which can be narrowed to messages, notes or changes.

import { useState } from 'preact/hooks'
import type { TicketStore } from '../../client/ticket.ts'
import type { HistoryEvent } from '../../protocol/model.ts'
import type { Reader } from '../../timeline/view.ts'
import { word } from '../../protocol/narrow.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import type { NameById } from '../../ui/format.ts'
import { History } from '../../ui/history.tsx'

interface TabProps {
  readonly store: TicketStore
  readonly reader: Reader
  readonly nameById: NameById
}

const SHOWN = ['all', 'messages', 'notes', 'changes'] as const
type Shown = (typeof SHOWN)[number]

export function HistoryTab({ store, reader, nameById }: TabProps) {
  const [shown, setShown] = useState<Shown>('all')
  return (
    <>
      <label class="field">
        <span>{t('history.filter')}</span>
        <select value={shown} data-testid={T.historyFilter} onChange={(event) => setShown(word(SHOWN, event.currentTarget.value) ?? 'all')}>
          {SHOWN.map((one) => <option key={one} value={one}>{t(`history.${one}`)}</option>)}
        </select>
      </label>
      <History store={store} reader={reader} nameById={nameById} shows={(event) => belongs(event, shown)} />
    </>
  )
}

function belongs(event: HistoryEvent, shown: Shown): boolean {
  const isNote = event.kind === 'internal_note_added' || event.kind === 'note_edited' || event.kind === 'note_redacted' || event.kind === 'internal_attachment_checked'
  switch (shown) {
    case 'all': return true
    case 'notes': return isNote
    case 'messages': return event.message !== null && !isNote
    case 'changes': return event.message === null
  }
}
