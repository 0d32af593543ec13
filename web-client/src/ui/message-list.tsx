// Renders the history of the open ticket, with its messages.

import type { Signal } from '@preact/signals'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { returnToDraft } from '../client/drafts.ts'
import { isVisible, isUnfolded } from '../client/visibility.ts'
import type { TicketStore } from '../client/ticket.ts'
import { atOf, rows, type Row } from './rows.ts'
import type { Reader } from '../timeline/view.ts'
import { dayKey } from '../locales/dates.ts'
import { t } from '../locales/index.ts'
import { dayHeading } from '../locales/times.ts'
import { T } from '../testids.ts'
import type { Wanted } from './composer.tsx'
import { newestSeq, othersAfter, useFlood } from './flood.ts'
import { Skeleton } from './skeleton.tsx'
import { Icon } from './icon.tsx'
import { ActivityLine, Message, PendingMessage, type PendingActions } from './message.tsx'
import { returnFiles, undoSend } from './undo-send.ts'
import { useVirtual } from './virtual.ts'
import { nameOf, type NameById } from './format.ts'

interface MessageListProps {
  readonly store: TicketStore
  readonly ticket: string
  readonly reader: Reader
  readonly nameById: NameById
  /** Set when an unsent message is moved back into the composer, to focus the composer. */
  readonly wanted: Signal<Wanted | null>
}

/** The rows before the first loaded row are fetched when the reader is less than this many pixels from the top of the loaded rows. */
const OLDER_PX = 600

export function MessageList({ store, ticket, reader, nameById, wanted }: MessageListProps) {
  const timeline = store.timeline.value
  const readAt = store.readAtOpening
  // The row "new" is placed before the messages that were unread when the ticket was opened. Messages that arrive later do not move it.
  const upTo = useRef<number | null>(null)
  upTo.current ??= timeline.position
  const [opened, head] = [readAt, upTo.current]
  const shown = useMemo(() => rows(timeline, reader, dayKey, opened === null || head === null ? null : { after: opened, upTo: head }), [timeline, reader, opened, head])
  const ids = useMemo(() => shown.map((row) => row.id), [shown])
  const { scroller, window: view, isAtEnd, toEnd } = useVirtual(ids)
  // `isRead` becomes true one render after the first page of messages is shown, so that a screen reader does not read out that whole page.
  const [isRead, setRead] = useState(false)
  const hasPage = timeline.position !== null
  useEffect(() => setRead(hasPage), [hasPage])
  const isLive = isAtEnd && isRead
  const { isFlood, told } = useFlood(shown, isLive)
  const missed = useMissed(shown, isAtEnd)
  useSeen(store, isAtEnd, timeline.position)
  useOlder(store, scroller, timeline.more_before, timeline.events[0]?.seq ?? 0)
  const actions = useMemo((): PendingActions => ({
    onRetry: (key) => store.retry(key, 'as_written'),
    onInsist: (key) => store.retry(key, 'insist'),
    onRewrite: (key) => {
      const entry = store.queued(key)
      if (entry === null) return
      const mode = entry.internal ? 'note' : 'message'
      // Discard the queued message only after its text is in the draft again, so that the text is always stored.
      const position = store.timeline.peek().position ?? 0
      returnToDraft(ticket, mode, entry.body, position)
      returnFiles(store.files, ticket, mode, entry, position)
      store.discard(key)
      wanted.value = { ticket, mode }
    },
    onDiscard: (key) => {
      const files = store.discard(key)?.files ?? []
      if (files.length > 0) void store.files.load().then(({ drop }) => drop(files), () => {})
    },
    onUndo: (key) => undoSend(store, ticket, wanted, key),
  }), [store, ticket, wanted])
  return (
    <div class="timeline-frame">
      {/* A screen reader reads out only new messages. The first page, and rows that scrolling adds, are excluded. */}
      <div class="timeline" ref={scroller} data-testid={T.timeline} data-position={timeline.position ?? ''} role="log" aria-live={isLive && !isFlood ? 'polite' : 'off'} aria-label={t('timeline.label')} tabIndex={0}>
        {timeline.more_before && (
          <button type="button" class="quiet older" data-testid={T.timelineOlder} disabled={store.loadingOlder.value} onClick={() => void store.loadOlder(true)}>
            {t(store.loadingOlder.value ? 'timeline.loading_older' : 'timeline.older')}
          </button>
        )}
        {timeline.position === null && <Skeleton lines={3} />}
        {timeline.position !== null && shown.length === 0 && !timeline.more_before && <p class="empty">{t('timeline.empty')}</p>}
        <div class="rows" style={{ paddingBlockStart: `${view.before_px}px`, paddingBlockEnd: `${view.after_px}px` }}>
          {shown.slice(view.from, view.to).map((row) => (
            <div key={row.id} class="slot" data-row={row.id} data-fleeting={row.kind === 'item' ? undefined : ''} data-fresh={isFresh(row) ? '' : undefined} aria-live={isOwn(row) ? 'off' : undefined}><One store={store} row={row} reader={reader} nameById={nameById} actions={actions} /></div>
          ))}
        </div>
        <Typing store={store} reader={reader} at={timeline.position} />
      </div>
      <p class="hidden" role="status" data-testid={T.timelineTold}>{told}</p>
      {!isAtEnd && (
        <button type="button" class="latest" data-testid={T.timelineLatest} onClick={toEnd}>
          <Icon name="down" />{missed > 0 ? t('timeline.latest_n', { n: missed }) : <span class="hidden">{t('timeline.latest')}</span>}
        </button>
      )}
    </div>
  )
}

