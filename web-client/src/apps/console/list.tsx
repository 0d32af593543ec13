// The console's ticket list. Only visible rows are rendered. No row moves while the pointer is over the list or the list is scrolled down.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Client } from '../../client/client.ts'
import { isNarrowed, isWaiting, NO_NARROWING, sortOf } from '../../client/filters.ts'
import type { Inbox } from '../../client/inbox.ts'
import type { Router } from '../../client/memory-router.ts'
import { refusedSearch, searchOf } from '../../client/search.ts'
import type { Viewer } from '../../protocol/generated.ts'
import type { StaffView } from '../../protocol/model.ts'
import { inRow, waited } from '../../locales/formats.ts'
import { dateTime } from '../../locales/dates.ts'
import { t } from '../../locales/index.ts'
import { shortWhen } from '../../locales/times.ts'
import { T } from '../../testids.ts'
import { Avatar, isPressing, PriorityBadge, StatusBadge } from '../../ui/badges.tsx'
import { Empty, ProblemLine } from '../../ui/feedback.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Icon } from '../../ui/icon.tsx'
import { withoutMarkdown } from '../../ui/without-markdown.ts'
import { isOpenAt, TicketLink } from '../../ui/ticket-link.tsx'
import { nameOfAgent, writerOf, type NameById } from '../../ui/format.ts'
import { shiftOf } from './anchor.ts'
import { holdWhileUsed, TOP_PX } from './hold.ts'
import { namesOf } from './viewers.ts'
import type { ConsoleContext } from './context.ts'

/** Assumed height of a row in CSS pixels, until a row has been measured. The real height depends on the person's font size. */
const ROW_PX = 60
const OVERSCAN_ROWS = 6
/** The list fetches its next page when fewer than this many rows remain below the visible ones. */
const AHEAD_ROWS = 20

interface ListProps {
  readonly context: ConsoleContext
  readonly router: Router
  readonly me: string
}

export function InboxList({ context, router, me }: ListProps) {
  const { inbox, cursor } = context
  const order = inbox.order.value
  // Reading `version` subscribes this component, so that it renders again when a ticket changes.
  const version = inbox.version.value
  const viewers = inbox.viewers.value
  const agents = context.team.agents.value
  const nameById: NameById = (id) => {
    const agent = agents.find((one) => one.user_id === id)
    return agent === undefined ? null : nameOfAgent(agent)
  }
  const { scroller, from, to, row_px, jump } = useRows(order.length, inbox)
  useHold(scroller, inbox)
  const isPlacing = useCursor(scroller, order, cursor.value, row_px)
  /**
   * Moves the cursor to the row that received the focus. Focus events that `useCursor` causes itself are ignored, because the cursor may
   * already be on another row.
   */
  const follow = (target: EventTarget | null) => {
    const row = target instanceof Element && !isPlacing.current ? target.closest<HTMLElement>('li[data-row-of]') : null
    if (row !== null) cursor.value = row.dataset['rowOf'] ?? null
  }
  const filters = inbox.filters.value
  useEffect(() => inbox.want(to + AHEAD_ROWS), [to, inbox, filters])
  const open = context.place
  const now = useServerTime(context.client)
  const showInOrder = () => {
    const top = scroller.current?.scrollTop ?? 0
    const before = inbox.order.peek()
    const moved = inbox.release()
    // The rows have just been reordered. If the list is scrolled down, scroll so that the person still sees the same rows.
    if (top > TOP_PX) jump(top + row_px * shiftOf(before, inbox.order.peek(), Math.ceil(top / row_px), moved))
  }
  return (
    <>
      {/* This line is always rendered, even when empty. Otherwise the rows would move down when its text appears. */}
      <p class="list-line">
        <span class="muted">{t(`console.sort.${sortOf(filters)}`)}</span>
        {context.keys.value && inbox.held.value === 0 && <span class="muted keys-hint wide-only" title={t('console.keys_hint')}><kbd>j</kbd> <kbd>k</kbd> <kbd>Enter</kbd></span>}
        {inbox.held.value > 0 && <button type="button" class="link" data-testid={T.listHeld} onClick={showInOrder}>{t('console.updates', { n: inbox.held.value })} · {t('console.updates_show')}</button>}
      </p>
      {!inbox.loaded.value && order.length === 0 && inbox.problem.value === null && <Skeleton lines={6} />}
      {inbox.loaded.value && order.length === 0 && <NoTickets inbox={inbox} />}
      <div class="tickets virtual" ref={scroller} data-version={version} tabIndex={-1} onFocusIn={(event) => follow(event.target)}>
        <ul data-testid={T.ticketList} style={{ paddingBlockStart: `${from * row_px}px`, paddingBlockEnd: `${Math.max(0, order.length - to) * row_px}px` }}>
          {order.slice(from, to).map((id, index) => {
            const ticket = inbox.ticket(id)
            return ticket === undefined ? null : (
              <Row key={id} now={now} viewers={viewers.get(id) ?? NO_VIEWERS} nameById={nameById} isMarked={context.marks.ids.value.has(id)} client={context.client} ticket={ticket} router={router} isOpen={isOpenAt(ticket, open)} me={me} place={from + index + 1} count={inbox.more.value ? -1 : order.length} isSelected={context.selection.ids.value.has(id)} onSelect={(isRange) => context.selection.toggle(id, isRange)} />
            )
          })}
        </ul>
      </div>
      <ProblemLine problem={refusedSearch(inbox.problem.value) === null ? inbox.problem.value : null} onRetry={inbox.retry} />
    </>
  )
}

