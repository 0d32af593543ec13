// The panel next to the messages, with tabs for the ticket's fields, its customer, and its history.

import { useId, useState } from 'preact/hooks'
import type { TicketStore } from '../../client/ticket.ts'
import type { StaffView } from '../../protocol/model.ts'
import type { Reader } from '../../timeline/view.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { arrows } from '../../ui/arrows.ts'
import { lazy } from '../../ui/lazy.tsx'
import type { NameById } from '../../ui/format.ts'
import type { ConsoleContext } from './context.ts'

interface PanelProps {
  readonly context: ConsoleContext
  readonly ticket: StaffView
  readonly store: TicketStore
  readonly reader: Reader
  readonly nameById: NameById
}

const PANELS = ['details', 'customer', 'files', 'history'] as const
type PanelName = (typeof PANELS)[number]

const History = lazy(async () => (await import('./history-tab.tsx')).HistoryTab)
const Details = lazy(async () => (await import('./details.tsx')).Details)
const TicketFiles = lazy(async () => (await import('../../ui/ticket-files.tsx')).TicketFiles)
const Customer = lazy(async () => (await import('./customer/customer.tsx')).Customer)

export function Panel({ context, ticket, store, reader, nameById }: PanelProps) {
  const [panel, setPanel] = useState<PanelName>('details')
  const id = useId()
  const panels = context.client.files.isOffered.value ? PANELS : PANELS.filter((one) => one !== 'files')
  return (
    <aside class="details" aria-label={t('panel.label')} data-testid={T.details}>
      <div class="tabs panel-tabs" role="tablist" tabIndex={-1} aria-label={t('panel.label')} onKeyDown={arrows}>
        {panels.map((one) => <button key={one} type="button" role="tab" class="tab" id={`${id}-${one}`} aria-selected={panel === one} aria-controls={id} tabIndex={panel === one ? 0 : -1} data-testid={T.panelTab} data-panel={one} onClick={() => setPanel(one)}>{t(`panel.${one}`)}</button>)}
      </div>
      <div role="tabpanel" id={id} aria-labelledby={`${id}-${panel}`}>
        {panel === 'details' && <Details ticket={ticket} store={store} agents={context.team.agents.value} me={context.client.identity.id} />}
        {panel === 'customer' && <Customer context={context} ticket={ticket} />}
        {panel === 'files' && <TicketFiles store={store} ticket={ticket.id} previews />}
        {panel === 'history' && <History store={store} reader={reader} nameById={nameById} />}
      </div>
    </aside>
  )
}
