// The widget's rooms: the own tickets with the way to a new one; a ticket; a ticket being described. The latter two are fetched when wanted,
// and the list of tickets behind the first screen, which greets without it.

import { signal } from '@preact/signals'
import type { ComponentChildren, FunctionComponent } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import type { Auth } from '../../app/auth.ts'
import type { Bridge } from '../../app/bridge.ts'
import type { Desk } from '../../app/desk.ts'
import { createMemoryRouter } from '../../app/router.ts'
import { t } from '../../strings/index.ts'
import { T } from '../../testids.ts'
import { ConnectionBar } from '../../ui/connection-bar.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Skeleton } from '../../ui/plain.tsx'
import { Home } from './home.tsx'
import type { RoomProps } from './rooms.tsx'

/** Fetched once; until then the room shows its skeleton. */
const rooms = signal<FunctionComponent<RoomProps> | null>(null)
const fetchRooms = () => { void import('./rooms.tsx').then(({ Room }) => { rooms.value = Room }) }

/** A failed fetch is tried again: without it there is no list. */
const RETRY_MS = 3_000
const own = signal<typeof import('./list.tsx') | null>(null)
const fetchOwn = () => {
  void import('./list.tsx').then((list) => { own.value = list }, () => { setTimeout(fetchOwn, RETRY_MS) })
}
fetchOwn()

export function Widget({ desk, bridge }: { readonly desk: Desk; readonly bridge: Bridge }) {
  const list = own.value
  const tickets = useMemo(() => list?.createOwnTickets(desk, () => {}) ?? null, [desk, list])
  useEffect(() => () => tickets?.dispose(), [tickets])
  const router = useMemo(() => createMemoryRouter('/support'), [])
  const { rest } = router.place.value
  useEffect(() => tickets?.unread.subscribe((n) => bridge.unread(n)), [tickets, bridge])
  useEffect(() => { if (rest !== '' && rooms.peek() === null) fetchRooms() }, [rest])
  const Room = rooms.value
  const title = rest === '' ? t('widget.title') : rest === 'new' ? t('new.title') : rest
  return (
    <Shell title={title} onClose={bridge.close} onBack={rest === '' ? null : () => router.go('')} isLive={desk.live.value}>
      <ConnectionBar desk={desk} behind={null} />
      {rest === '' && <Home desk={desk} tickets={tickets} list={list?.List ?? null} router={router} />}
      {rest !== '' && (Room === null || tickets === null) && <Skeleton lines={5} />}
      {rest !== '' && Room !== null && tickets !== null && <Room key={rest} desk={desk} tickets={tickets} router={router} place={rest} />}
    </Shell>
  )
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
        {onBack !== null && <button type="button" class="quiet icon-button" aria-label={t('app.back')} data-testid={T.back} onClick={onBack}><Glyph name="back" /></button>}
        <h1 class="brand">{title}</h1>
        <button type="button" class="quiet icon-button" aria-label={t('app.close')} data-testid={T.widgetClose} onClick={onClose}><Glyph name="close" /></button>
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
        {state === 'failed' && <p class="problem" role="alert"><span>{t('problem.unreachable')}</span> <button type="button" class="quiet" onClick={() => auth?.retry()}>{t('app.retry')}</button></p>}
      </main>
    </Shell>
  )
}