const FRESH_MS = 3_000

/** Whether the row was created within the last `FRESH_MS`. Such a row appears with an animation. */
function isFresh(row: Row): boolean {
  return row.kind === 'item' && Math.abs(Date.now() - Date.parse(atOf(row.item))) < FRESH_MS
}

/** Whether the row is the reader's own message, sent or unsent. Screen readers do not read out such a row. */
function isOwn(row: Row): boolean {
  return row.kind === 'item' && (row.item.kind === 'pending' || (row.item.kind === 'message' && row.item.mine))
}

interface OneProps {
  readonly store: TicketStore
  readonly row: Row
  readonly reader: Reader
  readonly nameById: NameById
  readonly actions: PendingActions
}

function One({ store, row, reader, nameById, actions }: OneProps) {
  switch (row.kind) {
    case 'day': return <p class="day"><span>{dayHeading(row.at, Date.now())}</span></p>
    case 'new': return <p class="new-mark" data-testid={T.timelineNew}><span>{t('timeline.new')}</span></p>
    case 'item': {
      const { item, grouped } = row
      switch (item.kind) {
        // Call the component as a function instead of using JSX, so that a message keeps its element when it goes from pending to stored. A
        // screen reader would read out a new element again.
        case 'message': return Message({ store, item, reader, grouped })
        case 'pending': return PendingMessage({ store, pending: item.pending, grouped, ...actions })
        case 'activity': return <ActivityLine item={item} reader={reader} nameById={nameById} />
      }
    }
  }
}

/** Shows who is typing. Screen readers read this once, and again only after the history's position (`at`) has changed. */
function Typing({ store, reader, at }: { readonly store: TicketStore; readonly reader: Reader; readonly at: number | null }) {
  const told = useRef<number | null>(null)
  const text = store.typing.value.map(({ person, internal }) => t(internal ? 'timeline.typing_note' : 'timeline.typing', { who: nameOf(person, reader) })).join(' ')
  useEffect(() => (text === '' ? undefined : () => { told.current = at }), [text, at])
  return <p class="typing" aria-live={told.current === at ? 'off' : undefined} data-testid={T.typing}>{text}</p>
}

/** The number of messages from other people that arrived while the reader was scrolled up. */
function useMissed(shown: readonly Row[], isAtEnd: boolean): number {
  const [left, setLeft] = useState(0)
  const seq = newestSeq(shown)
  useEffect(() => { if (isAtEnd) setLeft(seq) }, [isAtEnd, seq])
  if (isAtEnd) return 0
  return othersAfter(shown, left)
}

/** Tells the ticket store when the reader sees the end of the history, so that the ticket counts as read. */
function useSeen(store: TicketStore, isAtEnd: boolean, position: number | null): void {
  const open = isUnfolded.value
  useEffect(() => {
    const saw = () => { if (isAtEnd && isVisible() && position !== null) store.sawEnd() }
    saw()
    document.addEventListener('visibilitychange', saw)
    return () => document.removeEventListener('visibilitychange', saw)
  }, [store, isAtEnd, position, open])
}

/** Fetches the rows before the first loaded row when the reader scrolls near the top. */
function useOlder(store: TicketStore, scroller: { readonly current: HTMLDivElement | null }, more: boolean, first: number): void {
  useEffect(() => {
    const element = scroller.current
    if (element === null || !more) return
    const near = () => { if (element.scrollTop < OLDER_PX) void store.loadOlder(false) }
    // If a fetched page of events adds no rows, because it contains only edits, there may be nothing to scroll. In that case fetch the next
    // page of events at once.
    if (element.scrollHeight <= element.clientHeight) near()
    element.addEventListener('scroll', near, { passive: true })
    return () => element.removeEventListener('scroll', near)
  }, [store, scroller, more, first])
}