/** Shown when the list is empty: says why, and offers a way to see tickets again. */
function NoTickets({ inbox }: { readonly inbox: Inbox }) {
  const filters = inbox.filters.value
  const search = searchOf(filters.search)
  if (search !== '') return <Empty icon="search" testid={T.listEmpty} action={{ label: t('list.clear_search'), run: () => inbox.filter({ search: '' }) }}>{t('list.empty.search', { text: search })}</Empty>
  if (isNarrowed(filters)) return <Empty icon="filter" testid={T.listEmpty} action={{ label: t('console.filter.clear'), run: () => inbox.filter(NO_NARROWING) }}>{t('list.empty.console')}</Empty>
  const toAll = { label: t('list.show_all'), run: () => inbox.filter({ view: 'all' }) }
  if (isWaiting(filters)) return <Empty icon="done" testid={T.listEmpty} action={toAll}>{t('list.empty.waiting')}</Empty>
  return <Empty icon="inbox" testid={T.listEmpty} action={filters.view === 'all' ? undefined : toAll}>{t('list.empty.view')}</Empty>
}

interface RowProps {
  /** The server's time in milliseconds since the Unix epoch. */
  readonly now: number
  readonly isMarked: boolean
  readonly viewers: readonly Viewer[]
  readonly nameById: NameById
  readonly ticket: StaffView
  readonly router: Router
  readonly client: Client
  readonly isOpen: boolean
  readonly me: string
  readonly place: number
  readonly count: number
  readonly isSelected: boolean
  readonly onSelect: (isRange: boolean) => void
}

function Row({ now, isMarked, viewers, nameById, client, ticket, router, isOpen, me, place, count, isSelected, onSelect }: RowProps) {
  const customer = ticket.customer_name ?? ticket.customer_email ?? t('ticket.customer')
  return (
    <li data-row-of={ticket.id} aria-setsize={count} aria-posinset={place} class={isSelected ? 'selected' : ''}>
      <label class="row-check"><Avatar name={customer} /><input type="checkbox" checked={isSelected} aria-label={t('bulk.select', { number: ticket.ticket_number })} data-testid={T.select} data-number={ticket.ticket_number} onClick={(event) => onSelect(event.shiftKey)} /></label>
      <TicketLink client={client} ticket={ticket} router={router} isOpen={isOpen} isMarked={isMarked} tail={<When ticket={ticket} now={now} />}>
        <span class="line small last">
          <span class="from" dir="auto">{customer}</span>
          <LastWritten ticket={ticket} />
          <Colleagues viewers={viewers} me={me} nameById={nameById} />
        </span>
        <span class="line signs">
          <span class="number">{ticket.ticket_number}</span>
          <StatusBadge status={ticket.status} />
          {isPressing(ticket.priority) && <PriorityBadge priority={ticket.priority} />}
          <Assignee ticket={ticket} me={me} />
        </span>
      </TicketLink>
    </li>
  )
}

/** Shows how long the customer has been waiting for a reply. If the customer is not waiting, shows the time of the last activity. */
function When({ ticket, now }: Pick<RowProps, 'ticket' | 'now'>) {
  return ticket.waiting_since !== null
    ? <Wait since={ticket.waiting_since} now={now} />
    : <time dateTime={ticket.last_activity_at} title={dateTime(ticket.last_activity_at)}>{shortWhen(ticket.last_activity_at, now)}</time>
}

/** Shows the ticket's assignee: a small avatar and the name. */
function Assignee({ ticket: { assigned_to }, me }: Pick<RowProps, 'ticket' | 'me'>) {
  const name = assigned_to?.name ?? t(assigned_to === null ? 'ticket.unassigned' : 'app.someone')
  const word = assigned_to?.id === me ? t('app.you') : name
  return <span class="assignee" title={`${t('ticket.assignee')}: ${word}`}>{assigned_to === null ? <span class="no-one" /> : <Avatar name={name} size="small" />}<span class="hidden">{t('ticket.assignee')}: </span><bdi>{word}</bdi></span>
}

/** Shows who wrote the ticket's last message, and the beginning of that message. */
function LastWritten({ ticket }: { readonly ticket: StaffView }) {
  const last = ticket.last_message
  if (last === null) return null
  // The author's name is outside of the snippet element, because the snippet's text may have another writing direction.
  return (
    <>
      {last.side === 'customer' ? <span class="hidden">{writerOf(last)}: </span> : <span class="by" dir="auto"><Icon name="reply" size={13} />{writerOf(last)}:</span>}
      <span class="snippet" data-testid={T.rowLast} data-side={last.side} dir="auto">{last.snippet === '' ? t('timeline.redacted') : withoutMarkdown(last.snippet)}</span>
    </>
  )
}

