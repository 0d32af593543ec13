// Switches between the widget's two views: the first screen and a ticket. The code for tickets is loaded only for people who have a ticket.

import type { ComponentChildren } from 'preact'
import { useSignal, type ReadonlySignal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { Auth } from '../../client/auth.ts'
import type { Bridge, Wish } from '../../client/bridge.ts'
import { createFirstMessage } from '../../client/first-message.ts'
import { keptPlace } from '../../client/kept-place.ts'
import { createMemoryRouter } from '../../client/memory-router.ts'
import type { Person } from '../../client/person.ts'
import '../../locales/widget.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { lazy } from '../../ui/lazy.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Ask, Sent } from './ask.tsx'
import { WidgetIcon } from './widget-icon.tsx'
import { Home } from './home.tsx'
import { look } from './look.ts'
import type { Joined } from './talk.tsx'

/** Loaded after the first screen. */
const loadAsk = () => import('./ask-files.tsx')
const AskFiles = lazy(async () => (await loadAsk()).AskFiles, 0)

interface WidgetProps {
  readonly person: Person<Joined>
  readonly bridge: Bridge
  /** What the host page has asked to show, in order. Each request is removed once it has been carried out. */
  readonly wishes: Signal<readonly Wish[]>
  /** How many times the person has opened the widget. */
  readonly openings: ReadonlySignal<number>
}

export function Widget({ person, bridge, wishes, openings }: WidgetProps) {
  const [joined, stand] = [person.joined.value, person.stand.value]
  const own = joined?.own.value ?? null
  const { id, name } = person.identity
  const place = useMemo(() => keptPlace(id), [id])
  const router = useMemo(() => createMemoryRouter('/support', place.now().rest), [place])
  const first = useMemo(() => createFirstMessage(id, async (draft) => (await loadAsk()).sendFirst(person.rest, id, draft)), [person, id])
  const wanted = useSignal(0)
  const state = first.state.value
  const { rest } = router.place.value

  useEffect(() => () => first.dispose(), [first])
  useEffect(() => (stand === 'new' ? bridge.unread(0) : own?.onUnread(bridge.unread)), [stand, own, bridge])
  useEffect(() => joined?.onNews(bridge.message), [joined, bridge])
  useEffect(() => { if (rest === '') joined?.wantOwn() }, [rest, joined])
  useEffect(() => {
    place.keep({ rest })
    bridge.place(rest !== '')
  }, [place, bridge, rest])
  useEffect(() => {
    if (own === null) return
    own.tickets.pick(place.now().tab)
    return own.tickets.tab.subscribe((tab) => place.keep({ tab }))
  }, [own, place])
  // Focus the text box when the person opens the widget. Not on touch screens, where the on-screen keyboard would cover the screen.
  useEffect(() => openings.subscribe((n) => { if (n > 0 && matchMedia('(pointer: fine)').matches) wanted.value++ }), [openings, wanted])
  useEffect(() => wishes.subscribe((all) => {
    if (!all[0]) return
    wishes.value = []
    for (const one of all) {
      // The page learns the view by message, so a quick second "back" can arrive when the first has already led to the first screen.
      if (one.kind === 'back' && router.place.peek().rest === '') {
        bridge.close()
        continue
      }
      router.go(one.kind === 'go' ? one.ticket : '')
      if (one.kind !== 'write') continue
      first.offer(one.text)
      wanted.value++
    }
  }), [wishes, router, first, wanted, bridge])

  const send = async () => {
    const number = await first.send()
    if (number === null) return
    bridge.ticket(number)
    own?.tickets.pick('active')
    own?.tickets.reload()
    person.opened()
    // Open the new ticket, unless the person has opened another ticket while the message was being sent.
    if (router.place.peek().rest === '') router.go(number)
  }
  const sent = state.kind === 'sending' || (state.kind === 'sent' && state.number === rest) ? <Sent text={state.text} isDone={state.kind === 'sent'} /> : null
  return (
    <Shell title={rest === '' ? null : rest} onClose={bridge.close} onBack={rest === '' ? null : () => router.go('')} isLive={joined === null ? stand === 'new' : joined.client.live.value}>
      {joined !== null && <joined.Bar />}
      {rest === '' && (sent ?? (
        <Home name={name} rest={person.rest} place={place} ask={<Ask first={first} files={<AskFiles first={first} user={id} rest={person.rest} joined={joined?.client.files} />} onSend={() => void send()} wanted={wanted.value} />}>
          {own !== null ? <own.List router={router} /> : stand === 'new' ? null : <OnItsWay person={person} />}
        </Home>
      ))}
      {rest !== '' && (joined === null ? (sent !== null && stand !== 'failed' ? sent : <main><OnItsWay person={person} /></main>) : <joined.Room key={rest} place={rest} meanwhile={sent} />)}
    </Shell>
  )
}

/** The placeholder while the client is loading. A failed load is retried automatically; the button retries at once. */
function OnItsWay({ person }: { readonly person: Person<Joined> }) {
  return person.stand.value === 'failed' ? <Unreachable sentence={t('problem.unreachable')} onRetry={person.join} /> : <Skeleton lines={4} />
}

function Unreachable({ sentence, onRetry }: { readonly sentence: string; readonly onRetry: () => void }) {
  return <p class="problem" role="alert" data-testid={T.problem}><span>{sentence}</span> <button type="button" class="quiet" onClick={onRetry}>{t('app.retry')}</button></p>
}

interface ShellProps {
  /** The title of the view. Null on the first screen, which shows the team's name. */
  readonly title: string | null
  readonly onClose: () => void
  readonly onBack: (() => void) | null
  readonly isLive: boolean
  readonly children: ComponentChildren
}

function Shell({ title, onClose, onBack, isLive, children }: ShellProps) {
  const { logo, teamName } = look.value
  return (
    <div class={`page widget ${title === null ? 'at-home' : ''}`} data-testid={T.page} data-live={isLive}>
      <header class="widget-top">
        {onBack !== null && <button type="button" class="quiet icon-button" aria-label={t('app.back')} data-testid={T.back} onClick={onBack}><WidgetIcon name="back" /></button>}
        {title === null && logo !== null && <img class="logo" src={logo} alt="" data-testid={T.widgetLogo} />}
        <h1 data-testid={T.widgetTeam}><bdi>{title ?? teamName ?? t('widget.title')}</bdi></h1>
        <button type="button" class="quiet icon-button" aria-label={t('app.close')} data-testid={T.widgetClose} onClick={onClose}><WidgetIcon name="close" /></button>
      </header>
      {children}
    </div>
  )
}

/** Shown until it is known who is signed in, or instead of the widget if the visitor cannot use it. */
export function Gate({ auth, onClose }: { readonly auth: Auth | null; readonly onClose: () => void }) {
  const state = auth?.state.value.kind ?? 'working'
  return (
    <Shell title={null} onClose={onClose} onBack={null} isLive={false}>
      <main class="widget-body">
        {state === 'working' && <Skeleton lines={4} />}
        {state === 'out' && <p class="empty" data-testid={T.signedOut}>{t('widget.signed_out')}</p>}
        {(state === 'failed' || state === 'blocked') && <Unreachable sentence={t(state === 'failed' ? 'problem.unreachable' : 'problem.blocked')} onRetry={() => auth?.retry()} />}
      </main>
    </Shell>
  )
}
