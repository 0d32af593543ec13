// The steps of the tour for new agents, in order. Pure.

import { T } from '../../../testids.ts'

/** One step. Its texts are `tour.<name>.title` and `tour.<name>.text`. */
export interface Step {
  readonly name: 'views' | 'list' | 'ticket' | 'answer' | 'note' | 'keys' | 'settings'
  /** Test ids of the elements that the step may point at; the first one on the page wins. Empty: the step points at nothing. */
  readonly at: readonly string[]
  /** The step describes a part of an open ticket. */
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

/** The steps that have an element to point at. `mayOpen`: a ticket can still be opened, so steps inside a ticket count too. */
export function stepsOn(isShown: (testid: string) => boolean, mayOpen: boolean): readonly Step[] {
  return STEPS.filter(({ at, inTicket }) => at.length === 0 || at.some(isShown) || (inTicket === true && mayOpen))
}

/** The nearest of `steps` after the step `name` (`by` 1) or before it (`by` -1); undefined if there is none. */
export function stepFrom(steps: readonly Step[], name: Step['name'], by: 1 | -1): Step | undefined {
  const place = (step: Step) => STEPS.findIndex((one) => one.name === step.name)
  const from = STEPS.findIndex((one) => one.name === name)
  return by === 1 ? steps.find((step) => place(step) > from) : steps.findLast((step) => place(step) < from)
}
