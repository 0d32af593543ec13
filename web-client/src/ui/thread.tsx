// The history of the open ticket as people read it.

import { Fragment } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { writeDraft } from '../app/drafts.ts'
import type { TicketStore } from '../app/ticket.ts'
import { items, type Item, type Reader } from '../timeline/view.ts'
import { day, t } from '../strings.ts'
import { T } from '../testids.ts'
import { Skeleton } from './frame.tsx'
import { ActivityLine, Message, PendingMessage, type PendingActions } from './message.tsx'
import { nameOf, type NameById } from './words.ts'

interface ThreadProps {
  readonly store: TicketStore
  readonly ticket: string
  readonly reader: Reader
  readonly nameById: NameById
}

/** This near to the end counts as being there. */
const END_PX = 80
const GROUP_MS = 5 * 60_000

export function Thread({ store, ticket, reader, nameById }: ThreadProps) {
  const timeline = store.timeline.value
  const shown = useMemo(() => items(timeline, reader), [timeline, reader])
  const scroller = useThreadScroll(store, shown, timeline.position)
  const actions: PendingActions = {
    onRetry: (key) => store.retry(key, 'as_written'),
    onInsist: (key) => store.retry(key, 'insist'),
    onRewrite: (key) => {
      const entry = store.discard(key)
      if (entry !== null) writeDraft(ticket, entry.internal ? 'note' : 'message', entry.body, timeline.position ?? 0)
    },
    onDiscard: (key) => void store.discard(key),
  }
  return (
    <div class="thread" ref={scroller} data-testid={T.thread} data-position={timeline.position ?? ''} role="log" aria-label={t('thread.label')} tabIndex={0}>
      {timeline.more_before && (
        <button type="button" class="quiet older" data-testid={T.threadOlder} disabled={store.loadingOlder.value} onClick={() => void store.loadOlder()}>
          {t('thread.older')}
        </button>
      )}
      {timeline.position === null && <Skeleton lines={3} />}
      {timeline.position !== null && shown.length === 0 && <p class="empty">{t('thread.empty')}</p>}
      {shown.map((item, index) => {
        const before = shown[index - 1]
        const opensDay = before === undefined || day(atOf(before)) !== day(atOf(item))
        return (
          <Fragment key={item.id}>
            {opensDay && <p class="day"><span>{day(atOf(item))}</span></p>}
            <One item={item} reader={reader} nameById={nameById} grouped={!opensDay && isGrouped(before, item)} actions={actions} />
          </Fragment>
        )
      })}
      <Typing store={store} reader={reader} />
    </div>
  )
}

interface OneProps {
  readonly item: Item
  readonly reader: Reader
  readonly nameById: NameById
  readonly grouped: boolean
  readonly actions: PendingActions
}

function One({ item, reader, nameById, grouped, actions }: OneProps) {
  switch (item.kind) {
    case 'message': return <Message item={item} reader={reader} grouped={grouped} />
    case 'pending': return <PendingMessage pending={item.pending} grouped={grouped} {...actions} />
    case 'activity': return <ActivityLine item={item} reader={reader} nameById={nameById} />
  }
}

function Typing({ store, reader }: { readonly store: TicketStore; readonly reader: Reader }) {
  const typing = store.typing.value
  return (
    <p class="typing" data-testid={T.typing} aria-live="polite">
      {typing.map(({ person, internal }) => t(internal ? 'thread.typing_note' : 'thread.typing', { who: nameOf(person, reader) })).join(' ')}
    </p>
  )
}

function atOf(item: Item): string {
  return item.kind === 'pending' ? item.pending.at : item.event.at
}

function authorOf(item: Item): string | null {
  switch (item.kind) {
    case 'message': return item.mine ? 'mine' : `${item.event.actor.type}/${item.event.actor.id ?? item.event.actor.name ?? ''}`
    case 'pending': return 'mine'
    case 'activity': return null
  }
}

function isGrouped(before: Item | undefined, item: Item): boolean {
  const author = authorOf(item)
  return before !== undefined && author !== null && author === authorOf(before) && Date.parse(atOf(item)) - Date.parse(atOf(before)) < GROUP_MS
}

/** Stays at the end for whoever is there, and stays put for whoever reads further up, also when earlier rows come in above. */
function useThreadScroll(store: TicketStore, shown: readonly Item[], position: number | null) {
  const scroller = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const before = useRef({ height: 0, first: '' })
  const first = shown[0]?.id ?? ''

  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    const grew = element.scrollHeight - before.current.height
    if (atEnd.current) element.scrollTop = element.scrollHeight
    else if (first !== before.current.first) element.scrollTop += grew
    before.current = { height: element.scrollHeight, first }
  }, [shown, first])

  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    const saw = () => { if (atEnd.current && document.visibilityState === 'visible' && position !== null) store.sawEnd() }
    const scrolled = () => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX
      saw()
    }
    // The composer and the window change the room there is.
    const resized = new ResizeObserver(() => { if (atEnd.current) element.scrollTop = element.scrollHeight })
    saw()
    resized.observe(element)
    element.addEventListener('scroll', scrolled, { passive: true })
    document.addEventListener('visibilitychange', saw)
    return () => {
      resized.disconnect()
      element.removeEventListener('scroll', scrolled)
      document.removeEventListener('visibilitychange', saw)
    }
  }, [store, position])
  return scroller
}
