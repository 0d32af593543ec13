// What a new agent is shown, in the order of a first day. Pure.

import { T } from '../../../testids.ts'

/** One step: its sentences are `tour.<name>.title` and `tour.<name>.text`. */
export interface Step {
  readonly name: 'views' | 'list' | 'ticket' | 'answer' | 'note' | 'keys' | 'settings'
  /** What it points at, by the first of these test ids that is on the page; none: it speaks of no one place. */
  readonly at: readonly string[]
  /** It speaks of what is on the page of an open ticket. */
  readonly inTicket?: true
}

export const STEPS: readonly [Step, ...Step[]] = [
  { name: 'views', at: [T.view] },
  { name: 'list', at: [T.ticketList] },
  { name: 'ticket', at: [T.ticketSubject, T.ticketRow] },
  { name: 'answer', at: [T.composer], inTicket: true },
  { name: 'note', at: [T.composerNote], inTicket: true },
  { name: 'keys', at: [] },
  { name: 'settings', at: [T.preferences] },
]

/** The steps with something to point at now, or once a ticket is open: `mayOpen`, none is yet. */
export function stepsOn(isShown: (testid: string) => boolean, mayOpen: boolean): readonly Step[] {
  return STEPS.filter(({ at, inTicket }) => at.length === 0 || at.some(isShown) || (inTicket === true && mayOpen))
}

/** The nearest of `steps` after the one of this name, or before it (`by` -1). */
export function stepFrom(steps: readonly Step[], name: Step['name'], by: 1 | -1): Step | undefined {
  const place = (step: Step) => STEPS.findIndex((one) => one.name === step.name)
  const from = STEPS.findIndex((one) => one.name === name)
  return by === 1 ? steps.find((step) => place(step) > from) : steps.findLast((step) => place(step) < from)
}
