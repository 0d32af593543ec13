// Whether a desk is open at a given moment, and until when, by the wall clock of its own time zone. For display only. Pure.

import { dateAfter, dayOf, endOf, minutesOf, type HoursDraft, type Span } from './hours.ts'

/** A wall-clock time: a date and the minutes since midnight. */
export interface WallTime {
  readonly date: string
  readonly minutes: number
}

export type HoursStatus =
  | { readonly kind: 'always' }
  | { readonly kind: 'open'; readonly until: WallTime }
  /** Null if it never opens. */
  | { readonly kind: 'closed'; readonly opens: WallTime | null }

const DAY_MINUTES = 24 * 60
/** How far to look ahead. 400 days cover a year of holidays. */
const DAYS_AHEAD = 400
/** A desk that stays open longer than this counts as always open. */
const ALWAYS_MINUTES = 8 * DAY_MINUTES

export function statusAt({ keepsHours, days, holidays }: HoursDraft, now: WallTime): HoursStatus {
  if (!keepsHours) return { kind: 'always' }
  const special = new Map<string, readonly Span[]>(holidays.map(({ date, spans }) => [date, spans]))
  const spansOn = (date: string) => special.get(date) ?? days[dayOf(date)]
  let open: number | null = null
  for (const { begin, end } of pieces(now.date, spansOn, (date) => special.has(date))) {
    if (open !== null) {
      // A span that follows without a gap continues this one.
      if (begin > open) return { kind: 'open', until: wallTime(now.date, open) }
      open = Math.max(open, end)
      if (open - now.minutes > ALWAYS_MINUTES) return { kind: 'always' }
    } else if (end <= now.minutes) continue
    else if (begin <= now.minutes) open = end
    else return { kind: 'closed', opens: wallTime(now.date, begin) }
  }
  return open === null ? { kind: 'closed', opens: null } : { kind: 'open', until: wallTime(now.date, open) }
}

interface Piece {
  readonly begin: number
  readonly end: number
}

/** Yields the spans from the day before `today` onwards, in order, in minutes from today's midnight. */
function* pieces(today: string, spansOn: (date: string) => readonly Span[], isHoliday: (date: string) => boolean): Generator<Piece> {
  for (let day = -1; day <= DAYS_AHEAD; day++) {
    const date = dateAfter(today, day)
    // A span past midnight ends where a holiday begins.
    const latest = isHoliday(dateAfter(date, 1)) ? DAY_MINUTES : 2 * DAY_MINUTES
    for (const span of spansOn(date)) {
      const [from, to] = [minutesOf(span.from), minutesOf(span.to)]
      if (from !== null && to !== null) yield { begin: day * DAY_MINUTES + from, end: day * DAY_MINUTES + Math.min(endOf(from, to), latest) }
    }
  }
}

function wallTime(today: string, minutes: number): WallTime {
  const days = Math.floor(minutes / DAY_MINUTES)
  return { date: dateAfter(today, days), minutes: minutes - days * DAY_MINUTES }
}
