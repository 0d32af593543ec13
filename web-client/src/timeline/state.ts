// The client's state of one ticket's history, and the inputs that change it.

import type { Code, EventPage, HistoryEvent, ReadMark, SubscribedFrame } from '../protocol/model.ts'

/**
 * The history of one ticket. Its events have no gap: each sequence number from the first event to `position` occurs once. If events are
 * missing, `hole` is set, and the client subscribes again from `position`.
 */
export interface Timeline {
  /** The epoch of the history (it changes when the database is restored). Null before the first page. */
  readonly epoch: string | null
  readonly events: readonly HistoryEvent[]
  /** The sequence number of the last event without a gap before it. Null before the first page; the client then subscribes without `after`. */
  readonly position: number | null
  /** The highest known sequence number. If it is greater than `position`, events are missing. */
  readonly head: number
  readonly more_before: boolean
  /** True from sending `subscribe` until the last page of the response. */
  readonly syncing: boolean
  /** The id of the `subscribe` request whose pages are arriving. Only the first page of the response may replace the history. */
  readonly answering: number | null
  readonly hole: boolean
  readonly reads: readonly ReadMark[]
  readonly pending: readonly Pending[]
}

/** A file of a message that is not in the history yet. */
export interface PendingFile {
  readonly key: string
  readonly name: string
  readonly size_bytes: number
}

/** A message of this person that is not in the history yet. */
export interface Pending {
  readonly key: string
  readonly body: string
  readonly internal: boolean
  /** When the message was written, by this device's clock. Pending messages are sorted by this time. */
  readonly at: string
  readonly files?: readonly PendingFile[]
  /** Until when the author can take back the message, by this device's clock. */
  readonly hold_until?: number | null
  readonly state: PendingState
}

export type PendingState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'stored'; readonly seq: number }
  | { readonly kind: 'refused'; readonly code: Code }
  /** The author signed out before the message was sent. The message is sent only after the author confirms it at the next sign-in. */
  | { readonly kind: 'paused' }
  /**
   * The current server build cannot store the message. The message is sent again when the client connects to a server with another build.
   */
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