const NO_VIEWERS: readonly Viewer[] = []

/** Shows which colleagues are viewing the ticket: the name of the first colleague, and the number of the other colleagues. */
function Colleagues({ viewers, me, nameById }: Pick<RowProps, 'viewers' | 'me' | 'nameById'>) {
  const names = namesOf(viewers, me, nameById)
  if (names.length === 0) return null
  const all = t('row.viewers', { names: inRow(names) })
  return <span class="row-viewers" title={all} data-testid={T.rowViewers}><span class="hidden">{all}</span><Icon name="eye" size={14} /><Avatar name={names[0] ?? ''} size="small" />{names.length > 1 && <span aria-hidden="true">+{names.length - 1}</span>}</span>
}

const LONG_MS = 60 * 60_000

function Wait({ since, now }: { readonly since: string; readonly now: number }) {
  const ms = Math.max(0, now - Date.parse(since))
  const how = waited(ms)
  return <span class={`wait ${ms >= LONG_MS ? 'long' : ''}`} title={t('row.waits_since', { when: dateTime(since) })} data-testid={T.rowWait} data-since={since}><Icon name="clock" size={13} /><span aria-hidden="true">{how}</span><span class="hidden">{t('row.waits', { how })}</span></span>
}

const TICK_MS = 20_000

/** Returns the server's time. Renders the component again every `TICK_MS`, which is often enough for waiting times. */
function useServerTime(client: Client): number {
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), TICK_MS)
    return () => clearInterval(timer)
  }, [client])
  // Read the time at every render instead of storing it: before the server's first response, `now` returns the time of the device's clock,
  // which may be wrong.
  return client.rest.now()
}

function useRows(count: number, inbox: Inbox) {
  const scroller = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ first: 0, rows: 12 })
  const [row_px, setRow] = useState(ROW_PX)
  const top = useRef<number | null>(null)
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- measures a row after every render; no further render follows once the height is known
  useLayoutEffect(() => {
    const height = scroller.current?.querySelector('li')?.offsetHeight ?? 0
    if (height > 0 && height !== row_px) setRow(height)
    if (scroller.current !== null && top.current !== null) scroller.current.scrollTop = top.current
    top.current = null
  })
  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    const look = () => {
      const next = { first: Math.floor(element.scrollTop / row_px), rows: Math.ceil(element.clientHeight / row_px) + 1 }
      setView((before) => (before.first === next.first && before.rows === next.rows ? before : next))
    }
    const resized = new ResizeObserver(look)
    resized.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      resized.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [row_px])
  // Scroll to the top whenever the filters change.
  useEffect(() => inbox.filters.subscribe(() => { if (scroller.current !== null) scroller.current.scrollTop = 0 }), [inbox])
  const from = Math.max(0, Math.min(view.first, count - view.rows) - OVERSCAN_ROWS)
  /** Scrolls to `to_px` after the rows at that position are rendered. */
  const jump = (to_px: number) => {
    top.current = to_px
    setView((before) => ({ ...before, first: Math.floor(to_px / row_px) }))
  }
  return { scroller, from, to: Math.min(count, view.first + view.rows + OVERSCAN_ROWS), row_px, jump }
}

/** Keeps the rows from moving while the pointer or the focus is in the list, or while the list is scrolled down. */
function useHold(scroller: { readonly current: HTMLDivElement | null }, inbox: Inbox): void {
  useEffect(() => (scroller.current === null ? undefined : holdWhileUsed(scroller.current, inbox.hold)), [scroller, inbox])
}

/** Scrolls the row of `cursor` into view and focuses it. The returned ref is true while this function is setting the focus. */
function useCursor(scroller: { readonly current: HTMLDivElement | null }, order: readonly string[], cursor: string | null, row_px: number): { readonly current: boolean } {
  const isPlacing = useRef(false)
  const [wanted, setWanted] = useState<string | null>(null)
  useEffect(() => {
    const element = scroller.current
    const at = cursor === null ? -1 : order.indexOf(cursor)
    if (element === null || at < 0) return
    // The bulk action bar covers the end of the list, so scroll down by its height too.
    const covered = element.parentElement?.querySelector<HTMLElement>('.bulk')?.offsetHeight ?? 0
    const [top, bottom] = [at * row_px, (at + 1) * row_px + covered]
    if (top < element.scrollTop) element.scrollTop = top
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight
    setWanted(cursor)
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- scroll only when the cursor moves, not when rows are added or removed
  }, [cursor])
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- any render may add the row in `wanted`, which is null once the row is focused
  useLayoutEffect(() => {
    if (wanted === null) return
    const link = scroller.current?.querySelector<HTMLAnchorElement>(`a[data-id="${CSS.escape(wanted)}"]`)
    if (link === null || link === undefined) return
    const active = link.getRootNode()
    // If the row's checkbox already has the focus, leave the focus there.
    if (!(active instanceof Document || active instanceof ShadowRoot) || link.closest('li')?.contains(active.activeElement) !== true) {
      isPlacing.current = true
      link.focus({ preventScroll: true })
      isPlacing.current = false
    }
    setWanted(null)
  })
  return isPlacing
}
