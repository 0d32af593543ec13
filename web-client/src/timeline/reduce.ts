// The reducer of a ticket's timeline (its history in the client). A pure function: it uses no clock, socket or randomness.

import type { EventPage, HistoryEvent, ReadMark, SubscribedFrame, TicketMessage } from '../protocol/model.ts'
import type { Pending, Timeline, TimelineInput } from './state.ts'

export function reduce(timeline: Timeline, input: TimelineInput): Timeline {
  switch (input.type) {
    case 'subscribing': return { ...timeline, syncing: true, answering: null, hole: false }
    case 'disconnected': return { ...timeline, syncing: false, answering: null, hole: false }
    case 'page': return takePage(timeline, input.page)
    case 'event': return settle(extend(timeline, [input.event]))
    case 'reset': return startOver(timeline)
    case 'head': return behind({ ...timeline, head: Math.max(timeline.head, input.seq) })
    case 'older': return takeOlder(timeline, input.page)
    case 'read': return { ...timeline, reads: withMark(timeline.reads, input.mark) }
    case 'queued': return queue(timeline, input.pending)
    case 'acked': return settle(mark(timeline, input.key, { kind: 'stored', seq: input.seq }))
    case 'refused':
    case 'held': return mark(timeline, input.key, { kind: input.type, code: input.code })
    case 'withdrawn': return { ...timeline, pending: timeline.pending.filter((one) => one.key !== input.key) }
  }
}

function takePage(timeline: Timeline, page: SubscribedFrame): Timeline {
  const continues = timeline.answering === page.id
  const fresh = !continues && (page.reset || timeline.position === null || timeline.epoch !== page.epoch)
  const base = fresh ? { ...begin(timeline, page), pending: unstored(timeline.pending, page.reset) } : timeline
  const extended = extend(base, page.events)
  const head = Math.max(extended.head, page.head)
  return behind(settle({
    ...extended,
    head,
    reads: page.reads.reduce(withMark, fresh ? [] : extended.reads),
    syncing: page.more,
    answering: page.more ? page.id : null,
  }))
}

/**
 * Starts the history from the first page of a subscription. The timeline's position (the last sequence number without a gap before it) is
 * set to the sequence number before the page's first event. If the page has no events, the position is set to the page's head.
 */
function begin(timeline: Timeline, page: SubscribedFrame): Timeline {
  const first = page.events[0]
  const position = first === undefined ? page.head : first.seq - 1
  return { ...timeline, epoch: page.epoch, events: [], position, head: position, more_before: position > 0, hole: false }
}

/**
 * After a reset (the server replaced the whole history), removes pending messages that the server had stored. Each of them is either in the
 * new history or lost with the old one. Messages without a response stay pending.
 */
function unstored(pending: readonly Pending[], reset: boolean): readonly Pending[] {
  return reset ? pending.filter((one) => one.state.kind !== 'stored') : pending
}

/** Appends the events that continue the history without a gap, and ignores known events. Keeps the highest sequence number as the head. */
function extend(timeline: Timeline, arrivals: readonly HistoryEvent[]): Timeline {
  if (timeline.position === null) return timeline
  let { position, head } = { position: timeline.position, head: timeline.head }
  const taken: HistoryEvent[] = []
  for (const event of arrivals) {
    head = Math.max(head, event.seq)
    if (event.seq !== position + 1) continue
    position = event.seq
    taken.push(event)
  }
  const events = taken.length === 0 ? timeline.events : revise([...timeline.events, ...taken], taken)
  return behind({ ...timeline, events, position, head })
}

/**
 * Sets `hole` if events are missing and no more pages of the subscription are expected. While pages are still arriving, missing events are
 * normal.
 */
function behind(timeline: Timeline): Timeline {
  const hole = !timeline.syncing && timeline.position !== null && timeline.head > timeline.position
  return hole === timeline.hole ? timeline : { ...timeline, hole }
}

/**
 * Puts the newest text of each edited or redacted message into all events of that message. Keeps no text of a redacted message, not even in
 * memory.
 */
function revise(events: readonly HistoryEvent[], by: readonly HistoryEvent[]): readonly HistoryEvent[] {
  const newest = new Map<string, TicketMessage>()
  for (const { message } of by.filter(isRevision)) {
    if (message !== null) newest.set(message.id, message)
  }
  if (newest.size === 0) return events
  return events.map((event) => {
    const message = event.message === null ? undefined : newest.get(event.message.id)
    if (message === undefined) return event
    // Remove a redacted text everywhere, including the old value of an earlier edit.
    return message.redacted_at === null ? { ...event, message } : { ...event, message, old_value: null, new_value: null, description: null }
  })
}

export function isRevision(event: HistoryEvent): boolean {
  switch (event.kind) {
    case 'message_edited':
    case 'message_redacted':
    case 'note_edited':
    case 'note_redacted':
    case 'attachment_checked':
    case 'internal_attachment_checked': return true
    default: return false
  }
}

function startOver(timeline: Timeline): Timeline {
  return {
    ...timeline,
    epoch: null,
    events: [],
    position: null,
    head: 0,
    more_before: false,
    answering: null,
    hole: false,
    pending: unstored(timeline.pending, true),
  }
}

/** Prepends older events that end directly before the first known event. */
function takeOlder(timeline: Timeline, page: EventPage): Timeline {
  if (timeline.position === null || timeline.epoch !== page.epoch) return timeline
  let next = timeline.events[0]?.seq ?? timeline.position + 1
  const joined: HistoryEvent[] = []
  for (const event of page.events.toReversed()) {
    if (event.seq !== next - 1) continue
    next = event.seq
    joined.unshift(event)
  }
  // If no event of the page was prepended, the page may clear `more_before`, but must not set it.
  const more_before = joined.length > 0 ? page.more_before && next > 1 : timeline.more_before && page.more_before
  return settle({ ...timeline, events: revise([...joined, ...timeline.events], timeline.events), more_before })
}

function queue(timeline: Timeline, pending: Pending): Timeline {
  const others = timeline.pending.filter((one) => one.key !== pending.key)
  return settle({ ...timeline, pending: [...others, pending].toSorted(byTime) })
}

function byTime(a: Pending, b: Pending): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0
}

function mark(timeline: Timeline, key: string, state: Pending['state']): Timeline {
  return { ...timeline, pending: timeline.pending.map((one) => (one.key === key ? { ...one, state } : one)) }
}

/**
 * Removes pending messages that the history contains. Such a message is recognised by its idempotency key, or because the timeline's
 * position (the last sequence number without a gap before it) has reached its sequence number.
 */
function settle(timeline: Timeline): Timeline {
  if (timeline.pending.length === 0) return timeline
  const keys = new Set(timeline.events.map((event) => event.message?.key))
  const position = timeline.position ?? 0
  const pending = timeline.pending.filter((one) => !keys.has(one.key) && !(one.state.kind === 'stored' && one.state.seq <= position))
  return pending.length === timeline.pending.length ? timeline : { ...timeline, pending }
}

/**
 * Stores how far a person has read the ticket. Ignores a read position before the person's known one, so that a late frame does not make
 * messages unread.
 */
function withMark(reads: readonly ReadMark[], mark: ReadMark): readonly ReadMark[] {
  const same = (one: ReadMark) => one.person.id === mark.person.id && one.person.type === mark.person.type && one.person.name === mark.person.name
  const before = reads.find(same)
  if (before !== undefined && before.seq >= mark.seq) return reads
  return [...reads.filter((one) => !same(one)), mark]
}
