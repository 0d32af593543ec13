// The types that the client uses for decoded data. An event for a customer has the same type as one for staff, with `null` for fields that
// customers do not receive. A missing field also becomes `null`.

import type {
  ActorType, AgentRef, Attachment, Audience, CustomerTicket, Kind, Me, RejectCode, StaffRole, StaffTicket, TicketFile, TicketHead, TicketMoved, TicketStats, TicketViewers,
  Viewer, WireLimits,
} from './generated.ts'

export interface Person {
  /** Null for the system, or for a person whose id the reader may not know. */
  readonly id: string | null
  readonly type: ActorType
  readonly name: string | null
}

/** A file of a message. The size of a raster image is in pixels, and null if it is not known. */
export type MessageFile = Omit<Attachment, 'width' | 'height'> & { readonly width: number | null; readonly height: number | null }

/** A file of a ticket's message, in the list of the ticket's files. */
export type TicketFileRow = MessageFile & Pick<TicketFile, 'message' | 'seq' | 'at' | 'sender'> & { readonly is_internal: boolean | null }

export interface TicketMessage {
  readonly id: string
  readonly sender_id: string | null
  readonly sender_type: ActorType
  readonly body: string
  /** Whether the message is an internal note. Always false in messages that a customer receives. */
  readonly is_internal: boolean
  readonly attachments: readonly MessageFile[]
  readonly key: string | null
  readonly created_at: string
  readonly edited_at: string | null
  readonly redacted_at: string | null
}

export interface HistoryEvent {
  readonly ticket: string
  readonly seq: number
  readonly at: string
  /** `unknown`: a kind that only newer servers know. The event still advances the position in the history. */
  readonly kind: Kind | 'unknown'
  readonly actor: Person
  readonly old_value: string | null
  readonly new_value: string | null
  readonly description: string | null
  readonly message: TicketMessage | null
}

export interface ReadMark {
  readonly person: Person
  readonly seq: number
}

/** A ticket as the reader receives it. Staff and customers receive different fields. */
export type TicketView =
  | ({ readonly side: Extract<Audience, 'staff'> } & StaffTicket)
  | ({ readonly side: Extract<Audience, 'customer'> } & CustomerTicket)

export type StaffView = Extract<TicketView, { side: 'staff' }>
export type CustomerView = Extract<TicketView, { side: 'customer' }>

export interface Page<T> {
  readonly items: readonly T[]
  readonly next_cursor: string | null
}

export interface EventPage {
  readonly epoch: string
  readonly head: number
  readonly events: readonly HistoryEvent[]
  readonly more_before: boolean
}

/**
 * Names of the protocol features that the server supports. Empty for older servers that do not send the list. Names that this client does
 * not know are kept.
 */
export type Features = readonly string[]

/** An error code of the server. `unknown`: a code that only newer servers send. */
export type Code = RejectCode | 'unknown'

export type ServerFrame =
  | { readonly type: 'welcome'; readonly id: number; readonly user: Me; readonly role: StaffRole | null; readonly heartbeat_ms: number; readonly limits: WireLimits; readonly features: Features }
  | { readonly type: 'ok'; readonly id: number }
  | { readonly type: 'ack'; readonly id: number; readonly key: string; readonly seq: number; readonly at: string; readonly duplicate: boolean }
  | ErrorFrame
  | SubscribedFrame
  | { readonly type: 'event'; readonly event: HistoryEvent }
  | { readonly type: 'reset'; readonly ticket: string; readonly epoch: string; readonly head: number }
  | { readonly type: 'ping'; readonly heads: readonly TicketHead[] }
  | { readonly type: 'bye'; readonly retry_after_ms: number; readonly reason: string }
  | { readonly type: 'typing'; readonly ticket: string; readonly person: Person; readonly on: boolean; readonly internal: boolean }
  | { readonly type: 'presence'; readonly ticket: string; readonly viewers: readonly Viewer[] }
  | { readonly type: 'read'; readonly ticket: string; readonly person: Person; readonly seq: number }
  | { readonly type: 'inbox'; readonly tickets: readonly StaffView[]; readonly moved: readonly TicketMoved[]; readonly stats: TicketStats | null }
  | { readonly type: 'inbox_presence'; readonly tickets: readonly TicketViewers[] }

export interface ErrorFrame {
  readonly type: 'error'
  readonly id: number | null
  readonly code: Code
  readonly message: string
  readonly retry_after_ms: number | null
  readonly head: number | null
}

export interface SubscribedFrame {
  readonly type: 'subscribed'
  readonly id: number
  readonly ticket: string
  readonly epoch: string
  readonly head: number
  readonly events: readonly HistoryEvent[]
  readonly more: boolean
  readonly reset: boolean
  readonly viewers: readonly Viewer[]
  readonly reads: readonly ReadMark[]
}

export interface Problem {
  readonly status: number
  /** `unreachable`: no response arrived. `unreadable`: the response is not a valid Helpline response. */
  readonly code: Code | 'unreachable' | 'unreadable'
  readonly title: string
  readonly retry_after_ms: number | null
  readonly head: number | null
  /**
   * The ticket's current assignee; null if unassigned. Present only if an assignment was refused because another person assigned the
   * ticket first.
   */
  readonly assigned_to?: AgentRef | null
}

