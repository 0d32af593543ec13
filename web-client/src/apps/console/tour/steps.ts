// What a new agent is shown, in the order of a first day. Pure.

import { T } from '../../../testids.ts'

/** One step: its sentences are `tour.<name>.title` and `tour.<name>.text`. */
export interface Step {
  readonly name: 'views' | 'list' | 'ticket' | 'answer' | 'note' | 'keys' | 'settings'
  /** What it points at, by the first of these test ids that is on the page; none: it speaks of no one place. */
  readonly at: readonly string[]
}

export const STEPS: readonly Step[] = [
  { name: 'views', at: [T.view] },
  { name: 'list', at: [T.ticketList] },
  { name: 'ticket', at: [T.ticketSubject, T.ticketRow] },
  { name: 'answer', at: [T.composer] },
  { name: 'note', at: [T.composerNote] },
  { name: 'keys', at: [] },
  { name: 'settings', at: [T.preferences] },
]
