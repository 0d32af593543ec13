// The steps of the console tour for new agents, in order. Pure.

import { T } from '../../../testids.ts'

/** One step of the tour. Its texts have the keys `tour.<name>.title` and `tour.<name>.text`. */
export interface Step {
  readonly name: 'views' | 'list' | 'ticket' | 'answer' | 'note' | 'keys' | 'settings'
  /**
   * Test ids of the elements that the step may point at. The first one that is on the page is used. If the list is empty, the step points
   * at nothing.
   */
  readonly at: readonly string[]
  /** Set if the step describes a part of an open ticket. */
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

/**
 * The steps that can be shown now: those whose element is on the page, and those that point at no element. If `mayOpen` is true, the agent
 * can open a ticket during the tour, so steps inside a ticket are included.
 */
export function stepsOn(isShown: (testid: string) => boolean, mayOpen: boolean): readonly Step[] {
  return STEPS.filter(({ at, inTicket }) => at.length === 0 || at.some(isShown) || (inTicket === true && mayOpen))
}

/** The next of `steps` after the step `name` (`by` 1), or the previous one (`by` -1). Undefined if there is none. */
export function stepFrom(steps: readonly Step[], name: Step['name'], by: 1 | -1): Step | undefined {
  const place = (step: Step) => STEPS.findIndex((one) => one.name === step.name)
  const from = STEPS.findIndex((one) => one.name === name)
  return by === 1 ? steps.find((step) => place(step) > from) : steps.findLast((step) => place(step) < from)
}
