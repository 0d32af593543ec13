// The moves between statuses that a menu may offer. Core's table decides, under the ticket's lock; a test holds this one to it.

import type { Status } from './generated.ts'
import { ACTIVE_STATUSES, isOver } from './words.ts'

export function staffMoves(from: Status): readonly Status[] {
  if (from === 'closed') return ['open']
  if (from === 'resolved') return ['open', 'in_progress', 'closed']
  return [...ACTIVE_STATUSES.filter((to) => to !== from), 'resolved', 'closed']
}

export function customerMoves(from: Status): readonly Status[] {
  if (from === 'closed') return ['open']
  return isOver(from) ? ['open', 'closed'] : ['closed']
}
