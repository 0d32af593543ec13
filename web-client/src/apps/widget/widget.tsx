// The widget's rooms: the own tickets with the way to a new one; a ticket being described; a ticket. What shows tickets is fetched for those
// who have one.

import type { ComponentChildren } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import type { Auth } from '../../client/auth.ts'
import type { Bridge } from '../../client/bridge.ts'
import { createMemoryRouter } from '../../client/memory-router.ts'
import type { Person } from '../../client/person.ts'
import '../../locales/form.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { Icon } from '../../ui/icon.tsx'
import { NewTicketForm } from '../../ui/new-ticket.tsx'
import { Skeleton } from '../../ui/feedback.tsx'
import { Home } from './home.tsx'
import type { Joined } from './talk.tsx'

export function Widget({ person, bridge }: { readonly person: Person<Joined>; readonly bridge: Bridge }) {
  const [joined, stand] = [person.joined.value, person.stand.value]
  const own = joined?.own.value ?? null
  const router = useMemo(() => createMemoryRouter('/support'), [])
  const { rest } = router.place.value
  useEffect(() => own?.tickets.unread.subscribe((n) => bridge.unread(n)), [own, bridge])
  useEffect(() => { if (rest === '' || rest === 'new') joined?.wantOwn() }, [rest, joined])
  const created = (number: string) => {
    own?.tickets.pick('active')
    own?.tickets.reload()
    person.opened()
    router.go(number)
  }
  const title = rest === '' ? t('widget.title') : rest === 'new' ? t('new.title') : rest
  return (
    <Shell title={title} onClose={bridge.close} onBack={rest === '' ? null : () => router.go('')} isLive={joined === null ? stand === 'new' : joined.client.live.value}>
      {joined !== null && <joined.Bar />}
      {rest === '' && <Home rest={person.rest} router={router}>{own !== null ? <own.List router={router} /> : stand === 'new' ? <NoTickets /> : <OnItsWay person={person} />}</Home>}
      {rest === 'new' && <main class="widget-body"><NewTicketForm client={person} onCreated={created} onCancel={() => router.go('')} /></main>}
      {rest !== '' && rest !== 'new' && (joined === null ? <OnItsWay person={person} /> : <joined.Room key={rest} place={rest} />)}
    </Shell>
  )
}

function NoTickets() {
  return (
    <>
      <div class="widget-list-head"><h2>{t('widget.yours')}</h2></div>
      <p class="empty" data-testid={T.listEmpty}>{t('widget.empty')}</p>
    </>
  )
}

/** What could not be fetched is tried again by itself too. */
function OnItsWay({ person }: { readonly person: Person<Joined> }) {
  return person.stand.value === 'failed' ? <Unreachable sentence={t('problem.unreachable')} onRetry={person.join} /> : <Skeleton lines={4} />
}

function Unreachable({ sentence, onRetry }: { readonly sentence: string; readonly onRetry: () => void }) {
  return <p class="problem" role="alert" data-testid={T.problem}><span>{sentence}</span> <button type="button" class="quiet" onClick={onRetry}>{t('app.retry')}</button></p>
}

interface ShellProps {
  readonly title: string
  readonly onClose: () => void
  readonly onBack: (() => void) | null
  readonly isLive: boolean
  readonly children: ComponentChildren
}

function Shell({ title, onClose, onBack, isLive, children }: ShellProps) {
  return (
    <div class="page widget" data-testid={T.page} data-live={isLive}>
      <header class="top">
        {onBack !== null && <button type="button" class="quiet icon-button" aria-label={t('app.back')} data-testid={T.back} onClick={onBack}><Icon name="back" /></button>}
        <h1 class="brand">{title}</h1>
        <button type="button" class="quiet icon-button" aria-label={t('app.close')} data-testid={T.widgetClose} onClick={onClose}><Icon name="close" /></button>
      </header>
      {children}
    </div>
  )
}

/** Before it is known who sits here. */
export function Gate({ auth, onClose }: { readonly auth: Auth | null; readonly onClose: () => void }) {
  const state = auth?.state.value.kind ?? 'working'
  return (
    <Shell title={t('widget.title')} onClose={onClose} onBack={null} isLive={false}>
      <main class="widget-body">
        {state === 'working' && <Skeleton lines={4} />}
        {state === 'out' && <p class="empty" data-testid={T.signedOut}>{t('widget.signed_out')}</p>}
        {(state === 'failed' || state === 'blocked') && <Unreachable sentence={t(state === 'failed' ? 'problem.unreachable' : 'problem.blocked')} onRetry={() => auth?.retry()} />}
      </main>
    </Shell>
  )
}
