// What a client holds of one ticket's history, and every input that changes it.

import type { Code, EventPage, HistoryEvent, ReadMark, SubscribedFrame } from '../protocol/model.ts'

/**
 * The events held are always contiguous: each number from the first to `position` occurs once. A hole is never shown; it is noted in `hole`, and the
 * owner of the timeline subscribes again from `position`.
 */
export interface Timeline {
  /** Null before the first page. */
  readonly epoch: string | null
  readonly events: readonly HistoryEvent[]
  /** The last number of the contiguous history. Null: nothing is known yet, so subscribe without `after`. Only events move it. */
  readonly position: number | null
  /** The highest number heard of; if it is beyond `position`, events are missing. */
  readonly head: number
  readonly more_before: boolean
  /** True between `subscribe` and the last page of its answer. */
  readonly syncing: boolean
  /** The id of the request whose pages are being read: only its first page may start over. */
  readonly answering: number | null
  readonly hole: boolean
  readonly reads: readonly ReadMark[]
  readonly pending: readonly Pending[]
}

/** A message of this person that the history does not show yet. */
export interface Pending {
  readonly key: string
  readonly body: string
  readonly internal: boolean
  /** When it was written, by this device's clock; pending messages are ordered by it. */
  readonly at: string
  /** Until when it can be taken back, by this device's clock. */
  readonly hold_until?: number | null
  readonly state: PendingState
}

export type PendingState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'stored'; readonly seq: number }
  | { readonly kind: 'refused'; readonly code: Code }
  /** Its author signed out before it was sent, and has not confirmed it yet. */
  | { readonly kind: 'paused' }
  /** Waits for a server that can take it. */
  | { readonly kind: 'held'; readonly code: Code }

export type TimelineInput =
  | { readonly type: 'subscribing' }
  | { readonly type: 'disconnected' }
  | { readonly type: 'page'; readonly page: SubscribedFrame }
  | { readonly type: 'event'; readonly event: HistoryEvent }
  | { readonly type: 'reset' }
  | { readonly type: 'head'; readonly seq: number }
  | { readonly type: 'older'; readonly page: EventPage }
  | { readonly type: 'read'; readonly mark: ReadMark }
  | { readonly type: 'queued'; readonly pending: Pending }
  | { readonly type: 'acked'; readonly key: string; readonly seq: number }
  | { readonly type: 'refused'; readonly key: string; readonly code: Code }
  | { readonly type: 'held'; readonly key: string; readonly code: Code }
  | { readonly type: 'withdrawn'; readonly key: string }

export const EMPTY: Timeline = {
  epoch: null,
  events: [],
  position: null,
  head: 0,
  more_before: false,
  syncing: false,
  answering: null,
  hole: false,
  reads: [],
  pending: [],
}
