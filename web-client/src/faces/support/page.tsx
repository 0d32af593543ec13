// The customer's page: own tickets on the left, the open one beside them.

import { useCallback, useEffect, useMemo } from 'preact/hooks'
import { createOwnTickets } from '../../app/own-tickets.ts'
import type { TicketView } from '../../protocol/model.ts'
import { t } from '../../strings.ts'
import { T } from '../../testids.ts'
import { ConnectionBar, Empty, TopBar } from '../../ui/frame.tsx'
import type { FaceProps } from '../../ui/mount.tsx'
import { behindOf, useTicket } from '../../ui/use-ticket.ts'
import { TicketList } from './list.tsx'
import { NewTicketForm } from './new-ticket.tsx'
import { OpenTicket } from './open-ticket.tsx'

export function SupportPage({ desk, router, onSignOut }: FaceProps) {
  const tickets = useMemo(() => createOwnTickets(desk), [desk])
  useEffect(() => () => tickets.dispose(), [tickets])
  const { rest } = router.place.value
  const ref = rest === 'new' ? '' : rest
  const onTicket = useCallback((ticket: TicketView) => {
    tickets.setOpen(ticket.id)
    tickets.take(ticket)
  }, [tickets])
  const store = useTicket(desk, ref, onTicket)
  useEffect(() => {
    if (ref === '') tickets.setOpen(null)
    document.title = t('app.tab', { page: ref === '' ? t('app.support') : ref })
  }, [ref, tickets])

  return (
    <div class={`page ${rest === '' ? 'at-list' : 'at-ticket'}`} data-testid={T.page} data-live={desk.live.value}>
      <TopBar title={t('app.support')} home="/support" identity={desk.identity} onHome={() => router.go('')} onSignOut={onSignOut} />
      <ConnectionBar desk={desk} behind={behindOf(store)} />
      <div class="columns">
        <TicketList tickets={tickets} router={router} open={ref} />
        <main class="main">
          {rest === 'new' && <NewTicketForm desk={desk} onCreated={(number) => { tickets.pick('active'); void tickets.reload(); router.go(number) }} onCancel={() => router.go('')} />}
          {rest === '' && <Empty>{t('list.pick')}</Empty>}
          {store !== null && ref !== '' && <OpenTicket key={ref} desk={desk} store={store} onBack={() => router.go('')} />}
        </main>
      </div>
    </div>
  )
}
